"""Print every budget beside what was measured now: `python -m tests.benchmarks`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from tests.benchmarks.terminal import (
    AZSCONFIG,
    LIVELY,
    MENU,
    READY,
    SMALLEST,
    SMALLEST_READY,
    Terminal,
    arrow_bytes,
    arrow_bytes_on,
    bytes_of_a_followed_run,
    seconds_to_start,
)
from tests.conftest import ROOT
from tui.lab.control import LabControl
from tui.lab.launcher import LabProcess
from tui.operations.read_nodes import read_cluster
from tui.session import Session
from tui.targets import Wish, choose

REPEATS = 7


@dataclass(frozen=True)
class Measured:
    """One budget and what was measured."""

    what: str
    budget: float
    found: float
    unit: str

    @property
    def line(self) -> str:
        """The row of the table."""
        verdict = "met" if self.found <= self.budget else "MISSED"
        return f"{self.what:<64} {self.budget:>8.2f} {self.found:>8.2f} {self.unit:<3} {verdict}"


def start_up() -> Iterator[Measured]:
    """Measure what `--version` and `--help` cost over the bare interpreter, in milliseconds."""
    bare = _milliseconds("-c", "pass")
    for flag in ("--version", "--help"):
        yield Measured(f"azsconfig {flag} over the bare interpreter", 60, _milliseconds("-m", "tui", flag) - bare, "ms")


def _milliseconds(*arguments: str) -> float:
    def once() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return 1000 * (time.perf_counter() - started)

    return median(once() for _ in range(REPEATS))


def status_of_sixteen() -> Iterator[Measured]:
    """Measure a status of 16 nodes whose scripts take 0.5 s each, once the channels are ready, in seconds."""
    with LabProcess("healthy", 16) as ready:
        session = Session(choose(Wish(config=Path(ready.config)), lambda _user: None), deadline=timedelta(seconds=60))
        try:
            started = time.perf_counter()
            read_cluster(session, lambda _arrived: None)
            opened = time.perf_counter() - started
            LabControl.beside(ready.config).delay(0.5)
            passes: list[float] = []
            for _ in range(3):
                started = time.perf_counter()
                read_cluster(session, lambda _arrived: None)
                passes.append(time.perf_counter() - started)
        finally:
            session.close()
    yield Measured("status of 16 nodes, 0.5 s a script, channels ready", 2.0, median(passes), "s")
    print(f"(opening 16 channels and the first pass without delay took {opened:.2f} s; no budget)")


def menu() -> Iterator[Measured]:
    """Measure the menu on a pseudo-terminal of 80x25 beside the smallest possible Textual app."""
    starts = seconds_to_start(REPEATS)
    for what, code in (("menu alone", MENU), ("azsconfig --lab", AZSCONFIG)):
        found = starts[code] / starts[SMALLEST]
        yield Measured(f"time to the first usable menu, {what}, over the smallest", 1.35, found, "x")
    for screen in LIVELY:
        yield Measured(f"bytes for one arrow key: {screen}", 400, max(arrow_bytes_on(screen)), "B")
    yield Measured("bytes for one arrow key in the menu, the dearest", 400, max(arrow_bytes()), "B")
    with Terminal(MENU, READY) as ours_open, Terminal(SMALLEST, SMALLEST_READY) as smallest_open:
        yield Measured("bytes in 3 s when nothing happens", 0, ours_open.bytes_in(3.0), "B")
        memory = ours_open.peak_bytes() / smallest_open.peak_bytes()
    found = bytes_of_a_followed_run(10.0)
    yield Measured("bytes per second while a run is followed", 12_000, found, "B")
    yield Measured("peak memory, menu open, over the smallest app", 1.3, memory, "x")


def main() -> int:
    """Print the table; return 1 when a budget was missed."""
    rows = [*start_up(), *menu(), *status_of_sixteen()]
    print(f"{'what':<64} {'budget':>8} {'found':>8}")
    for row in rows:
        print(row.line)
    return int(any(row.found > row.budget for row in rows))


if __name__ == "__main__":
    sys.exit(main())
