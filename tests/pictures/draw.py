"""Draw the README's pictures anew: `python -m tests.pictures.draw`.

They show a simulated cluster at a fixed time, so that the same program always draws the same picture.
"""

import asyncio
import contextlib
import itertools
import os
import tempfile
import threading
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from screens.offered_updates import OfferedUpdatesView
from screens.plan import PlanView
from screens.run import RunView
from tests.made_up_runs import MadeUpOperation, events
from tests.scenario_facts import NOW, StillReader, desk_of, scenario_snapshot
from tests.update_facts import AGENT, FAILED, ROLLUP, cluster, node, search, state
from tui.app import AzsconfigApp
from tui.cluster.cluster_updates import ClusterUpdates
from tui.operations.activity import ActivityLog, Outcome
from tui.operations.preferences import Preferences
from tui.runs.event import EventKind
from tui.views.desk import Desk
from tui.widgets.numbered_list import NumberedList
from tui.widgets.page import Page

FOLDER = Path(__file__).resolve().parent
CONFIGURATION = """
schema = 1
default = "HCI-CL01"
[clusters.HCI-CL01]
user = 'HCI\\admin'
nodes = [{ name = "HCI-N1" }, { name = "HCI-N2" }, { name = "HCI-N3" }, { name = "HCI-N4" }]
[clusters.HCI-CL02]
transport = "kerberos"
nodes = [{ name = "HCI-N5" }, { name = "HCI-N6" }]
"""

FORM = {"subscription": "8f1c2d5e-0000-4000-8000-000000000001", "region": "eastus"}
LOOK = ("3", "enter", "1", "6", "enter")
"""Leads from the menu to the plan of a registration."""

PICTURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "menu": ("healthy", ()),
    "registration-status": ("firmware", ("1", "enter")),
    "arc-servers": ("arc-expired", ("2", "enter")),
    "activity-log": ("node-down", ("1", "3", "enter")),
    "settings": ("healthy", ("1", "4", "enter")),
    "powershell": ("healthy", ("1", "enter", "c")),
    "plan": ("fresh", LOOK),
    "run": ("fresh", (*LOOK, "2", "enter")),
    "offered-updates": ("updates", ("6", "enter", "1", "enter", "2", "enter")),
}
"""Name of each picture: the scenario it shows and the keys that lead there."""


class _Session:
    """Stands for a session: the made-up operation asks it nothing."""

    azure = None
    banner = "LAB fresh"

    def discover_peers(self) -> None:
        """There are none."""


class _Search:
    """Stands for a search on four nodes."""

    def __init__(self, _session: object) -> None:
        """Ask nobody."""

    def run(self) -> ClusterUpdates:
        """Return what they are offered."""
        rest = (node(number, search(ROLLUP, AGENT)) for number in (2, 3))
        waits = state(pending=True)
        return cluster(node(1, search(AGENT), waits), *rest, node(4, search(ROLLUP, AGENT), state(FAILED)))


def draw(name: str) -> str:
    """Return one picture as SVG."""
    scenario, keys = PICTURES[name]
    # Clock times in the pictures are UTC wherever they are drawn.
    os.environ["TZ"] = "UTC"

    async def drawn(desk: Desk) -> str:
        app = AzsconfigApp(desk)
        async with app.run_test(size=(80, 25)) as pilot:
            for key in keys:
                await pilot.press(key)
                while _looks(app):
                    await pilot.pause(0.02)
            await pilot.pause()
            return app.export_screenshot(title="azsconfig")

    with _desk(scenario) as desk, patch("screens.offered_updates.UpdatesReading", _Search):
        return asyncio.run(drawn(desk))


def _looks(app: AzsconfigApp) -> bool:
    """Return whether the screen in front is still to show more: a plan that is prepared, a run that told too little."""
    page = app.screen
    if not isinstance(page, Page):
        return False
    if isinstance(page.view, PlanView | OfferedUpdatesView):
        return bool(page.view.busy())
    return (
        isinstance(page.view, RunView)
        and "Creating the resource 40 %" not in page.query_one(NumberedList).document.text
    )


@contextlib.contextmanager
def _desk(scenario: str) -> Generator[Desk]:
    """Give a desk whose files are in a folder of its own, the present one, so that their names are short."""
    snapshot = scenario_snapshot(scenario)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("config.toml").write_text(CONFIGURATION, encoding="utf-8")
        reader = StillReader(snapshot)
        reader.opened = _Session()
        over = threading.Event()
        told = [event for event in events(40) if event.kind != EventKind.WARNING][:-3]
        operation = MadeUpOperation(told=told, until=lambda _stop: over.wait())
        desk = desk_of(reader, make_operation=lambda _id: operation)
        desk.remembered["register"] = FORM
        desk.preferences = Preferences(Path("config.toml"))
        seconds = itertools.count()
        desk.activity = ActivityLog(now=lambda: NOW + timedelta(seconds=next(seconds)))
        desk.activity.note("Opened HCI-CL01 (HCI-N1, HCI-N2, HCI-N3, HCI-N4).", banner=snapshot.banner)
        for node in snapshot.facts.nodes if snapshot.facts else ():
            problem = getattr(node.registration, "message", None)
            if problem is not None:
                desk.activity.note(problem, Outcome.FAILED, node=node.name, banner=snapshot.banner)
        reason = snapshot.verdict.reason if snapshot.verdict else ""
        desk.activity.note(f"Read the cluster: {reason}.", cluster=snapshot.name, banner=snapshot.banner)
        try:
            yield desk
        finally:
            over.set()


def main() -> None:
    """Write every picture."""
    for name in PICTURES:
        (FOLDER / f"{name}.svg").write_text(draw(name), encoding="utf-8")


if __name__ == "__main__":
    main()
