"""Programs that these tests look into."""

import threading

from tui.lab.winrm.program import OutputSink, ProgramStart


class Recorder:
    """A program that keeps what it is told and says only what the test says; also its own factory."""

    def __init__(self) -> None:
        self.starts: list[ProgramStart] = []
        self.input = bytearray()
        self.input_closed = threading.Event()
        self.interrupted = threading.Event()
        self.killed = threading.Event()
        self.sink: OutputSink | None = None

    def __call__(self, start: ProgramStart, sink: OutputSink, /) -> "Recorder":
        self.starts.append(start)
        self.sink = sink
        return self

    def say(self, text: str) -> None:
        assert self.sink
        self.sink.stdout(text.encode())

    def end(self, code: int) -> None:
        assert self.sink
        self.sink.exited(code)

    def write(self, data: bytes) -> None:
        self.input += data

    def close_input(self) -> None:
        self.input_closed.set()

    def interrupt(self) -> None:
        self.interrupted.set()

    def kill(self) -> None:
        self.killed.set()
        self.end(1)
