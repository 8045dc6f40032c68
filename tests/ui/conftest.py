"""Driving the application as a user does."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Self

import pytest
from textual.pilot import Pilot

from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tui.app import AzsconfigApp
from tui.operations.snapshot import Snapshot
from tui.views.desk import Desk

Steps = Callable[[Pilot[None], AzsconfigApp], Awaitable[None]]


class Driver:
    """Runs the application without a terminal and reads its rows."""

    def __init__(
        self, snapshot: Snapshot | None = None, size: tuple[int, int] = (80, 25), folder: Path | None = None
    ) -> None:
        """Show `snapshot`, by default a healthy lab, in `size` columns and rows; files are in `folder`."""
        self.reader = StillReader(snapshot or scenario_snapshot())
        self.app = AzsconfigApp(desk_of(self.reader, folder))
        self.size = size

    @classmethod
    def of(cls, desk: Desk, size: tuple[int, int]) -> Self:
        """Return a driver of a desk that was made elsewhere."""
        driver = cls(size=size)
        driver.app = AzsconfigApp(desk)
        return driver

    def run(self, steps: Steps) -> None:
        """Run `steps` on the running application."""

        async def driven() -> None:
            async with self.app.run_test(size=self.size) as pilot:
                await pilot.pause()
                await steps(pilot, self.app)

        asyncio.run(driven())

    @property
    def rows(self) -> list[str]:
        """The rows on the screen, without trailing spaces."""
        compositor = self.app.screen._compositor  # pyright: ignore[reportPrivateUsage]
        return ["".join(segment.text for segment in strip).rstrip() for strip in compositor.render_strips()]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)


@pytest.fixture(autouse=True)
def no_view_fails(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Fail a test in which a view failed: the menu goes on, and says so only in words."""
    yield
    assert [record for record in caplog.records if record.name == "azsconfig.views"] == []


@pytest.fixture
def driver() -> Driver:
    """The application on a healthy lab, 80x25."""
    return Driver()
