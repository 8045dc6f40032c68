"""What nodes call themselves and what they complain about may be anything: it stays readable at 80x24 and at 40."""

import re
import unicodedata
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from screens.arc_servers import ArcServersView, ArcServerView
from screens.menu import MenuView
from screens.registration_status import NodeDetailsView, RegistrationStatusView
from tests.scenario_facts import NOW, StillReader, desk_of, scenario_facts
from tests.ui.conftest import Driver
from tui.app import AzsconfigApp
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem, ProblemKind, Reading
from tui.cluster.verdict import judge
from tui.operations.snapshot import Snapshot
from tui.pages.columns import width
from tui.views.desk import Desk
from tui.views.view import View

NAMES = {
    "long": "HCI-" + "N" * 59,
    "right-to-left": "\u05e9\u05e8\u05ea-\u05d0\u05d7\u05d3",
    "wide": "\u30b5\u30fc\u30d0\u30fc\u4e00\u53f7\u6a5f",
    "combining": "No\u0308de\u0301",
    "control": "N1\x1b[31mred\x07\r\n\u202eevil",
    "emoji": "\U0001f469\u200d\U0001f4bb-N1",
    "empty": "",
}
TEN_LINES = "\n".join(f"Line {number} of what the node complains about, with a reason." for number in range(1, 11))


def renamed(name: str) -> ClusterFacts:
    """Return a cluster whose second node calls itself so, and whose third could not be read, with ten lines of why."""
    facts = scenario_facts("healthy", 16)
    first, second, _, *others = facts.nodes
    assert isinstance(second.system, Reading)
    problem = Problem(ProblemKind.SCRIPT_ERROR, "HCI-N3", TEN_LINES, "Read them all.")
    broken = {field: problem for field in NodeFacts.__dataclass_fields__ if field not in {"name", "local"}}
    odd = replace(second, name=name)
    return replace(facts, nodes=(first, odd, NodeFacts(name="HCI-N3", **broken), *others))  # pyright: ignore[reportArgumentType]


def snapshot_of(facts: ClusterFacts) -> Snapshot:
    verdict = judge(facts, NOW)
    return Snapshot(name=verdict.name, banner="LAB healthy", facts=facts, verdict=verdict)


def views(desk: Desk) -> list[View]:
    return [
        MenuView(desk),
        RegistrationStatusView(desk),
        NodeDetailsView(desk, "2"),
        NodeDetailsView(desk, "3"),
        ArcServersView(desk),
        ArcServerView(desk, "2"),
        ArcServerView(desk, "3"),
    ]


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_row_is_wider_than_the_screen_and_none_holds_a_control_character(name: str, columns: int) -> None:
    desk = desk_of(StillReader(snapshot_of(renamed(name))))
    for view in views(desk):
        document = view.document(columns)
        for line in document.body:
            assert width(line.text) <= columns, (type(view).__name__, line.text)
            assert not [one for one in line.text if unicodedata.category(one) in {"Cc", "Zl", "Zp"}], line.text


@pytest.mark.parametrize("columns", [40, 80])
def test_an_error_of_ten_lines_is_told_whole_and_every_node_can_still_be_chosen(columns: int) -> None:
    desk = desk_of(StillReader(snapshot_of(renamed("HCI-N2"))))
    for view in (RegistrationStatusView(desk), ArcServersView(desk)):
        document = view.document(columns)
        assert [choice.number for choice in document.choices] == list(range(1, 17))
        told = " ".join(document.text.split())
        assert all(f"Line {number} of what the node complains about" in told for number in range(1, 11))
        assert "Read them all." in told


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_screen_of_80x24_shows_and_reaches_all_sixteen(name: str) -> None:
    driver = Driver(snapshot_of(renamed(name)), (80, 24))

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("1", "enter")
        seen: set[int] = set()
        for _ in range(16):
            await pilot.pause()
            seen |= {number for number in range(1, 17) for row in driver.rows if row[1:].startswith(f"{number:2}) ")}
            await pilot.press("down")
        assert seen == set(range(1, 17))
        await pilot.press("1", "6", "enter")
        await pilot.pause()
        assert "Node HCI-N16" in driver.rows[0]

    driver.run(steps)


def test_ascii_only_keeps_every_column_where_it_is() -> None:
    plain = Driver(snapshot_of(renamed(NAMES["wide"])), (80, 60))
    plain.app.desk.terminal = replace(plain.app.desk.terminal, ascii=True)

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("1", "enter")
        await pilot.pause()
        assert all(row.isascii() for row in plain.rows)
        found = [re.match(r"[ >] *\d+\) .*? (healthy|attention|unknown) ", row) for row in plain.rows]
        healthy = [match.start(1) for match in found if match]
        assert len(healthy) > 5
        assert len(set(healthy)) == 1

    plain.run(steps)
