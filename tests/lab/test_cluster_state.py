"""What is true of a simulated node follows from what happened to it and from the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tui.cluster.arc import AgentStatus
from tui.cluster.registration import ConnectionStatus, RegistrationStatus
from tui.lab.clock import LabClock, iso
from tui.lab.cluster_state import ClusterState, LabRefusalError
from tui.lab.node_document import node_document
from tui.lab.node_state import NodeState
from tui.lab.scenarios import build_cluster

NOW = datetime(2026, 5, 4, 14, 2, 31, 250_000, tzinfo=UTC)


def cluster_of(scenario: str = "healthy", nodes: int = 4) -> ClusterState:
    return build_cluster(scenario, nodes, LabClock(lambda: NOW))


def facts(cluster: ClusterState, script: str, node: str = "HCI-N1") -> dict[str, str | None]:
    return node_document(cluster, node)["facts"][script]


def after(cluster: ClusterState, **passed: float) -> ClusterState:
    cluster.clock.advance(timedelta(**passed))
    return cluster


def connection(cluster: ClusterState, node: str = "HCI-N1") -> str | None:
    return facts(cluster, "get-registration", node)["ConnectionStatus"]


def test_times_are_spelled_as_the_scripts_spell_them() -> None:
    assert iso(NOW) == "2026-05-04T14:02:31.2500000Z"


def test_letting_time_pass_ages_what_happened_and_leaves_clocks_right() -> None:
    cluster = cluster_of("fresh")
    before = facts(cluster, "get-system")
    after(cluster, days=10)
    aged = facts(cluster, "get-system")
    assert aged["UtcNow"] == before["UtcNow"] == iso(NOW)
    assert aged["InstallDate"] == iso(datetime.fromisoformat(str(before["InstallDate"])) - timedelta(days=10))


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        LabClock().advance(timedelta(seconds=-1))


@pytest.mark.parametrize(("days", "status"), [(25, "NotYet"), (27, "OutOfPolicy")])
def test_an_unregistered_cluster_goes_out_of_policy_after_30_days(days: int, status: str) -> None:
    cluster = after(cluster_of("fresh"), days=days)
    assert facts(cluster, "get-registration")["RegistrationStatus"] == status


def test_a_connected_cluster_syncs_every_twelve_hours() -> None:
    cluster = cluster_of()
    before = facts(cluster, "get-registration")
    after(cluster, days=40)
    now = facts(cluster, "get-registration")
    assert connection(cluster) == "Connected"
    assert now["LastConnected"] == before["LastConnected"], "40 days are 80 syncs to the minute"
    assert facts(after(cluster, hours=1), "get-registration")["LastConnected"] != before["LastConnected"]


@pytest.mark.parametrize(
    ("hours", "status"), [(1, "Connected"), (23, "Connected"), (25, "Disconnected"), (24 * 31, "OutOfPolicy")]
)
def test_without_azure_a_node_disconnects_and_after_30_days_goes_out_of_policy(hours: float, status: str) -> None:
    cluster = cluster_of()
    for name in cluster.names:
        cluster.cut_off(name)
    assert connection(after(cluster, hours=hours)) == status


def test_the_next_sync_is_always_ahead() -> None:
    cluster = after(cluster_of("offline"), hours=7)
    assert str(facts(cluster, "get-registration")["NextSync"]) > iso(NOW)


def test_reconnecting_syncs_at_once() -> None:
    cluster = cluster_of("out-of-policy")
    for name in cluster.names:
        cluster.reconnect(name)
    assert connection(cluster) == "Connected"
    assert facts(cluster, "get-registration")["LastConnected"] == iso(NOW)


@pytest.mark.parametrize(("days", "status"), [(0, "Connected"), (1, "Disconnected"), (91, "Expired")])
def test_an_agent_without_contact_disconnects_and_its_identity_expires(days: int, status: str) -> None:
    cluster = cluster_of()
    cluster.cut_off("HCI-N1")
    after(cluster, days=days)
    show = node_document(cluster, "HCI-N1")["facts"]["get-connected-machine-agent"]["Show"]
    assert AgentStatus(show["status"]) == AgentStatus(status)


def test_sync_needs_a_node_that_runs_is_registered_and_reaches_azure() -> None:
    arranged: list[tuple[str, Callable[[ClusterState], None]]] = [
        ("is down", lambda cluster: cluster.stop("HCI-N1")),
        ("is not registered", lambda cluster: cluster.unregister()),
        ("cannot connect", lambda cluster: cluster.cut_off("HCI-N1")),
        ("cannot connect", lambda cluster: setattr(cluster.node("HCI-N1"), "repair_required", True)),
    ]
    for reason, arrange in arranged:
        cluster = cluster_of()
        arrange(cluster)
        with pytest.raises(LabRefusalError, match=reason):
            cluster.sync("HCI-N1")


def test_a_failed_sync_is_logged_as_event_591() -> None:
    cluster = cluster_of()
    cluster.cut_off("HCI-N1")
    with pytest.raises(LabRefusalError):
        cluster.sync("HCI-N1")
    assert node_document(cluster, "HCI-N1")["facts"]["get-events"][0]["EventId"] == 591


def test_sync_is_of_one_node() -> None:
    cluster = cluster_of()
    cluster.sync("hci-n2")
    assert facts(cluster, "get-registration", "HCI-N2")["LastConnected"] == iso(NOW)
    assert facts(cluster, "get-registration", "HCI-N1")["LastConnected"] != iso(NOW)


def test_a_restarted_node_has_a_new_boot_time_and_missed_its_syncs() -> None:
    cluster = cluster_of()
    cluster.stop("HCI-N2")
    assert node_document(cluster, "HCI-N1")["facts"]["get-cluster"]["Nodes"][1]["State"] == "Down"
    after(cluster, days=2)
    cluster.start("HCI-N2")
    assert facts(cluster, "get-system", "HCI-N2")["BootTime"] == iso(NOW)
    assert connection(cluster, "HCI-N1") == "Connected"
    last = datetime.fromisoformat(str(facts(cluster, "get-registration", "HCI-N2")["LastConnected"]))
    assert last > NOW - timedelta(days=2), "it syncs again by itself"


def test_registering_makes_a_fresh_cluster_connected_and_arc_enabled() -> None:
    cluster = cluster_of("fresh")
    cluster.register(region="West Europe")
    assert connection(cluster) == "Connected"
    assert facts(cluster, "get-registration")["Region"] == "westeurope"
    assert facts(cluster, "get-arc-integration")["ClusterArcStatus"] == "Enabled"


def test_unregistering_after_30_days_is_out_of_policy_at_once() -> None:
    cluster = cluster_of()
    cluster.unregister()
    registration = facts(cluster, "get-registration")
    assert registration["RegistrationStatus"] == RegistrationStatus.OUT_OF_POLICY
    assert registration["ConnectionStatus"] is None
    assert registration["AzureResourceUri"] is None


def test_arc_needs_a_registration() -> None:
    with pytest.raises(LabRefusalError, match="not registered"):
        cluster_of("fresh").enable_arc()


@pytest.mark.parametrize(("nodes", "status"), [(1, "Connected"), (2, "Connected"), (3, "OutOfPolicy")])
def test_only_a_majority_makes_other_firmware_out_of_policy(nodes: int, status: str) -> None:
    cluster = cluster_of("firmware", nodes)
    assert connection(cluster, cluster.names[-1]) == ConnectionStatus(status)


def test_a_20h2_node_lacks_what_20h2_lacks() -> None:
    cluster = cluster_of()
    cluster.node("HCI-N1").build = 17784
    registration = facts(cluster, "get-registration")
    assert not registration.keys() & {"IMDSAttestation", "DiagnosticLevel", "NextSync", "Region"}
    assert facts(cluster, "get-arc-integration")["Available"] is False


def test_an_agent_without_json_shows_text() -> None:
    cluster = cluster_of()
    agent = cluster.node("HCI-N1").agent
    assert agent is not None
    agent.show_json_supported = False
    answer = facts(cluster, "get-connected-machine-agent")
    assert answer["Show"] is None
    assert "Agent Status                            : Connected" in str(answer["ShowText"]).splitlines()


def test_a_skewed_clock_is_in_everything_the_node_stamps() -> None:
    cluster = cluster_of("clock-skew")
    assert facts(cluster, "get-system", "HCI-N3")["UtcNow"] == iso(NOW + timedelta(minutes=11, seconds=20))
    assert facts(cluster, "get-system", "HCI-N1")["UtcNow"] == iso(NOW)


def test_a_name_that_is_no_node_is_refused_with_those_that_are() -> None:
    with pytest.raises(LabRefusalError, match=r"HCI-N9.*HCI-N1, HCI-N2"):
        cluster_of(nodes=2).node("HCI-N9")


def test_a_new_node_keeps_its_modules_to_itself() -> None:
    first, second = (cluster_of().node(name) for name in ("HCI-N1", "HCI-N2"))
    first.modules["Az.StackHCI"] = None
    assert second.modules["Az.StackHCI"] is not None
    assert isinstance(first, NodeState)
