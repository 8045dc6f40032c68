"""Try a connection before it is saved: every node says who it is. Nothing is changed, and no shell stays behind."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from queue import SimpleQueue
from typing import Literal, TypeAlias, cast

from tui.cluster.facts import Problem, ProblemKind
from tui.cluster.system import System
from tui.nodes.reply import Reply
from tui.operations.first_try import try_first
from tui.operations.read_nodes import fact_of
from tui.operations.subjects import SUBJECTS
from tui.session import Session
from tui.targets import Chosen

LOG = logging.getLogger("azsconfig.connection_trial")
SYSTEM = next(subject for subject in SUBJECTS if subject.name == "system")
NETBIOS_LENGTH = 15
State: TypeAlias = Literal["waiting", "trying", "ok", "failed", "not-tried"]


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What trying one node has come to."""

    node: str
    """Node, as the connection calls it."""
    state: State = "waiting"
    """Not begun yet, on its way, answered, failed, or left alone because another node refused the password."""
    computer_name: str | None = None
    """What the node calls itself."""
    domain: str = ""
    """Domain or workgroup it says it belongs to."""
    release: str = ""
    """Its operating system, for example `22H2 (20349.2700)`."""
    authentication: str | None = None
    """How the node knows us: `kerberos`, `ntlm`...; `None` for the machine azsconfig runs on."""
    elevated: bool | None = None
    """Whether we are elevated there; `None` where that cannot be told."""
    remark: str = ""
    """What is odd about it: another name than the connection has for it, or the same computer as another node."""
    problem: Problem | None = None
    """Why it failed or was not tried."""
    seconds: float | None = None
    """How long it took, once it has ended."""


Step: TypeAlias = tuple[str, Callable[[NodeResult], NodeResult]]
"""A node, and what becomes of its result."""


class ConnectionTrial:
    """Tries all nodes of a connection side by side, on a thread of its own. Any thread may call it."""

    def __init__(self, chosen: Chosen, deadline: timedelta, changed: Callable[[], None]) -> None:
        """Prepare to try `chosen`; every node has `deadline` to answer.

        `changed` is called on the trial's thread whenever there is another result, and not once it was cancelled.
        """
        self._session = Session(chosen, deadline=deadline, read_only=True)
        self._changed = changed
        self._results = {target.node: NodeResult(target.node) for target in chosen.targets}
        self._steps: SimpleQueue[Step | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="azsconfig trial", daemon=True)
        # No daemon: azsconfig ends only when no shell of it is left on a node; closing has its own limit.
        self._closer = threading.Thread(target=self._close, name="azsconfig trial end")

    @property
    def done(self) -> bool:
        """Whether every node has its result, or the trial was cancelled."""
        return self._done.is_set()

    def start(self) -> None:
        """Begin; returns at once."""
        if self._thread.ident is None and not self.done:
            self._thread.start()

    def results(self) -> tuple[NodeResult, ...]:
        """Return what is known of each node now, in the order of the connection."""
        with self._lock:
            return tuple(self._results.values())

    def cancel(self) -> None:
        """End it and close its channels in the background; returns at once. What has ended by itself stays as it is."""
        with self._lock:
            self._cancelled.set()
            self._give_up(ProblemKind.CANCELLED, "The trial was ended before {node} answered.", "Try again.")
        self._end()
        self._steps.put(None)

    def wait_until_closed(self, seconds: float) -> bool:
        """Wait until it has ended and nothing of it is left on a node; returns whether that is so."""
        return self._closed.wait(seconds)

    def _run(self) -> None:
        try:
            try_first(self._session, _Questions(self._session, self._steps))
            while not self.done and (step := self._steps.get()) is not None:
                self._take(*step)
        except Exception:  # whoever waits for the results would wait for ever
            LOG.exception("trying a connection failed")
            with self._lock:
                self._give_up(ProblemKind.LOST, "azsconfig failed to try {node}.", "The log file has more.")
            self._tell()
        self._end()

    def _take(self, node: str, change: Callable[[NodeResult], NodeResult]) -> None:
        with self._lock:
            if self.done:
                return
            self._results[node] = change(self._results[node])
            self._results = with_remarks(self._results)
            if not any(result.state in {"waiting", "trying"} for result in self._results.values()):
                self._done.set()
        self._tell()

    def _give_up(self, kind: ProblemKind, message: str, remedy: str) -> None:
        """Wait for nobody any more; the caller holds the lock."""
        for node, result in self._results.items():
            if result.state in {"waiting", "trying"}:
                problem = Problem(kind, node, message.format(node=node), remedy)
                self._results[node] = replace(result, state="not-tried", problem=problem)
        self._done.set()

    def _tell(self) -> None:
        if not self._cancelled.is_set():
            self._changed()

    def _end(self) -> None:
        with self._lock:
            if self._closer.ident is None:
                self._closer.start()

    def _close(self) -> None:
        self._session.close()
        self._closed.set()


class _Questions:
    """Asks each node who it is, and turns what comes of it into steps."""

    def __init__(self, session: Session, steps: "SimpleQueue[Step | None]") -> None:
        self._session = session
        self._steps = steps
        self._begun: set[str] = set()

    def begin(self, node: str) -> "Future[Reply]":
        """Ask a node."""
        self._begun.add(node)
        at = time.monotonic()
        self._steps.put((node, lambda result: replace(result, state="trying")))
        future = self._session.submit(node, SYSTEM.script, SYSTEM.parameters).future
        future.add_done_callback(lambda done: self._steps.put((node, self._answer(node, done, at))))
        return future

    def go_on(self, node: str) -> None:
        """Ask nothing more: there is one question."""

    def give_up(self, node: str, problem: Problem) -> None:
        """Have a problem in place of an answer that was never asked for."""
        if node not in self._begun:
            state: State = "not-tried" if problem.kind is ProblemKind.WRONG_CREDENTIALS else "failed"
            self._steps.put((node, lambda result: replace(result, state=state, problem=problem)))

    def _answer(self, node: str, future: "Future[Reply]", begun: float) -> Callable[[NodeResult], NodeResult]:
        fact = fact_of(node, SYSTEM, future, datetime.now(UTC))
        seconds = time.monotonic() - begun
        if isinstance(fact, Problem):
            return lambda result: replace(result, state="failed", problem=fact, seconds=seconds)
        system = cast("System", fact.value)
        return lambda result: replace(
            result,
            state="ok",
            computer_name=system.computer_name,
            domain=system.domain or "",
            release=_release(system),
            authentication=self._session.authentication().get(node),
            elevated=system.elevated,
            seconds=seconds,
        )


def with_remarks(results: Mapping[str, NodeResult]) -> dict[str, NodeResult]:
    """Return the results with what is odd about each: another name, or a computer that an earlier node is already."""
    first: dict[tuple[str, str], str] = {}
    remarked: dict[str, NodeResult] = {}
    for node, result in results.items():
        odd: list[str] = []
        if result.computer_name:
            computer = (result.computer_name.casefold(), result.domain.casefold())
            same = first.setdefault(computer, node)
            if same != node:
                odd.append(f"the same computer as {same}")
            elif not _is_called(node, result.computer_name):
                odd.append(f"although it is called {node} here")
        remarked[node] = replace(result, remark="; ".join(odd))
    return remarked


def _is_called(node: str, computer_name: str) -> bool:
    """Return whether a node's name may be that of a computer; an address says nothing about it."""
    host = node.rpartition(":")[0] if node.count(":") == 1 else node
    with contextlib.suppress(ValueError):
        ip_address(host.strip("[]"))
        return True
    short = host.partition(".")[0].casefold()
    return short == "localhost" or short[:NETBIOS_LENGTH] == computer_name.casefold()[:NETBIOS_LENGTH]


def _release(system: System) -> str:
    if not system.build:
        return system.display_version or ""
    return f"{system.display_version or 'build'} ({system.build}.{system.revision or 0})"
