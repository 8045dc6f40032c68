"""What goes wrong with the simulated Azure on demand."""

import threading
from dataclasses import dataclass

from tui.lab.azure.http_messages import ConnectionCutError, Request, Response, json_response

CUT = 0
"""In place of a status: the connection is cut without an answer."""
LATE = -1
"""In place of a status: the answer comes late, and is the right one."""
CMDLET = "/cmdlet"
"""What the paths of requests begin with that cmdlets on nodes make."""
_CODES = {429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable"}
_WORDS = "The lab was told to fail."


@dataclass(slots=True)
class _Fault:
    word: str
    status: int
    left: int
    retry_after: float | None
    body: bytes | None
    delay: float


class AzureFaults:
    """Faults that strike requests by a word in their path. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[_Fault] = []
        self._over = threading.Event()
        self.struck = 0
        """How many requests were struck."""

    def fail(
        self,
        word: str,
        status: int,
        *,
        count: int = 1,
        retry_after: float | None = None,
        body: bytes | None = None,
        delay: float = 0.0,
    ) -> None:
        """Let the next `count` requests whose path holds `word` fail with a status; `CUT` cuts the connection.

        `body` is sent instead of Azure's words, as a proxy would; what is answered comes after `delay` seconds, and
        with `LATE` nothing else is wrong with it.
        """
        with self._lock:
            self._faults.append(_Fault(word.lower(), status, count, retry_after, body, delay))

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._faults.clear()

    def end(self) -> None:
        """Let nothing be late any more: the server stops."""
        self._over.set()

    def strike(self, request: Request) -> Response | None:
        """Return the answer of a fault that a request meets; `None` for none."""
        fault = self._met(request.path)
        if fault is None or fault.status == LATE:
            return None
        if fault.status == CUT:
            raise ConnectionCutError
        if fault.body is not None:
            return Response(fault.status, fault.body, {"Content-Type": "text/html"})
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        code = _CODES.get(fault.status, "LabFault")
        return json_response(fault.status, {"error": {"code": code, "message": _WORDS}}, headers=headers)

    def strike_cmdlet(self, scope: str) -> str | None:
        """Return what a cmdlet is told that asks for something at a scope and meets a fault; `None` for none."""
        fault = self._met(f"{CMDLET}{scope}")
        if fault is None or fault.status == LATE:
            return None
        if fault.status == CUT:
            return "An error occurred while sending the request."
        return f"{_CODES.get(fault.status, 'LabFault')}: {_WORDS}"

    def _met(self, path: str) -> _Fault | None:
        """Return the fault that a request meets, once its delay is over."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.word in path.lower()), None)
            if fault is None:
                return None
            self.struck += 1
            fault.left -= 1
            if fault.left <= 0:
                self._faults.remove(fault)
        self._over.wait(fault.delay)
        return fault
