"""What the menu sends over a slow line: bytes are counted, nothing is timed."""

import pytest

pytest.importorskip("pexpect", reason="pexpect drives a pseudo-terminal, and is not installed")

from tests.benchmarks.terminal import LIVELY, MENU, READY, Terminal, arrow_bytes, arrow_bytes_on


def test_an_arrow_key_costs_at_most_400_bytes() -> None:
    assert max(arrow_bytes()) <= 400


@pytest.mark.parametrize("screen", LIVELY)
def test_an_arrow_key_costs_no_more_on_the_other_screens(screen: str) -> None:
    assert max(arrow_bytes_on(screen)) <= 400


def test_a_menu_nobody_touches_sends_nothing() -> None:
    with Terminal(MENU, READY) as menu:
        assert menu.bytes_in(1.0) == 0
