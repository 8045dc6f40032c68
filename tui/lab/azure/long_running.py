"""Long-running operations of the simulated Azure: begun at once, done a little later, asked about meanwhile."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from tui.lab.azure.calls import SUBSCRIPTION, Answer, Call, Content, RefusedError, Route

_SECONDS = 1.0


@dataclass(slots=True)
class _Operation:
    due: float
    effect: Callable[[], None]
    refusal: tuple[str, str] | None
    over: bool = False


class LongRunning:
    """Operations that go on. What one changes has changed once its time has come. Safe to use from any thread."""

    def __init__(self) -> None:
        self.seconds = _SECONDS
        """How long the next operations take."""
        self._lock = threading.Lock()
        self._operations: dict[str, _Operation] = {}
        self._refusal: tuple[str, str] | None = None

    def fail_next(self, code: str, message: str) -> None:
        """Let the next operation end in an error and change nothing."""
        with self._lock:
            self._refusal = (code, message)

    def begin(self, call: Call, effect: Callable[[], None], *, by_location: bool = False) -> Answer:
        """Begin an operation and answer 202 with where to ask for it: `Azure-AsyncOperation`, or `Location` alone."""
        operation = str(uuid.uuid4())
        with self._lock:
            self._operations[operation] = _Operation(time.monotonic() + self.seconds, effect, self._refusal)
            self._refusal = None
        kind = "operationResults" if by_location else "operationStatuses"
        url = f"{call.root}/subscriptions/{call.subscription}/{kind}/{operation}?api-version={call.api_version}"
        headers = {"Location" if by_location else "Azure-AsyncOperation": url}
        return Answer(202, headers={**headers, **self._again()})

    def settle(self) -> None:
        """Carry out every operation whose time has come."""
        now = time.monotonic()
        with self._lock:
            due = [one for one in self._operations.values() if not one.over and one.due <= now]
            for operation in due:
                operation.over = True
        for operation in due:
            if operation.refusal is None:
                operation.effect()

    def routes(self) -> tuple[Route, ...]:
        """Return where to ask for them."""
        return (
            ("GET", SUBSCRIPTION + r"/operationstatuses/(?P<operation>[^/]+)", "", self._status),
            ("GET", SUBSCRIPTION + r"/operationresults/(?P<operation>[^/]+)", "", self._result),
        )

    def _status(self, call: Call) -> Content | Answer:
        operation = self._found(call)
        if not operation.over:
            return Answer(200, {"status": "InProgress"}, self._again())
        if operation.refusal is None:
            return {"status": "Succeeded"}
        code, message = operation.refusal
        return {"status": "Failed", "error": {"code": code, "message": message}}

    def _result(self, call: Call) -> Content | Answer:
        operation = self._found(call)
        if not operation.over:
            return Answer(202, headers={"Location": f"{call.root}{call.path}?api-version={call.api_version}"})
        if operation.refusal is not None:
            raise RefusedError(409, *operation.refusal)
        return Answer(200)

    def _found(self, call: Call) -> _Operation:
        with self._lock:
            operation = self._operations.get(call.parts["operation"])
        if operation is None:
            raise RefusedError(404, "OperationNotFound", "There is no such operation.")
        return operation

    def _again(self) -> dict[str, str]:
        return {"x-ms-retry-after-ms": f"{max(self.seconds, 0.01) * 1000:.0f}"}
