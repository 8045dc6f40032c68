"""Findings: several nodes, one rule, one remedy; one cause, one line."""

import pytest

from tui.cluster.findings import Finding, Level
from tui.cluster.membership import in_natural_order
from tui.pages.document import Role
from tui.pages.findings import finding_lines
from tui.pages.node_names import in_short

NAMES = [f"HCI-N{number}" for number in range(1, 17)]


def text(*findings: Finding) -> list[str]:
    return [line.text for line in finding_lines(findings, NAMES, 80)]


def test_what_all_nodes_have_is_told_once_with_its_remedy() -> None:
    same = [Finding("x", Level.UNHEALTHY, name, "does not work", "Mend it.") for name in NAMES]
    assert text(*same) == [" [unhealthy] all 16 nodes: does not work", "   Mend it."]


def test_what_differs_a_little_has_its_remedy_once() -> None:
    found = [Finding("x", Level.ATTENTION, name, f"last seen {name[-1]} days ago", "Look.") for name in NAMES[:2]]
    assert text(*found) == [
        " [attention] HCI-N1: last seen 1 days ago",
        " [attention] HCI-N2: last seen 2 days ago",
        "   Look.",
    ]


def test_what_could_not_be_read_for_one_cause_is_one_line_of_the_worst_level() -> None:
    found = [
        Finding("unread-agent", Level.ATTENTION, "HCI-N3", "agent could not be read: lost", "Read again."),
        Finding("unread-registration", Level.UNKNOWN, "HCI-N3", "registration could not be read: lost", "Read again."),
        Finding("unread-agent", Level.ATTENTION, "HCI-N4", "agent could not be read: timed out", "Wait."),
    ]
    assert text(*found) == [
        " [unknown] HCI-N3: agent, registration could not be read: lost",
        "   Read again.",
        " [attention] HCI-N4: agent could not be read: timed out",
        "   Wait.",
    ]


def test_a_note_needs_no_colour() -> None:
    (line,) = finding_lines([Finding("x", Level.HEALTHY, None, "old", "")], NAMES, 80)
    assert (line.text, line.spans[0].role) == (" [note] old", Role.PLAIN)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (NAMES, "all 16 nodes"),
        (NAMES[:3], "HCI-N1 to HCI-N3"),
        (["HCI-N1", "HCI-N2"], "HCI-N1, HCI-N2"),
        (["HCI-N1", "HCI-N8", "HCI-N9", "HCI-N10"], "HCI-N1, HCI-N8 to HCI-N10"),
        (["N08", "N09", "N10"], "N08 to N10"),
        (["A", "B", "C"], "A, B, C"),
        (["N1-a", "N2-b", "N3-a"], "N1-a, N2-b, N3-a"),
        (["1\u0661", "1\u0662", "1\u0663"], "1\u0661, 1\u0662, 1\u0663"),
        ([], ""),
        ([""], ""),
    ],
)
def test_names_in_short_leave_no_doubt(names: list[str], told: str) -> None:
    assert in_short(names, NAMES) == told


def test_nodes_stand_in_the_order_people_count_in() -> None:
    names = ["hci-n10", "HCI-N2", "HCI-N1", "2", "10", "a", ""]
    assert sorted(names, key=in_natural_order) == ["", "2", "10", "a", "HCI-N1", "HCI-N2", "hci-n10"]
