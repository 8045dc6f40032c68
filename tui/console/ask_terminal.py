"""Asking the terminal itself: what it says it is, and how wide it draws a wide character. POSIX only."""

import os
import re
import select
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec

WITHIN_SECONDS = 0.5
ATTRIBUTES = "\x1b[c"
"""Asks for the primary device attributes (DA1)."""
WIDE_CHARACTER = "\r\u4e00\x1b[6n"
"""Writes one wide character in the first column and asks where the cursor is."""
CLEAR_LINE = "\r\x1b[K"


def ask_terminal() -> list[tuple[str, str]]:
    """Return what the terminal on standard input and output answers; empty where there is none to ask.

    The terminal is left as it was, whatever happens; what is typed meanwhile is lost.
    """
    # Windows has no such way to ask.
    if find_spec("termios") is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return []
    reader, writer = sys.stdin.fileno(), sys.stdout.fileno()
    with _unbuffered(reader):
        attributes = _answer(reader, writer, ATTRIBUTES, rb"\x1b\[\?([0-9;]*)c")
        place = _answer(reader, writer, WIDE_CHARACTER, rb"\x1b\[[0-9]+;([0-9]+)R")
        os.write(writer, CLEAR_LINE.encode())
    silence = f"no answer within {WITHIN_SECONDS:g} s"
    cells = str(int(place) - 1) if place else silence
    return [("Device attributes", attributes or silence), ("Cells of a wide character", cells)]


@contextmanager
def _unbuffered(descriptor: int) -> Generator[None]:
    import termios
    import tty

    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def _answer(reader: int, writer: int, question: str, pattern: bytes) -> str:
    """Write a question and return what its answer holds; empty where none comes in time."""
    os.write(writer, question.encode())
    deadline = time.monotonic() + WITHIN_SECONDS
    came = b""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([reader], [], [], left)[0]:
            break
        came += os.read(reader, 1024)
        match = re.search(pattern, came)
        if match:
            return match[1].decode("ascii")
    return ""
