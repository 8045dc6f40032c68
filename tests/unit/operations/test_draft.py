"""A connection while it is edited."""

import pytest

from tui.configuration.model import ClusterConfiguration, Configuration, NodeConfiguration
from tui.operations.draft import Draft, DraftError

SAVED = Configuration(clusters={"HCI-CL01": ClusterConfiguration(nodes=(NodeConfiguration(name="HCI-N1"),))})


@pytest.mark.parametrize(
    ("typed", "nodes"),
    [
        ("HCI-N1", [("HCI-N1", None)]),
        (" HCI-N1 ,HCI-N2; ", [("HCI-N1", None), ("HCI-N2", None)]),
        ("HCI-N1=hci-n1.contoso.com", [("HCI-N1", "hci-n1.contoso.com")]),
        ("HCI-N1 = 10.0.0.1:5986", [("HCI-N1", "10.0.0.1:5986")]),
        (
            "https://hci-n1.contoso.com:5986/wsman",
            [("hci-n1.contoso.com:5986", "https://hci-n1.contoso.com:5986/wsman")],
        ),
    ],
)
def test_nodes_are_names_or_addresses_or_both(typed: str, nodes: list[tuple[str, str | None]]) -> None:
    draft = Draft().with_nodes(typed)
    assert [(node.name, node.address) for node in draft.cluster.nodes] == nodes


@pytest.mark.parametrize(
    "typed", ["", " , ", "a b", "HCI-N1=", "=x", "HCI-N1,hci-n1", "ftp://x", "x=http://u:p@h/", "\x07"]
)
def test_what_is_no_list_of_nodes_is_refused_and_names_no_password(typed: str) -> None:
    with pytest.raises(DraftError) as refused:
        Draft().with_nodes(typed)
    assert str(refused.value)
    assert "u:p" not in str(refused.value)


def test_a_node_that_stays_keeps_what_else_is_saved_of_it() -> None:
    node = NodeConfiguration(name="HCI-N1", address="10.0.0.1", pin_sha256="ab" * 32)
    draft = Draft(cluster=ClusterConfiguration(nodes=(node,)))
    assert draft.with_nodes("hci-n1, HCI-N2").cluster.nodes[0] == node
    assert draft.with_nodes("HCI-N1=10.0.0.2").cluster.nodes[0].pin_sha256 == "ab" * 32


@pytest.mark.parametrize("name", ["", "  ", "hci-cl01", "x" * 256, "a\x1bb"])
def test_a_name_that_is_taken_or_none_is_refused(name: str) -> None:
    with pytest.raises(DraftError):
        Draft().named(name, SAVED)


def test_a_connection_may_keep_its_own_name() -> None:
    assert Draft(saved_as="HCI-CL01").named("HCI-CL01", SAVED).name == "HCI-CL01"


def test_it_says_what_is_missing_before_it_can_be_tried() -> None:
    draft = Draft()
    assert "name" in draft.missing("negotiate")
    draft = draft.named("B", SAVED)
    assert "nodes" in draft.missing("negotiate")
    draft = draft.with_nodes("HCI-N1")
    assert draft.missing("negotiate") == ""
    assert "user" in draft.missing("ntlm")
    assert draft.with_user("HCI\\admin").missing("ntlm") == ""


def test_empty_answers_clear_what_may_be_empty() -> None:
    draft = Draft().with_user("x").with_ca_file('"ca.pem"')
    assert draft.cluster.ca_file == "ca.pem"
    assert draft.with_user(" ").cluster.user is None
    assert draft.with_ca_file("").cluster.ca_file is None
