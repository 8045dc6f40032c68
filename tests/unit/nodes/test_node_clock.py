"""Deadlines are called in order, once, and leave no thread behind."""

import threading

import pytest

from tui.nodes.clock import Clock

PATIENCE_SECONDS = 20.0


def test_actions_are_called_in_the_order_of_their_times() -> None:
    clock, called, done = Clock(), list[int](), threading.Event()
    clock.after(0.06, done.set)
    for number in (3, 1, 2):
        clock.after(number / 100, lambda number=number: called.append(number))
    assert done.wait(PATIENCE_SECONDS)
    assert called == [1, 2, 3]


def test_a_cancelled_action_is_not_called_and_the_thread_ends() -> None:
    clock, called, done = Clock(), list[int](), threading.Event()
    appointments = [clock.after(3600, lambda: called.append(1)) for _ in range(100)]
    clock.after(0, done.set)
    assert done.wait(PATIENCE_SECONDS)
    threads = [thread for thread in threading.enumerate() if thread.name == "azsconfig deadlines"]
    for appointment in appointments:
        appointment.cancel()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    assert called == []


def test_an_action_that_fails_keeps_no_other_from_being_called(caplog: pytest.LogCaptureFixture) -> None:
    clock, done = Clock(), threading.Event()

    def fail() -> None:
        message = "the action's own fault"
        raise RuntimeError(message)

    clock.after(0, fail)
    clock.after(0.01, done.set)
    assert done.wait(PATIENCE_SECONDS)
    assert "the action's own fault" in caplog.text
