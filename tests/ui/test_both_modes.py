"""Screens and line mode say the same, on every view there is: neither can lag behind."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tests.ui.conftest import Driver
from tests.ui.walk import COLUMNS, Place, places
from tui.app import AzsconfigApp
from tui.line_mode import LineMode
from tui.operations.activity import Outcome
from tui.options import OPTIONS
from tui.pages.columns import wrap
from tui.views.action import Question
from tui.views.common_keys import letters_of
from tui.views.desk import Desk
from tui.views.view import View
from tui.widgets.numbered_list import FRAME_ROWS

CONFIGURATION = """
schema = 1
[clusters.HCI-CL01]
user = 'HCI\\admin'
[[clusters.HCI-CL01.nodes]]
name = "HCI-N1"
[[clusters.HCI-CL01.nodes]]
name = "HCI-N2"
address = "hci-n2.contoso.com"
"""


def desk_in(folder: Path, scenario: str) -> Desk:
    """Return a desk with a saved connection and two entries in its log."""
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(CONFIGURATION, encoding="utf-8")
    desk = desk_of(StillReader(scenario_snapshot(scenario)), folder)
    desk.activity.note("Read 3 of 4 nodes.", Outcome.ATTENTION, cluster="HCI-CL01", banner="LAB healthy")
    desk.activity.note("No answer.", Outcome.FAILED, node="HCI-N4", remedy="Look at the node.")
    return desk


def said_on_screens(desk: Desk, found: list[Place]) -> Iterator[tuple[list[str], str]]:
    """Yield for each place the rows of the screen and what stands in its input line; Esc leads from one to the next."""
    # Enough rows for every document to stand on one screen; more would only cost time.
    most = max(len(one.shown.document(COLUMNS).body) for one in found if isinstance(one.shown, View))
    driver = Driver.of(desk, (COLUMNS, most + FRAME_ROWS))
    said: list[tuple[list[str], str]] = []

    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        at: tuple[str, ...] = ()
        for place in found:
            common = next((n for n, (a, b) in enumerate(zip(at, place.answers, strict=False)) if a != b), len(at))
            common = min(common, len(place.answers))
            for _ in at[common:]:
                await pilot.press("escape")
            for answer in place.answers[common:]:
                await pilot.press(*answer, *(["enter"] if answer.isdigit() else []))
            await pilot.pause()
            at = place.answers
            said.append((driver.rows, "".join(line.value for line in app.screen.query(Input))))

    driver.run(steps)
    return iter(said)


def said_in_lines(desk: Desk, place: Place) -> list[str]:
    """Return the lines that line mode writes at a place."""
    output = io.StringIO()
    LineMode(desk, io.StringIO("".join(f"{answer}\n" for answer in place.answers)), output, COLUMNS).run()
    return output.getvalue().rpartition("\n== ")[2].splitlines()


def all_places(folder: Path, scenario: str) -> list[Place]:
    return list(places(desk_in(folder, scenario)))


@pytest.mark.parametrize("scenario", ["healthy", "firmware", "node-down"])
def test_every_place_says_the_same_in_both_modes(scenario: str, tmp_path: Path) -> None:
    found = [one for one in all_places(tmp_path, scenario) if scenario == "healthy" or _shows_what_was_read(one)]
    desk = desk_in(tmp_path, scenario)
    for place, (rows, typed) in zip(found, said_on_screens(desk, found), strict=True):
        title, *lines = said_in_lines(desk, place)
        way = " ".join(place.answers) or "menu"
        assert rows[0].strip("= ") == title.removesuffix(" =="), way
        spoken = [line.strip() for line in lines]
        if isinstance(place.shown, Question):
            for paragraph in place.shown.text:
                assert {line.strip() for line in wrap(paragraph, COLUMNS - 2)} <= set(spoken), way
            assert typed == place.shown.value, way
            assert place.shown.prompt in spoken[-1], way
            assert any(row.startswith(place.shown.prompt) for row in rows), way
            assert _without_time(typed) in _without_time(spoken[-1]), way
            continue
        # The first cell of a row is the cursor's, the last two rows are notice and prompt.
        shown = [row[1:].strip() for row in rows[1:-2] if row[1:].strip()]
        told = [line for line in spoken[: -1 - bool(place.shown.LETTERS)] if line != _notice(desk)]
        assert _without_rows(shown) == _without_rows(told), way
        letters = letters_of(place.shown)
        assert rows[-2].endswith(letters), way
        assert not letters or spoken[-2] == letters, way


def _shows_what_was_read(place: Place) -> bool:
    """Return whether a place depends on what was read: help, commands, saving, forms and settings do not."""
    return not place.answers or (place.answers[0] in {"1", "2", "13"} and "".join(place.answers).isdigit())


def _notice(desk: Desk) -> str:
    return desk.reader.snapshot().banner or ""


def _without_rows(lines: list[str]) -> str:
    """Return what lines say, wherever they break: line mode breaks no address, and each begins at its own column."""
    return re.sub(r"\s", "", _without_time(" ".join(lines)))


def _without_time(text: str) -> str:
    """Return text without the time of day that a file's name or an entry has: the two runs are not at one time."""
    return re.sub(r"\d\d:\d\d:\d\d|\d{8}-\d{6}", "TIME", text)


def test_the_walk_finds_every_option_that_is_built_and_what_is_below_it(tmp_path: Path) -> None:
    ways = {place.answers for place in all_places(tmp_path, "healthy")}
    for option in OPTIONS:
        # A cluster that is registered already offers no registration; a sync has PowerShell once it has a plan.
        if option.built and option.id not in {"exit", "register", "sync"}:
            number = str(option.number)
            assert {(number,), (number, "?"), (number, "c"), (number, "s")} <= ways
    assert {("3",), ("3", "?"), ("3", "1"), ("3", "15")} <= {place.answers for place in all_places(tmp_path, "fresh")}
    assert {("1", "1"), ("2", "4", "s"), ("13", "f"), ("13", "1"), ("14", "1", "3"), ("14", "2", "2")} <= ways
