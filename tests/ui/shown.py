"""A desk on which options are made-up operations, driven on screens or in lines."""

import asyncio
import io
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from tests.made_up_runs import MadeUpOperation
from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tests.ui.conftest import Driver
from tui.app import AzsconfigApp
from tui.line_mode import LineMode
from tui.operations.snapshot import Snapshot
from tui.views.desk import Desk

PATIENCE_SECONDS = 20


class _Azure:
    account = "admin@contoso.test"
    needs_person = False


class _Session:
    """Stands for a session: a made-up operation asks it nothing."""

    banner = "LAB made-up"
    azure = _Azure()

    def discover_peers(self) -> None:
        """There are none."""


def desk_with(operation: MadeUpOperation, snapshot: Snapshot | None = None) -> Desk:
    """Return a desk on which every option is this operation."""
    reader = StillReader(snapshot or scenario_snapshot())
    reader.opened = _Session()
    return desk_of(reader, make_operation=lambda _id: operation)


def driven(desk: Desk, steps: Callable[["Shown"], Awaitable[None]]) -> None:
    """Run steps on the screens of a desk."""
    driver = Driver.of(desk, (80, 25))

    async def run(pilot: Pilot[None], app: AzsconfigApp) -> None:
        shown = Shown(driver, pilot, app)
        await steps(shown)

    driver.run(run)


class Shown:
    """The screens, and waiting for what shall stand on them."""

    def __init__(self, driver: Driver, pilot: Pilot[None], app: AzsconfigApp) -> None:
        self._driver = driver
        self._pilot = pilot
        self.app = app

    @property
    def text(self) -> str:
        return self._driver.text

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def until(self, words: str) -> str:
        """Wait until words stand on the screen."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while words not in self._driver.text:
                await self._pilot.pause(0.02)
        return self._driver.text


def said(desk: Desk, answers: str, output: io.StringIO | None = None) -> str:
    """Return what line mode writes."""
    output = output or io.StringIO()
    LineMode(desk, io.StringIO(answers), output, 80).run()
    return output.getvalue()
