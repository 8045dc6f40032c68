"""What goes wrong with the simulated Azure on demand."""

import threading
from dataclasses import dataclass

from tui.lab.azure.http_messages import ConnectionCutError, Request, Response, json_response

CUT = 0
"""In place of a status: the connection is cut without an answer."""


@dataclass(slots=True)
class _Fault:
    word: str
    status: int
    left: int
    retry_after: float | None
    body: bytes | None


class AzureFaults:
    """Faults that strike requests by a word in their path. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[_Fault] = []
        self.struck = 0
        """How many requests were struck."""

    def fail(
        self, word: str, status: int, *, count: int = 1, retry_after: float | None = None, body: bytes | None = None
    ) -> None:
        """Let the next `count` requests whose path holds `word` fail with a status; `CUT` cuts the connection.

        `body` is sent instead of Azure's words, as a proxy would.
        """
        with self._lock:
            self._faults.append(_Fault(word.lower(), status, count, retry_after, body))

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._faults.clear()

    def strike(self, request: Request) -> Response | None:
        """Return the answer of a fault that a request meets; `None` for none."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.word in request.path.lower()), None)
            if fault is None:
                return None
            self.struck += 1
            fault.left -= 1
            if fault.left <= 0:
                self._faults.remove(fault)
        if fault.status == CUT:
            raise ConnectionCutError
        if fault.body is not None:
            return Response(fault.status, fault.body, {"Content-Type": "text/html"})
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        code = {429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable"}.get(
            fault.status, "LabFault"
        )
        return json_response(
            fault.status, {"error": {"code": code, "message": "The lab was told to fail."}}, headers=headers
        )
