"""Settings: what is chosen holds at once and is in the file; nothing is lost by what is wrong."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tests.ui.conftest import Driver
from tui.app import AzsconfigApp
from tui.lab.launcher import LabProcess, LabReady
from tui.line_mode import LineMode
from tui.targets import Chosen
from tui.views.desk import Desk

PATIENCE_SECONDS = 20.0
SAVED = """
# Kept by hand.
schema = 1

[clusters.HCI-CL01]  # the one in the cellar
[[clusters.HCI-CL01.nodes]]
name = "HCI-N1"
"""


class Opened:
    """What the views asked to be opened."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.chosen: list[Chosen] = []


@pytest.fixture
def opened() -> Opened:
    """What was opened."""
    return Opened()


@pytest.fixture
def desk(tmp_path: Path, opened: Opened) -> Desk:
    """A desk with one saved connection."""
    (tmp_path / "config.toml").write_text(SAVED, encoding="utf-8")
    desk = desk_of(StillReader(scenario_snapshot()), tmp_path)
    desk.open_cluster = opened.chosen.append
    return desk


@pytest.fixture(scope="module")
def lab() -> Iterator[LabReady]:
    """A simulated cluster of two nodes."""
    with LabProcess("healthy", 2) as ready:
        yield ready


def styles(app: AzsconfigApp) -> set[str]:
    """Return the styles that are on the screen."""
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage]
    return {str(segment.style) for strip in strips for segment in strip}


async def typed(pilot: Pilot[None], app: AzsconfigApp, *answers: str) -> None:
    """Give answers: into the field where there is one, else as keys."""
    for answer in answers:
        for field in app.screen.query(Input):
            field.value = answer
        await pilot.press(*(() if app.screen.query(Input) else answer), "enter")
        await pilot.pause()


def spoken(desk: Desk, *typed: str) -> str:
    """Return what line mode says when this is typed in the menu."""
    output = io.StringIO()
    LineMode(desk, io.StringIO("".join(f"{line}\n" for line in typed)), output, 80).run()
    return output.getvalue()


def saved(desk: Desk) -> str:
    return desk.preferences.path.read_text(encoding="utf-8")


def test_a_theme_holds_at_once_and_is_in_the_file(desk: Desk) -> None:
    driver = Driver.of(desk, (80, 25))

    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        before = styles(app)
        await typed(pilot, app, "14", "3", "3")
        assert "contrast (chosen)" in driver.text
        assert "Saved in" in driver.rows[-1]
        assert desk.appearance.theme == "contrast"
        assert styles(app) != before

    driver.run(steps)
    assert 'theme = "contrast"' in saved(desk)
    assert "# Kept by hand." in saved(desk)


def test_ascii_holds_at_once(desk: Desk) -> None:
    said = spoken(desk, "14", "4", "1")
    assert "4) ASCII only         yes (chosen)" in said
    assert desk.appearance.ascii


def test_read_only_holds_at_once(desk: Desk) -> None:
    assert "READ-ONLY" not in spoken(desk, "14")
    spoken(desk, "14", "5", "1")
    assert "read_only = true" in saved(desk)
    assert desk.preferences.read_only


def test_a_file_that_an_editor_spoiled_is_neither_read_nor_overwritten(desk: Desk) -> None:
    desk.preferences.path.write_text("schema = 1\n[settings\n", encoding="utf-8")
    said = spoken(desk, "14", "r", "3", "2")
    # A long path is broken where the screen ends.
    assert "".join(said.split()).count(str(desk.preferences.path)) >= 3
    assert "line 2" in said
    assert saved(desk) == "schema = 1\n[settings\n"


def test_a_connection_is_removed_only_after_a_question(desk: Desk) -> None:
    spoken(desk, "14", "1", "5", "1")
    assert "HCI-CL01" in saved(desk)
    said = spoken(desk, "14", "1", "5", "2")
    assert "Removed HCI-CL01" in said
    assert "HCI-CL01" not in saved(desk)
    assert "# Kept by hand." in saved(desk)


def test_what_cannot_be_a_name_or_a_node_is_refused_where_it_is_typed(desk: Desk) -> None:
    said = spoken(desk, "14", "2", "1", "HCI-CL01", "", "2", "one, two two", "", "2", "https://user:secret@x", "")
    assert "HCI-CL01" in said
    assert "secret" not in saved(desk)
    assert "two two" in said


def test_a_saved_connection_is_opened_by_its_number(desk: Desk, opened: Opened) -> None:
    said = spoken(desk, "14", "1", "1")
    assert "Opening HCI-CL01." in said
    assert [one.name for one in opened.chosen] == ["HCI-CL01"]


def nodes_of(lab: LabReady) -> str:
    return ", ".join(f"{node.name}={node.http}" for node in lab.nodes)


def test_a_connection_is_tried_with_its_password_before_it_is_saved(desk: Desk, lab: LabReady, tmp_path: Path) -> None:
    driver = Driver.of(desk, (80, 25))

    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        await typed(pilot, app, "14", "2", "1", "Lab", "2", nodes_of(lab), "3", lab.user, "7")
        assert driver.rows[0].strip("= ") == f"Password of {lab.user}"
        await typed(pilot, app, lab.password)
        assert lab.password not in driver.text
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Save it" not in driver.text and time.monotonic() < deadline:
            await pilot.pause(0.05)
        assert driver.text.count("answers, as HCI-N") == 2
        await typed(pilot, app, "1")
        assert driver.rows[0].strip("= ") == "Settings"
        assert "2) Lab                2 nodes as" in driver.text

    driver.run(steps)
    assert "clusters.Lab" in saved(desk)
    assert all(lab.password not in file.read_text(encoding="utf-8") for file in tmp_path.iterdir())


def test_a_wrong_password_is_told_and_another_may_be_typed(desk: Desk, lab: LabReady) -> None:
    driver = Driver.of(desk, (80, 25))

    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        await typed(pilot, app, "14", "2", "1", "Lab", "2", nodes_of(lab), "3", lab.user, "7", "wrong")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Change it" not in driver.text and time.monotonic() < deadline:
            await pilot.pause(0.05)
        assert "does not accept" in driver.text
        assert "not tried" in driver.text
        await typed(pilot, app, "1")
        assert driver.rows[0].strip("= ") == "Connection Lab"
        await typed(pilot, app, "7")
        assert driver.rows[0].strip("= ") == f"Password of {lab.user}"

    driver.run(steps)
    assert "clusters.Lab" not in saved(desk)
