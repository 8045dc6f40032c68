"""Sizes that a terminal had before, told after the one that it has."""

import sys

import pytest
from textual.events import Resize
from textual.geometry import Size

from tui.app import as_it_is_now


@pytest.mark.skipif(sys.platform == "win32", reason="there no signal tells of sizes")
def test_the_size_that_counts_is_the_one_the_terminal_has_by_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "132")
    monkeypatch.setenv("LINES", "43")
    late = Size(58, 12)
    assert as_it_is_now(Resize(late, late)).size == Size(132, 43)
