"""Draw the README's pictures anew: `python -m tests.pictures.draw`.

They show a simulated cluster at a fixed time, so that the same program always draws the same picture.
"""

import asyncio
import contextlib
import itertools
import os
import tempfile
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

from tests.scenario_facts import NOW, StillReader, desk_of, scenario_snapshot
from tui.app import AzsconfigApp
from tui.operations.activity import ActivityLog, Outcome
from tui.operations.preferences import Preferences
from tui.views.desk import Desk

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

PICTURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "menu": ("healthy", ()),
    "registration-status": ("firmware", ("1", "enter")),
    "arc-servers": ("arc-expired", ("2", "enter")),
    "activity-log": ("node-down", ("1", "3", "enter")),
    "settings": ("healthy", ("1", "4", "enter")),
    "powershell": ("healthy", ("1", "enter", "c")),
}
"""Name of each picture: the scenario it shows and the keys that lead there."""


def draw(name: str) -> str:
    """Return one picture as SVG."""
    scenario, keys = PICTURES[name]
    # Clock times in the pictures are UTC wherever they are drawn.
    os.environ["TZ"] = "UTC"

    async def drawn(desk: Desk) -> str:
        app = AzsconfigApp(desk)
        async with app.run_test(size=(80, 25)) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            return app.export_screenshot(title="azsconfig")

    with _desk(scenario) as desk:
        return asyncio.run(drawn(desk))


@contextlib.contextmanager
def _desk(scenario: str) -> Generator[Desk]:
    """Give a desk whose files are in a folder of its own, the present one, so that their names are short."""
    snapshot = scenario_snapshot(scenario)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("config.toml").write_text(CONFIGURATION, encoding="utf-8")
        desk = desk_of(StillReader(snapshot))
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
        yield desk


def main() -> None:
    """Write every picture."""
    for name in PICTURES:
        (FOLDER / f"{name}.svg").write_text(draw(name), encoding="utf-8")


if __name__ == "__main__":
    main()
