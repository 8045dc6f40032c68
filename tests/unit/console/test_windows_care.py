"""The Windows console is set up and put back, whichever call fails."""

import threading

import pytest

from tests.unit.console.recording_console import RecordingConsole
from tui.console.evidence import gather
from tui.console.kernel32 import Kernel32Console
from tui.console.windows_api import ControlEvent, Handle, InputMode, OutputMode, WindowsConsole
from tui.console.windows_care import WindowsCare

CALLS_TO_SET_UP = 9


def nothing() -> None:
    """Close nothing."""


def test_quick_edit_is_off_and_escapes_are_on_while_it_runs() -> None:
    console = RecordingConsole()
    with WindowsCare(console, nothing) as care:
        assert not console.modes[Handle.INPUT] & InputMode.QUICK_EDIT_MODE
        assert not console.modes[Handle.INPUT] & InputMode.INSERT_MODE
        assert console.modes[Handle.INPUT] & InputMode.PROCESSED_INPUT
        assert console.modes[Handle.OUTPUT] & OutputMode.VIRTUAL_TERMINAL_PROCESSING
        assert console.code_pages == {Handle.INPUT: 65001, Handle.OUTPUT: 65001}
        assert console.handler is not None
        assert care.problems == []
        assert len(console.calls) == CALLS_TO_SET_UP


def test_everything_is_as_it_was_afterwards() -> None:
    console = RecordingConsole()
    before = console.state
    with WindowsCare(console, nothing):
        # Textual's driver sets a mode of its own, without the extended flag, and puts back what it found.
        found = console.modes[Handle.INPUT]
        console.set_mode(Handle.INPUT, InputMode.VIRTUAL_TERMINAL_INPUT)
        console.set_mode(Handle.INPUT, found)
    assert console.state == before


def test_it_is_put_back_when_the_program_fails_and_only_once() -> None:
    console = RecordingConsole()
    before = console.state
    care = WindowsCare(console, nothing)
    with pytest.raises(ZeroDivisionError), care:
        raise ZeroDivisionError
    assert console.state == before
    calls = len(console.calls)
    care.restore()
    assert len(console.calls) == calls


@pytest.mark.parametrize("refused", range(CALLS_TO_SET_UP))
def test_a_call_that_fails_while_setting_up_is_said_and_the_rest_is_done_and_undone(refused: int) -> None:
    console = RecordingConsole(refuse=refused)
    before = console.state
    with WindowsCare(console, nothing) as care:
        assert len(care.problems) == 1
        assert "error 5" in care.problems[0]
    assert console.state == before


@pytest.mark.parametrize("refused", range(CALLS_TO_SET_UP, CALLS_TO_SET_UP + 5))
def test_a_call_that_fails_while_putting_back_costs_no_other(refused: int) -> None:
    untouched = RecordingConsole()
    console = RecordingConsole(refuse=refused)
    with WindowsCare(console, nothing):
        pass
    assert len(console.calls) == CALLS_TO_SET_UP + 5
    different = [
        console.modes[Handle.INPUT] != untouched.modes[Handle.INPUT],
        console.modes[Handle.OUTPUT] != untouched.modes[Handle.OUTPUT],
        console.code_pages[Handle.INPUT] != untouched.code_pages[Handle.INPUT],
        console.code_pages[Handle.OUTPUT] != untouched.code_pages[Handle.OUTPUT],
        console.handler is not None,
    ]
    assert sum(different) == 1


@pytest.mark.parametrize("event", [ControlEvent.CLOSE, ControlEvent.LOGOFF, ControlEvent.SHUTDOWN])
def test_a_console_that_is_closed_ends_azsconfig_before_windows_does(event: ControlEvent) -> None:
    console = RecordingConsole()
    closed: list[str] = []
    with WindowsCare(console, lambda: closed.append("closed")):
        assert console.handler is not None
        assert console.handler(event)
        assert closed == ["closed"]
        # Windows says log off after close: nothing is closed twice.
        assert console.handler(ControlEvent.LOGOFF)
        assert closed == ["closed"]


def test_a_second_event_waits_until_the_first_has_closed_everything() -> None:
    console = RecordingConsole()
    go_on, begun = threading.Event(), threading.Event()
    order: list[str] = []

    def close() -> None:
        begun.set()
        assert go_on.wait(10)
        order.append("closed")

    with WindowsCare(console, close):
        handler = console.handler
        assert handler is not None
        first = threading.Thread(target=handler, args=(ControlEvent.CLOSE,))
        first.start()
        assert begun.wait(10)
        second = threading.Thread(target=lambda: (handler(ControlEvent.LOGOFF), order.append("second")))
        second.start()
        go_on.set()
        first.join(10)
        second.join(10)
    assert order == ["closed", "second"]


@pytest.mark.parametrize("event", [ControlEvent.CTRL_C, ControlEvent.CTRL_BREAK, 99])
def test_ctrl_c_and_ctrl_break_are_left_to_python(event: int) -> None:
    console = RecordingConsole()
    with WindowsCare(console, lambda: pytest.fail("nothing is to be closed")):
        assert console.handler is not None
        assert not console.handler(event)


def test_looking_around_leaves_the_console_as_it_was() -> None:
    console = RecordingConsole()
    before = console.state
    evidence = gather(console, {"WT_SESSION": "{x}"})
    assert console.state == before
    assert evidence.size == (80, 25)
    assert evidence.windows is not None
    assert evidence.windows.parents == ("powershell.exe",)
    assert evidence.windows.code_pages == (437, 850)


@pytest.mark.parametrize("refused", range(8))
def test_a_call_that_fails_while_looking_around_is_itself_evidence(refused: int) -> None:
    console = RecordingConsole(refuse=refused)
    windows = gather(console, {}).windows
    assert windows is not None
    assert len(console.calls) >= 6


def test_the_real_one_says_at_once_that_there_is_no_windows_here() -> None:
    import os

    if os.name == "nt":
        pytest.skip("this is Windows: its console is not taken from the tests")
    with pytest.raises(OSError, match="no Windows console"):
        Kernel32Console()


def test_both_are_the_one_interface() -> None:
    consoles: list[type[WindowsConsole]] = [RecordingConsole, Kernel32Console]
    assert len(consoles) == 2
