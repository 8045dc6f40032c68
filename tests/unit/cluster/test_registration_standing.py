"""How a cluster stands with Azure and Azure Arc: by both sides, each for itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_builders import NOW, build_cluster, build_node
from tests.unit.cluster.cluster_strategies import clusters, patient
from tui.cluster.azure_resources import (
    ArcMachine,
    ArcMachineStatus,
    ArcNodeState,
    ArcSetting,
    ArcSettingNode,
    AzureCluster,
    AzureProblem,
    AzureProblemKind,
    AzureView,
    Found,
)
from tui.cluster.facts import ClusterFacts, Reading
from tui.cluster.registration_standing import NodeStanding, Standing, names, resource_of, standing
from tui.cluster.resource_id import ResourceId, parse_resource_id

URI = (
    "/Subscriptions/5f0c8a3e-1111-4222-8333-444455556666/resourceGroups/hci-rg"
    "/providers/Microsoft.AzureStackHCI/clusters/HCI-CL01"
)
OTHER_URI = URI.replace("HCI-CL01", "HCI-CL02")
CLUSTER = parse_resource_id(URI)
REFUSED = AzureProblem(AzureProblemKind.FORBIDDEN, "No permission.", "Have a role assigned.")
CONNECTED, DISCONNECTED = ArcNodeState.CONNECTED, ArcNodeState.DISCONNECTED


def machine(name: str = "HCI-N1", *, group: str = "hci-rg", **changes: Any) -> ArcMachine:
    own = ResourceId(CLUSTER.subscription, group, "Microsoft.HybridCompute", ("machines",), (name,))
    return replace(ArcMachine(own, "eastus", ArcMachineStatus.CONNECTED, parent_cluster_id=URI.upper()), **changes)


def setting(*nodes: ArcSettingNode) -> ArcSetting:
    return ArcSetting(CONNECTED, "hci-rg", nodes)


def view(
    *,
    cluster: AzureCluster | AzureProblem | None = None,
    arc: ArcSetting | AzureProblem | None = None,
    machines: tuple[ArcMachine, ...] | AzureProblem = (),
) -> AzureView:
    return AzureView(
        "AzureCloud",
        "ann",
        CLUSTER,
        cluster if isinstance(cluster, AzureProblem) else Reading(Found(cluster), NOW),
        arc if isinstance(arc, AzureProblem) else Reading(Found(arc), NOW),
        machines if isinstance(machines, AzureProblem) else Reading(machines, NOW),
    )


UNREAD = view(cluster=REFUSED, arc=REFUSED, machines=REFUSED)


def one(changes: Mapping[str, Any] | None = None, azure: AzureView = UNREAD) -> NodeStanding:
    """Return how one node stands."""
    return standing(ClusterFacts((build_node("HCI-N1", changes),), NOW), azure).nodes[0]


def many(nodes: Mapping[str, Any], azure: AzureView = UNREAD) -> Standing:
    return standing(build_cluster(nodes), azure)


def registered_as(uri: str | None) -> dict[str, Any]:
    return {"get-registration": {"AzureResourceUri": uri}}


@pytest.mark.parametrize(
    ("said", "registered", "repair", "connected", "status"),
    [
        ({}, True, False, True, "Registered, Connected"),
        ({"ConnectionStatus": "OutOfPolicy"}, True, False, False, "Registered, OutOfPolicy"),
        (
            {"ConnectionStatus": "RepairRegistrationRequired"},
            True,
            True,
            False,
            "Registered, RepairRegistrationRequired",
        ),
        ({"ConnectionStatus": None}, True, False, False, "Registered"),
        ({"ConnectionStatus": "Brand new"}, True, False, False, "Registered, Brand new"),
        ({"RegistrationStatus": "NotYet", "ConnectionStatus": None}, False, False, False, "NotYet"),
        ({"RegistrationStatus": "OutOfPolicy", "ConnectionStatus": None}, False, False, False, "OutOfPolicy"),
        ({"RegistrationStatus": "Brand new"}, False, False, True, "Brand new, Connected"),
        ({"RegistrationStatus": None, "ConnectionStatus": None}, None, False, False, "no status"),
    ],
)
def test_a_node_stands_as_it_says(
    said: dict[str, Any], registered: bool | None, repair: bool, connected: bool, status: str
) -> None:
    node = one({"get-registration": said})
    assert (node.registered, node.repair_required, node.connected, node.status) == (
        registered,
        repair,
        connected,
        status,
    )


def test_a_node_that_did_not_answer_says_why_and_nothing_else() -> None:
    node = one(
        {"get-registration": "unreachable", "get-arc-integration": "lost", "get-connected-machine-agent": "lost"}
    )
    assert (node.registered, node.connected, node.arc_enabled, node.agent) == (None, None, None, None)
    assert (node.agent_connected, node.arc_gone, node.arc_connected) == (None, None, False)
    assert node.status == "it did not answer"
    assert node.resource is None


def test_windows_server_is_not_registered() -> None:
    server = {"Available": False, "RegistrationStatus": None, "ConnectionStatus": None, "AzureResourceUri": None}
    assert one({"get-registration": server}).registered is False


@pytest.mark.parametrize("uri", [None, "", "   ", "/Subscriptions/x", "HCI-CL01"])
def test_what_is_no_resource_id_is_none(uri: str | None) -> None:
    assert one(registered_as(uri)).resource is None


def test_a_resource_id_is_read_as_a_node_spells_it() -> None:
    assert resource_of(None) is None
    assert one(registered_as(URI.lower())).resource == CLUSTER


@pytest.mark.parametrize(
    ("agent", "connected", "gone"),
    [
        ({"Installed": True, "Show": {"status": "Connected", "resourceName": "HCI-N1"}}, True, False),
        ({"Installed": True, "Show": {"status": "Disconnected", "resourceName": "HCI-N1"}}, False, False),
        ({"Installed": True, "Show": {"status": "Expired", "resourceName": "HCI-N1"}}, False, False),
        ({"Installed": True, "Show": {"status": "Disconnected", "resourceName": ""}}, False, True),
        ({"Installed": False, "Show": None}, False, True),
    ],
)
def test_an_agent_is_gone_only_when_it_was_disconnected_cleanly_or_is_not_there(
    agent: dict[str, Any], connected: bool, gone: bool
) -> None:
    node = one({"get-connected-machine-agent": {**agent, "ShowText": None}})
    assert (node.agent_connected, node.arc_gone) == (connected, gone)


@pytest.mark.parametrize(
    ("arc", "enabled"),
    [
        ({"NodesArcStatus": {"hci-n1": "Enabled"}}, True),
        ({"NodesArcStatus": {"HCI-N1.contoso.test": "Enabled"}}, True),
        ({"NodesArcStatus": {"hci-n1": "Disabled"}}, False),
        ({"NodesArcStatus": {"hci-n1": "DisableInProgress"}}, False),
        ({"NodesArcStatus": {"hci-n1": "Brand new"}}, False),
        ({"Available": False}, None),
    ],
)
def test_a_node_is_arc_enabled_where_the_cluster_lists_it_as_enabled(arc: dict[str, Any], enabled: bool | None) -> None:
    assert one({"get-arc-integration": arc}).arc_enabled is enabled


@pytest.mark.parametrize(
    ("azure", "state", "connected"),
    [
        (UNREAD, None, None),
        (view(), None, False),
        (view(arc=setting(ArcSettingNode("hci-n1", CONNECTED))), "Connected", True),
        (view(arc=setting(ArcSettingNode("HCI-N1.contoso.test", CONNECTED)), machines=REFUSED), "Connected", True),
        (view(arc=setting(ArcSettingNode(None, CONNECTED, f"{machine().id}/"))), "Connected", True),
        (view(arc=setting(ArcSettingNode(None, CONNECTED))), None, False),
        (view(arc=setting(ArcSettingNode("HCI-N2", CONNECTED))), None, False),
        (view(arc=setting(ArcSettingNode("HCI-N1", DISCONNECTED)), machines=(machine(),)), "Disconnected", False),
        (view(arc=setting(ArcSettingNode("HCI-N1", None)), machines=(machine(),)), "Connected", True),
        (view(arc=REFUSED, machines=(machine("hci-n1"),)), "Connected", True),
        (view(machines=(machine(status=ArcMachineStatus.EXPIRED),)), "Expired", False),
        (view(machines=(machine(status=None),)), None, False),
        (view(machines=(machine("HCI-N2"),)), None, False),
    ],
)
def test_azure_says_of_a_node_what_its_arc_settings_say_and_else_what_its_machine_does(
    azure: AzureView, state: str | None, connected: bool | None
) -> None:
    node = one(azure=azure)
    assert (node.azure_state, node.azure_connected) == (state, connected)


def test_a_machine_is_found_by_the_name_that_the_agent_says_it_has() -> None:
    agent = {"get-connected-machine-agent": {"Show": {"status": "Connected", "resourceName": "cluster-node-1"}}}
    assert one(agent, view(machines=(machine("Cluster-Node-1"),))).arc_connected


@pytest.mark.parametrize("parent", [OTHER_URI, "/subscriptions/odd"])
def test_another_clusters_machine_of_the_same_name_is_none_of_ours(parent: str) -> None:
    node = one(azure=view(machines=(machine(parent_cluster_id=parent),)))
    assert (node.azure_state, node.azure_connected, node.arc_connected) == (None, False, False)


@pytest.mark.parametrize("parent", [None, "", URI.lower()])
def test_a_machine_that_names_no_cluster_or_this_one_counts(parent: str | None) -> None:
    assert one(azure=view(machines=(machine(parent_cluster_id=parent),))).arc_connected


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_machines_of_one_name_the_one_of_this_cluster_counts(turned: bool) -> None:
    left = machine(group="old-rg", parent_cluster_id=None, status=ArcMachineStatus.DISCONNECTED)
    found = (machine(), left) if turned else (left, machine())
    assert one(azure=view(machines=found)).azure_state == "Connected"


@pytest.mark.parametrize(
    ("agent", "azure", "connected"),
    [
        ("Connected", view(machines=(machine(),)), True),
        ("Disconnected", view(machines=(machine(),)), False),
        ("Connected", view(), False),
        ("Connected", UNREAD, False),
    ],
)
def test_a_node_is_arc_connected_where_both_sides_say_so(agent: str, azure: AzureView, connected: bool) -> None:
    said = {"get-connected-machine-agent": {"Show": {"status": agent, "resourceName": "HCI-N1"}}}
    assert one(said, azure).arc_connected is connected


def test_arc_is_complete_with_the_last_node() -> None:
    both = (machine("HCI-N1"), machine("HCI-N2"))
    nodes: dict[str, Any] = {"HCI-N1": {}, "HCI-N2": {}}
    agents = {
        name: {"get-connected-machine-agent": {"Show": {"status": "Connected", "resourceName": name}}} for name in nodes
    }
    whole = many(agents, view(machines=both))
    assert whole.arc_complete
    assert whole.arc_missing == ()
    part = many(agents, view(machines=both[:1]))
    assert not part.arc_complete
    assert names(part.arc_missing) == "HCI-N2"
    assert not standing(ClusterFacts((), NOW), view()).arc_complete


def test_what_most_nodes_say_comes_first_and_each_resource_once() -> None:
    found = many(
        {
            "HCI-N1": registered_as(OTHER_URI),
            "HCI-N2": registered_as(URI),
            "HCI-N3": registered_as(URI.upper().replace("/SUBSCRIPTIONS", "/Subscriptions")),
            "HCI-N4": "dead",
        }
    )
    assert found.resources == (CLUSTER, parse_resource_id(OTHER_URI))
    assert names(found.registered_as(CLUSTER)) == "HCI-N2, HCI-N3"
    assert names(found.read) == "HCI-N1, HCI-N2, HCI-N3"


def test_an_id_that_an_unregistered_node_still_has_is_no_registration() -> None:
    found = many({"HCI-N1": {"get-registration": {"RegistrationStatus": "NotYet", "AzureResourceUri": URI}}})
    assert found.resources == ()
    assert found.registered_as(CLUSTER) == ()


@pytest.mark.parametrize(
    ("azure", "there"),
    [(view(), False), (view(cluster=AzureCluster(CLUSTER, "eastus")), True), (view(cluster=REFUSED), None)],
)
def test_the_resource_is_there_or_not_or_nobody_knows(azure: AzureView, there: bool | None) -> None:
    found = many({"HCI-N1": {}}, azure)
    assert found.resource_there is there
    assert (found.azure_cluster is not None) is (there is True)


def test_arc_settings_that_cannot_be_read_are_none() -> None:
    assert many({"HCI-N1": {}}, view(arc=REFUSED)).arc_settings is None
    assert many({"HCI-N1": {}}, view(arc=setting())).arc_settings == setting()


_NAMES = st.sampled_from(["HCI-N1", "hci-n2", "HCI-N3.contoso.test", "OTHER"])
_STATES = st.none() | st.sampled_from(list(ArcNodeState)) | st.just(ArcNodeState("Brand new"))
_MACHINES = st.lists(
    st.builds(
        machine,
        _NAMES,
        status=st.none() | st.sampled_from(list(ArcMachineStatus)),
        parent_cluster_id=st.sampled_from([None, "", URI, OTHER_URI, "no id"]),
    ),
    max_size=4,
).map(tuple)
_SETTINGS = st.lists(
    st.builds(
        ArcSettingNode, st.none() | _NAMES, _STATES, st.none() | st.text(max_size=8) | _NAMES.map("/x/{}/".format)
    ),
    max_size=4,
).map(lambda nodes: setting(*nodes))
VIEWS = st.builds(
    view,
    cluster=st.sampled_from([None, REFUSED, AzureCluster(CLUSTER, "eastus")]),
    arc=st.none() | st.just(REFUSED) | _SETTINGS,
    machines=st.just(REFUSED) | _MACHINES,
)


@patient
@given(clusters, VIEWS)
def test_whatever_is_said_every_node_stands_once_and_nothing_is_made_up(facts: ClusterFacts, azure: AzureView) -> None:
    found = standing(facts, azure)
    assert [node.name for node in found.nodes] == [node.name for node in facts.nodes]
    assert found.arc_complete == (bool(found.nodes) and not found.arc_missing)
    assert all(found.registered_as(resource) for resource in found.resources)
    assert len(set(found.resources)) == len(found.resources)
    settings = azure.arc_setting.value.value if isinstance(azure.arc_setting, Reading) else None
    readable = settings is not None or isinstance(azure.machines, Reading)
    for node in found.nodes:
        assert (node.azure_connected is not None) == readable
        assert not (node.azure_connected and node.azure_state is None)
        assert not node.arc_connected or (node.agent is not None and node.azure_connected)
        assert not (node.agent_connected is None and node.arc_gone)


@patient
@given(clusters)
def test_azure_that_cannot_be_read_makes_nobody_arc_connected(facts: ClusterFacts) -> None:
    found = standing(facts, UNREAD)
    assert not found.arc_complete
    assert found.arc_missing == found.nodes
    assert found.resource_there is None
