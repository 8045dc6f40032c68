"""A carrier without a node: a test says what arrives, and sees what was written."""

import json
import queue
import threading
from collections.abc import Callable
from typing import Any

from tui.nodes.carrier import Delivery, Gone

PATIENCE_SECONDS = 20.0
READY: dict[str, Any] = {
    "t": "ready",
    "version": "5.1",
    "edition": "Desktop",
    "language": "FullLanguage",
    "host": "N",
    "protocol": 1,
}


def record(q: int, request_id: str | None = None, **fields: object) -> bytes:
    return b"\x1e" + json.dumps({"q": q, "id": request_id, **fields}).encode("ascii") + b"\n"


class ScriptedCarrier:
    """Plays one PowerShell's part; what it reads is put into `arriving`, what is written appears in `written`."""

    authentication: str | None = None

    def __init__(self, *, ready: bool = True) -> None:
        self.arriving: queue.Queue[Delivery | Exception] = queue.Queue()
        self.written: queue.Queue[dict[str, Any]] = queue.Queue()
        self.write_errors: queue.SimpleQueue[Exception] = queue.SimpleQueue()
        self.open_error: Exception | None = None
        self.closed = threading.Event()
        self.stuck = threading.Event()
        if ready:
            self.say(record(1, **READY))

    def say(self, *records: bytes, gap: bool = False) -> None:
        self.arriving.put(Delivery(stdout=b"".join(records), gap=gap))

    def end(self, stderr: bytes = b"", exit_code: int = 1) -> None:
        self.arriving.put(Delivery(stderr=stderr, ended=True, exit_code=exit_code))

    def next_written(self, op: str) -> dict[str, Any]:
        while True:
            message = self.written.get(timeout=PATIENCE_SECONDS)
            if message["op"] == op:
                return message

    def open(self, first_line: bytes) -> None:
        if self.open_error is not None:
            raise self.open_error

    def write(self, data: bytes) -> None:
        if not self.write_errors.empty():
            raise self.write_errors.get()
        for line in data.splitlines():
            self.written.put(json.loads(line))

    def read(self) -> Delivery:
        delivery = self.arriving.get(timeout=PATIENCE_SECONDS)
        if isinstance(delivery, Exception):
            raise delivery
        return delivery

    def close(self, within: float) -> bool:
        self.closed.set()
        self.arriving.put(Gone())
        return True


class Carriers:
    """Hands out carriers one after the other, as a channel opens and opens again."""

    def __init__(self, *carriers: ScriptedCarrier) -> None:
        self._left = list(carriers)
        self.opened = 0

    def __call__(self, *_: object) -> ScriptedCarrier:
        self.opened += 1
        return self._left.pop(0)


Echo = Callable[[int, str], bytes]


def answer(q: int, request_id: str, data: object = "answer") -> bytes:
    return record(q, request_id, t="out", data=data) + record(q + 1, request_id, t="end", ok=True, seconds=0.1)
