"""Following a run with a command that is told to end."""

import threading

import pytest

from tests.made_up_runs import DONE
from tui.runs.event import Sink
from tui.runs.outcome import Outcome
from tui.verbs.following import followed
from tui.verbs.patience import InBackground
from tui.verbs.telling import TextTelling


def test_a_run_is_left_in_order_before_the_command_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()

    def work(_sink: Sink, stop: threading.Event) -> Outcome:
        assert stop.wait(20)
        left.set()
        return DONE

    def told_to_end(_self: InBackground[Outcome]) -> Outcome:
        raise SystemExit(143)

    monkeypatch.setattr(InBackground, "result", told_to_end)
    with pytest.raises(SystemExit, match="143"):
        followed(work, TextTelling())
    assert left.is_set()
