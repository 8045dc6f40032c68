"""What unregistering changes in the lab, what it leaves, and what it claims nevertheless."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import RunsLab
from tui.lab.azure.roles import CONTRIBUTOR, OWNER, READER
from tui.lab.cluster_state import SUBSCRIPTION_ID_2

pytestmark = pytest.mark.usefixtures("no_threads_left")

Labs = Callable[..., RunsLab]


def ids(claim: dict[str, Any]) -> set[int]:
    return {event["Id"] for event in claim["Events"]}


def test_both_sides_are_empty_afterwards(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.claim()
    claim = lab.claim("unregister")
    assert (claim["Cmdlet"], claim["Claimed"], 9007 in ids(claim)) == ("Unregister-AzStackHCI", "Success", True)
    azure = lab.cluster.azure
    assert (azure.cluster, azure.arc_enabled, azure.machines, azure.groups, azure.tags) == (None, False, {}, {}, {})
    assert lab.statuses() == ["NotYet"] * 4
    assert set(lab.arc_statuses().values()) == {"Disabled"}
    assert lab.fact("get-connected-machine-agent")["Installed"] is False


def test_everything_it_needs_is_in_the_registration(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    names = ("SubscriptionId", "Region", "TenantId", "EnvironmentName")
    assert lab.claim("unregister", dict.fromkeys(names))["Claimed"] == "Success"
    assert lab.cluster.azure.cluster is None
    assert lab.cluster.azure.groups, "a group that was there before stays"


def test_an_installation_of_more_than_30_days_is_out_of_policy_at_once(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    lab.run("unregister")
    assert lab.statuses() == ["OutOfPolicy"] * 4


@pytest.mark.parametrize(
    ("scope", "parameters"),
    [
        (f"/subscriptions/{SUBSCRIPTION_ID_2}", {}),
        (None, {"SubscriptionId": SUBSCRIPTION_ID_2}),
        (None, {"EnvironmentName": "AzureChinaCloud"}),
    ],
)
def test_whoever_does_not_see_the_resource_loses_the_registration_and_leaves_it(
    runs_labs: Labs, scope: str | None, parameters: dict[str, Any]
) -> None:
    lab = runs_labs("healthy")
    if scope:
        lab.grant(OWNER, scope)
    claim = lab.claim("unregister", parameters)
    assert (claim["Claimed"], 9007 in ids(claim), claim["HostErrors"]) == ("Success", True, [])
    assert lab.statuses() == ["OutOfPolicy"] * 4
    assert lab.cluster.azure.cluster is not None
    assert len(lab.cluster.azure.machines) == 4


def test_a_resource_that_was_deleted_is_no_obstacle(runs_labs: Labs) -> None:
    lab = runs_labs("resource-deleted")
    assert lab.claim("unregister")["Claimed"] == "Success"
    assert lab.statuses() == ["OutOfPolicy"] * 4
    assert lab.claim()["Claimed"] == "Success"


def test_an_extension_that_is_stuck_stops_it_unless_it_is_forced(runs_labs: Labs) -> None:
    lab = runs_labs("extension-stuck")
    claim = lab.claim("unregister")
    assert (claim["Claimed"], 9117 in ids(claim)) == ("Failed", True)
    assert "extension Microsoft.Windows.AdminCenter of the Arc machine HCI-N3" in claim["HostErrors"][0]
    assert lab.statuses() == ["Registered"] * 4
    assert lab.fact("get-arc-integration")["ClusterArcStatus"] == "DisableInProgress"
    assert 9113 in ids(lab.claim("enable-arc", {"Mode": "EnableArc"})), "it has to be finished first"
    assert lab.claim("unregister", {"Force": True})["Claimed"] == "Success"
    assert lab.cluster.azure.cluster is None


def test_what_was_half_done_is_finished(runs_labs: Labs) -> None:
    lab = runs_labs("half-unregistered")
    assert lab.claim("unregister")["Claimed"] == "Success"
    assert lab.claim()["Claimed"] == "Success"
    assert set(lab.arc_statuses().values()) == {"Enabled"}


def test_an_agent_that_azure_does_not_let_in_has_to_be_disconnected_on_its_node(runs_labs: Labs) -> None:
    lab = runs_labs("arc-expired")
    claim = lab.claim("unregister")
    assert claim["HostErrors"][0] == "Couldn't disable Azure Arc integration on Node HCI-N3."
    assert (claim["Claimed"], 9117 in ids(claim)) == ("Failed", True)
    assert [lab.cluster.node(name).agent is None for name in lab.cluster.names] == [True, True, False, True]
    assert list(lab.cluster.azure.machines) == ["hci-n3"]
    lab.call("disconnect-agent", node="HCI-N3")
    assert lab.claim("unregister")["Claimed"] == "Success"
    assert list(lab.cluster.azure.machines) == ["hci-n3"], "whoever disconnects only locally leaves the resource"
    assert lab.cluster.azure.cluster is None


def test_a_node_that_is_down_keeps_arc(runs_labs: Labs) -> None:
    lab = runs_labs("node-down")
    claim = lab.claim("unregister", {"Peers": ["HCI-N2", "HCI-N3"]})
    assert claim["HostErrors"][0] == "Couldn't disable Azure Arc integration on Node HCI-N4."
    assert lab.statuses() == ["Registered"] * 4


def test_arc_alone_can_be_disabled(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    claim = lab.claim("unregister", {"ArcOnly": True})
    assert (claim["Claimed"], ids(claim) & {9007, 9008}) == ("Success", {9008})
    assert lab.statuses() == ["Registered"] * 4
    assert (lab.cluster.azure.arc_enabled, lab.cluster.azure.machines) == (False, {})
    assert lab.cluster.azure.cluster is not None
    assert set(lab.arc_statuses().values()) == {"Disabled"}


def test_an_arc_group_that_registering_made_goes_as_well(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.claim("register", {"ArcServerResourceGroupName": "arc-rg"})
    lab.cluster.azure.groups["kept-rg"] = ("kept-rg", "eastus")
    lab.claim("unregister")
    assert list(lab.cluster.azure.groups) == ["kept-rg"]


def test_whoever_may_only_read_stops_before_anything_is_changed(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    lab.grant(READER)
    claim = lab.claim("unregister")
    assert (claim["Claimed"], 9117 in ids(claim)) == ("Failed", True)
    assert lab.fact("get-arc-integration")["ClusterArcStatus"] == "Enabled"
    assert lab.statuses() == ["Registered"] * 4
    lab.grant(CONTRIBUTOR)
    assert lab.claim("unregister")["Claimed"] == "Success"


def test_a_token_that_expires_in_the_middle_leaves_the_resource_and_claims_nothing(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    lab.faults["HCI-N1"]["hold-at"] = "resource"
    run_id = lab.start("unregister")["Id"]
    wait_until(lambda: "Deleting Azure Resource" in "".join(lab.call("read-run", {"Id": run_id})["Lines"]))
    lab.tokens.revoke()
    lab.faults["HCI-N1"].clear()
    claim = lab.follow(run_id)[0]["Result"]
    assert (claim["Claimed"], 9118 in ids(claim)) == (None, True)
    assert lab.statuses() == ["OutOfPolicy"] * 4, "the nodes have forgotten it already"
    assert lab.cluster.azure.cluster is not None


def test_a_cluster_that_is_not_registered_has_to_be_named(runs_labs: Labs) -> None:
    lab = runs_labs()
    assert 9115 in ids(lab.claim("unregister"))


def test_a_resource_that_was_left_is_deleted_when_it_is_named(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    lab.claim("unregister", {"EnvironmentName": "AzureChinaCloud"})
    named = {"ResourceName": "HCI-CL01", "ResourceGroupName": "HCI-CL01-rg"}
    assert lab.claim("unregister", named)["Claimed"] == "Success"
    assert lab.cluster.azure.cluster is None
