"""What azsconfig makes of the terminals there are."""

import subprocess
import sys
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tui.console.evidence import NOTED, TOLD, Evidence, StreamEvidence, WindowsEvidence, kept
from tui.console.judge import Wishes, judge
from tui.console.terminal import FrontEnd, Terminal

CASES: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/cases/console/terminals.toml").read_text("utf-8"))["case"]


def judged(case: dict[str, Any]) -> Terminal:
    encoding = case.get("encoding", "utf-8")
    streams = {name: StreamEvidence(case.get(name, True), encoding) for name in ("stdin", "stderr")}
    evidence = Evidence(
        windows=_windows(case["windows"]) if "windows" in case else None,
        stdout=StreamEvidence(case.get("stdout", True), encoding),
        environment=kept(case.get("environment", {})),
        size=tuple(case.get("size", (80, 25))),
        device=case.get("device", ""),
        **streams,
    )
    return judge(evidence, Wishes(plain=case.get("plain", False)), lambda _name: case.get("addressable"))


def _windows(told: dict[str, Any]) -> WindowsEvidence:
    return WindowsEvidence(
        input_mode=0x1F7 if told.get("input", True) else None,
        output_mode=0x3 if told.get("output", True) else None,
        escapes_refused=told.get("escapes_refused", 0),
        code_pages=tuple(told["code_pages"]) if "code_pages" in told else (65001, 65001),
        parents=tuple(told.get("parents", ())),
        failed=tuple(told.get("failed", ())),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_terminal_is_what_it_is_and_gets_what_it_can_show(case: dict[str, Any]) -> None:
    terminal = judged(case)
    assert terminal.kind.value == case["kind"]
    assert terminal.front_end.value == case["front_end"]
    assert terminal.colour is case.get("colour", True)
    assert terminal.ascii is case.get("ascii", False)
    assert [terminal.columns, terminal.rows] == case.get("decided_size", case.get("size", [80, 25]))
    assert terminal.reasons
    assert all(reason.endswith(".") for reason in terminal.reasons)


STREAM = st.builds(StreamEvidence, st.booleans(), st.sampled_from(["utf-8", "cp437", "ascii", ""]))
WINDOWS = st.builds(
    WindowsEvidence,
    st.none() | st.integers(0, 0xFFFF),
    st.none() | st.integers(0, 0xFFFF),
    st.sampled_from([0, 6, 87]),
    st.none() | st.tuples(st.integers(0, 70000), st.integers(0, 70000)),
    st.lists(st.sampled_from(["wsmprovhost.exe", "sacsess.exe", "sshd.exe", "cmd.exe", ""])).map(tuple),
)
EVIDENCE = st.builds(
    Evidence,
    st.none() | WINDOWS,
    STREAM,
    STREAM,
    STREAM,
    st.dictionaries(st.sampled_from([*TOLD, *NOTED]), st.sampled_from(["", "set", "xterm", "dumb", "vt100", "é"])),
    st.tuples(st.integers(-1, 300), st.integers(-1, 300)),
    st.sampled_from(["", "/dev/ttyS0", "/dev/tty1", "/dev/pts/0"]),
)


@given(EVIDENCE, st.booleans(), st.sampled_from([True, False, None]))
def test_whatever_is_observed_something_is_decided_and_screens_need_a_terminal(
    evidence: Evidence, plain: bool, addressable: bool | None
) -> None:
    terminal = judge(evidence, Wishes(plain=plain), lambda _name: addressable)
    assert terminal.columns > 0
    assert terminal.rows > 0
    if terminal.front_end is FrontEnd.SCREENS:
        assert not plain
        if evidence.windows is None:
            assert evidence.stdin.terminal
            assert evidence.stdout.terminal
        else:
            assert evidence.windows.input_mode is not None
            assert evidence.windows.output_mode is not None
            assert evidence.windows.escapes_refused == 0


def test_the_machine_s_own_descriptions_tell_what_moves_a_cursor() -> None:
    pytest.importorskip("curses", reason="this Python has no curses: terminal descriptions were not read")
    assert described("xterm") in {"True", "None"}
    assert described("dumb") in {"False", "None"}
    assert described("no-such-terminal") == "None"


def described(name: str) -> str:
    """Return what a process of its own finds: curses reads one description for each process."""
    program = f"from tui.console.terminfo import cursor_addressable as read; print(read({name!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def test_addresses_in_the_environment_are_not_kept() -> None:
    assert kept({"SSH_CONNECTION": "10.1.2.3 5 10.1.2.4 22", "TERM": "xterm", "PATH": "/x", "TMUX": ""}) == {
        "SSH_CONNECTION": "set",
        "TERM": "xterm",
    }
