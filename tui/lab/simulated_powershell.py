"""A PowerShell that is only a thread of the lab: it speaks the agent's protocol and answers from the lab's state.

It takes the same start and the same first line as `powershell.exe` with the agent script; it does not read that script.
Everything it does happens on its own thread: reading requests, the time scripts take, writing records. A write that
blocks, because nobody reads, therefore blocks it as a full pipe blocks a program.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tui.lab.powershell_start import clixml_error, encoded_script, is_agent
from tui.lab.record_writer import RING, RecordWriter
from tui.lab.simulated_scripts import Parameters, ScriptStopped, Steps, Wait, error
from tui.lab.winrm.program import OutputSink, ProgramStart

_RUNS_AT_ONCE = 4
_CTRL_C = 0xC000013A
_NO_RUNTIME = 0xFFF0000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PowerShellHost:
    """The node a simulated PowerShell runs on, as far as it must know it."""

    name: str
    """Name of the node."""
    pid: int
    """Process id it gives itself."""
    run: Callable[[str, Parameters], Steps]
    """Runs a script by name."""
    faults: Callable[[], Mapping[str, Any]]
    """Faults of the node that are set now: `garble` (kinds), `constrained`, `no-powershell`."""
    version: str = "5.1.20349.2700"
    """Version it gives itself."""


@dataclass(slots=True)
class _Run:
    id: str
    name: str
    parameters: Parameters
    exclusive: bool
    started: float = 0.0
    due: float = 0.0
    steps: Steps = field(default_factory=lambda: cast("Steps", iter(())))


class SimulatedPowerShell:
    """One running simulated PowerShell; a `ShellProgram`."""

    def __init__(self, host: PowerShellHost, start: ProgramStart, sink: OutputSink, *, ring: int = RING) -> None:
        self._host = host
        self._start = start
        self._sink = sink
        self._changed = threading.Condition()
        self._input = bytearray()
        self._lines: deque[bytes] = deque()
        self._input_closed = False
        self._exit_code: int | None = None
        self._records = RecordWriter(sink, lambda: frozenset(host.faults().get("garble") or ()), ring=ring)
        self._scripts: set[str] = set()
        self._seen: set[str] = set()
        self._waiting: deque[_Run] = deque()
        self._running: list[_Run] = []
        self._thread = threading.Thread(target=self._main, name=f"powershell on {host.name}", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Take bytes for standard input."""
        with self._changed:
            self._input += data
            *lines, rest = self._input.split(b"\n")
            if lines:
                self._lines.extend(bytes(line) for line in lines)
                self._input = rest
                self._changed.notify()

    def close_input(self) -> None:
        """Say that standard input has ended; what was read of it still counts."""
        with self._changed:
            self._input_closed = True
            self._changed.notify()

    def interrupt(self) -> None:
        """Deliver Ctrl+C, which ends a PowerShell that is not interactive."""
        self._end(_CTRL_C)

    def kill(self) -> None:
        """End it now."""
        self._end(1)

    def join(self, timeout: float) -> bool:
        """Wait for its thread; return whether it is gone."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _end(self, exit_code: int) -> None:
        with self._changed:
            if self._exit_code is None:
                self._exit_code = exit_code
            self._changed.notify()

    def _main(self) -> None:
        try:
            if self._bootstrap():
                self._serve()
        finally:
            self._sink.exited(self._exit_code or 0)

    def _bootstrap(self) -> bool:
        """Do what the bootstrap script does before the agent runs; return whether the agent may run."""
        faults = self._host.faults()
        if faults.get("no-powershell"):
            return self._refuse(
                "Internal Windows PowerShell error.  Loading managed Windows PowerShell failed", _NO_RUNTIME
            )
        if not encoded_script(self._start):
            return self._refuse("The lab runs no PowerShell but the one started with -EncodedCommand.", 1)
        if faults.get("constrained"):
            self._records.write({"t": "ready", "language": "ConstrainedLanguage"})
            return False
        while (line := self._next_line()) is not None and not line.strip():
            continue
        if line is None:
            return False
        if not is_agent(line):
            return self._refuse("The first line is not the agent: it has to be base64 of UTF-8.", 1)
        self._records.write(
            {
                "t": "ready",
                "version": self._host.version,
                "edition": "Desktop",
                "language": "FullLanguage",
                "host": self._host.name,
                "pid": self._host.pid,
                "elevated": True,
                "protocol": 1,
            }
        )
        return True

    def _refuse(self, message: str, exit_code: int) -> bool:
        self._sink.stderr(clixml_error(message))
        self._end(exit_code)
        return False

    def _serve(self) -> None:
        while (line := self._next_line()) is not None:
            if line.strip() and not self._take(line):
                return

    def _next_line(self) -> bytes | None:
        """Return the next line of input, letting scripts go on meanwhile; None when it is time to end."""
        while True:
            self._start_waiting()
            with self._changed:
                if self._exit_code is not None:
                    return None
                if self._lines:
                    return self._lines.popleft()
                if self._input_closed:
                    return None
                due = min((run.due for run in self._running), default=None)
                now = time.monotonic()
                if due is None or due > now:
                    self._changed.wait(None if due is None else due - now)
                    continue
            self._go_on(min(self._running, key=lambda run: run.due))

    def _take(self, line: bytes) -> bool:
        """Act on one request line; return whether to go on."""
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        if not isinstance(request, dict):
            self._bad_request(None, "a request is one JSON object in one line")
            return True
        fields = cast("dict[str, Any]", request)
        op, identity = fields.get("op"), fields.get("id")
        if op == "exit":
            return False
        if op == "resend":
            self._resend(fields.get("after"))
            return True
        if not isinstance(identity, str):
            self._bad_request(None, f"the request {op} has no id")
            return True
        if identity in self._seen:
            return True
        self._seen.add(identity)
        self._answer(op, identity, fields)
        return True

    def _answer(self, op: Any, identity: str, request: Mapping[str, Any]) -> None:
        name: Any = request.get("name")
        parameters: Any = request.get("parameters", {})
        if op == "ping":
            self._records.write({"t": "pong"}, identity)
        elif op == "define" and isinstance(name, str) and isinstance(request.get("body"), str):
            self._scripts.add(name)
            self._records.write({"t": "end", "ok": True, "seconds": 0}, identity)
        elif op == "cancel" and isinstance(request.get("target"), str):
            self._cancel(request["target"])
            self._records.write({"t": "end", "ok": True, "seconds": 0}, identity)
        elif op == "run" and isinstance(name, str) and isinstance(parameters, dict):
            if name in self._scripts:
                run = _Run(identity, name, cast("Parameters", parameters), request.get("exclusive") is True)
                self._waiting.append(run)
            else:
                self._fail(identity, f"no script {name} was defined", "AzsconfigUnknownScript", "ObjectNotFound")
        else:
            self._bad_request(identity, f"the request {op} is not known or lacks something")

    def _bad_request(self, identity: str | None, message: str) -> None:
        self._fail(identity, message, "AzsconfigBadRequest", "InvalidArgument")

    def _fail(self, identity: str | None, message: str, fqid: str, category: str, seconds: float = 0) -> None:
        """Emit an error and, for a request with an id, its end."""
        self._records.write(error(message, category=category, fqid=fqid), identity)
        if identity is not None:
            self._records.write({"t": "end", "ok": False, "seconds": seconds}, identity)

    def _start_waiting(self) -> None:
        """Start what may run: four at once, or one alone; in the order they came."""
        while self._waiting:
            run = self._waiting[0]
            alone = run.exclusive or any(other.exclusive for other in self._running)
            if len(self._running) >= (1 if alone else _RUNS_AT_ONCE):
                return
            self._waiting.popleft()
            run.started = run.due = time.monotonic()
            run.steps = self._host.run(run.name, run.parameters)
            self._running.append(run)
            self._records.noise()

    def _go_on(self, run: _Run) -> None:
        """Do the next step of a run that is due."""
        try:
            step = next(run.steps)
        except StopIteration:
            self._running.remove(run)
            self._records.write({"t": "end", "ok": True, "seconds": _since(run)}, run.id)
        except ScriptStopped as stopped:
            self._running.remove(run)
            self._fail(run.id, stopped.message, stopped.fqid, stopped.category, _since(run))
        except Exception:  # the thread answers other requests; the lab's own mistake is told and logged
            _log.exception("the simulated script %s failed", run.name)
            self._running.remove(run)
            self._fail(run.id, "the lab failed; see its log", "AzsconfigLabFailed", "InvalidResult", _since(run))
        else:
            if isinstance(step, Wait):
                run.due = time.monotonic() + step.seconds
            else:
                self._records.write(step, run.id)

    def _cancel(self, target: str) -> None:
        """End a run as PowerShell ends a stopped pipeline; one that has ended or is not known is left alone."""
        for runs in (self._running, self._waiting):
            for run in [run for run in runs if run.id == target]:
                runs.remove(run)
                seconds = _since(run) if run.started else 0
                self._fail(run.id, "The pipeline has been stopped.", "PipelineStopped", "OperationStopped", seconds)

    def _resend(self, after: Any) -> None:
        if not isinstance(after, int) or isinstance(after, bool) or after < 0:
            self._bad_request(None, "resend needs the number of the last record that arrived")
            return
        if not self._records.resend(after):
            message = f"some of the records after {after} are no longer kept"
            self._records.write(error(message, category="ObjectNotFound", fqid="AzsconfigRecordsGone"))


def _since(run: _Run) -> float:
    return round(time.monotonic() - run.started, 3)
