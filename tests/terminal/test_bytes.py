"""What the menu sends over a slow line: bytes are counted, nothing is timed."""

import pytest

pytest.importorskip("pexpect", reason="pexpect drives a pseudo-terminal, and is not installed")

from tests.benchmarks.terminal import (
    LIVELY,
    MENU,
    READY,
    Terminal,
    arrow_bytes,
    arrow_bytes_on,
    bytes_of_a_followed_run,
)


def test_an_arrow_key_costs_at_most_400_bytes() -> None:
    assert max(arrow_bytes()) <= 400


@pytest.mark.parametrize("screen", LIVELY)
def test_an_arrow_key_costs_no_more_on_the_other_screens(screen: str) -> None:
    assert max(arrow_bytes_on(screen)) <= 400


def test_a_menu_nobody_touches_sends_nothing() -> None:
    with Terminal(MENU, READY) as menu:
        assert menu.bytes_in(1.0) == 0


def test_a_run_that_never_stops_talking_costs_at_most_12000_bytes_a_second() -> None:
    # It is drawn at most twice a second, however busy this machine is; nothing at all would be wrong as well.
    assert 200 <= bytes_of_a_followed_run(3.0) <= 12_000
