"""Reading the agents of the lab's nodes, what they are offered, and what Azure says of them."""

from tests.contract.operations.opened import opened
from tui.lab.lab import Lab
from tui.operations.read_agents import read_agents


def test_versions_offers_and_azure_come_together() -> None:
    with Lab("agent-old", 3) as lab, opened(lab) as session:
        compared = read_agents(session).comparison
        assert (compared.behind, compared.unsupported) == (("HCI-N3",), ("HCI-N3",))
        assert all(node.searched for node in compared.nodes)
        assert {node.automatic_upgrade.enabled for node in compared.nodes if node.automatic_upgrade} == {False}
        hints = {node.node: node.hint for node in compared.nodes}
        assert all(hint is not None and "Microsoft Update" in hint for hint in hints.values())


def test_a_node_that_is_down_is_not_asked_a_second_time() -> None:
    with Lab("node-down", 3) as lab, opened(lab, azure=False) as session:
        told = read_agents(session)
        assert [node.node for node in told.updates.nodes] == ["HCI-N1", "HCI-N2", "HCI-N3"]
        assert told.updates.searched == ("HCI-N1", "HCI-N2")
        dead = told.updates.nodes[2].problem
        assert dead == told.facts.nodes[2].registration
        assert told.azure is None
