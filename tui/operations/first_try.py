"""A password that may be wrong goes to one node first: on sixteen at once it would lock the account.

Which nodes share a user and a password, and have never accepted them in this session, that is a group. One of them
goes first. Accepts it us, the others follow; refuses it us, they are left alone, and say why. When it says neither,
because it is off or hangs, the next one goes, never a second one within two seconds. Before that the others are asked
for no more than a TCP connection, so that those that are off are told apart at once and not one after the other.
"""

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Protocol
from urllib.parse import urlsplit

from tui.cluster.facts import Problem, ProblemKind
from tui.nodes.connection import Connection, Target, TransportKind
from tui.nodes.errors import NodeError
from tui.nodes.reply import Reply
from tui.nodes.sockets import probe
from tui.secret import Secret
from tui.session import Session

LOG = logging.getLogger("azsconfig.first_try")
SILENT_SECONDS = 2.0
"""How long a node that says nothing keeps the next one waiting."""
LOOK_SECONDS = 0.05
"""How often one looks whether a node has accepted us, which is long before it has answered."""
ACCEPTED = frozenset(
    {
        ProblemKind.NOT_AN_ADMINISTRATOR,
        ProblemKind.QUOTA,
        ProblemKind.POWERSHELL_NOT_STARTED,
        ProblemKind.CONSTRAINED_LANGUAGE,
        ProblemKind.SCRIPT_ERROR,
    }
)
"""What can only go wrong once the node knows who we are."""


class Work(Protocol):
    """What is to be done on every node. Called from several threads, for one node by one after the other."""

    def begin(self, node: str) -> "Future[Reply]":
        """Send the first request to a node."""
        ...

    def go_on(self, node: str) -> None:
        """Send the other requests."""
        ...

    def give_up(self, node: str, problem: Problem) -> None:
        """Send nothing more to a node: what was not sent yet has this problem."""
        ...


def try_first(session: Session, work: Work) -> None:
    """Begin with all nodes of a session, or with those that may begin; returns at once.

    Each node's work is begun and goes on, or is given up. Where all channels have been open before, that is all there
    is to it.
    """
    targets = session.targets
    groups = groups_to_try(targets, session.authentication())
    careful = {target.node for group in groups for target in group}
    for group in groups:
        first = FirstTry(session, group, work)
        threading.Thread(target=first.run, name="azsconfig first try", daemon=True).start()
    for target in targets:
        if target.node not in careful:
            work.begin(target.node)
            work.go_on(target.node)


def groups_to_try(targets: Iterable[Target], known: Iterable[str]) -> list[list[Connection]]:
    """Return the nodes that share a user and a password of which it is not known whether they are right.

    `known` are the nodes that have accepted us; a node with a password of its own is no group.
    """
    groups: dict[tuple[str, Secret], list[Connection]] = {}
    for target in targets:
        if isinstance(target, Connection) and target.password and target.transport is not TransportKind.CERTIFICATE:
            groups.setdefault(((target.user or "").casefold(), target.password), []).append(target)
    proven = set(known)
    return [group for group in groups.values() if len(group) > 1 and not any(one.node in proven for one in group)]


class FirstTry:
    """One group of nodes, and which of them may be tried now."""

    def __init__(self, session: Session, group: Iterable[Connection], work: Work) -> None:
        """Prepare to begin the work of a group."""
        self._session = session
        self._work = work
        self._waiting = {target.node: target for target in group}
        self._trying: dict[str, tuple[Future[Reply], float]] = {}
        self._news = threading.Event()
        self._lock = threading.Lock()
        self._looking = False
        self._found: dict[str, Problem | None] = {}

    def run(self) -> None:
        """Try one after the other until it is known what the password is worth."""
        try:
            self._run()
        except Exception as error:  # whoever waits for these nodes would wait for ever
            LOG.exception("trying the nodes one by one failed")
            for node in (*self._trying, *self._waiting):
                message = f"azsconfig failed to try {node}: {error!r}."
                self._work.give_up(node, Problem(ProblemKind.LOST, node, message, "The log file has more."))

    def _run(self) -> None:
        self._begin(next(iter(self._waiting)))
        while self._trying or self._waiting:
            self._news.wait(LOOK_SECONDS)
            self._news.clear()
            if self._is_accepted():
                self._release()
                return
            self._take_failures()
            now = time.monotonic()
            if self._waiting and all(now - since >= SILENT_SECONDS for _, since in self._trying.values()):
                self._next()

    def _is_accepted(self) -> bool:
        """Return whether one of the nodes that are tried has accepted the password, or nothing is sent any more."""
        known = self._session.authentication()
        return any(node in known or _accepts(future) for node, (future, _) in self._trying.items())

    def _take_failures(self) -> None:
        """Give up the nodes that have failed; when one refused us, those that were not begun as well."""
        for node, (future, _) in list(self._trying.items()):
            problem = _problem_of(future)
            if problem is None:
                continue
            del self._trying[node]
            self._work.give_up(node, problem)
            if problem.kind is ProblemKind.WRONG_CREDENTIALS:
                for other in self._waiting:
                    self._work.give_up(other, _not_tried(other, node))
                self._waiting.clear()

    def _begin(self, node: str) -> None:
        del self._waiting[node]
        future = self._work.begin(node)
        self._trying[node] = (future, time.monotonic())
        future.add_done_callback(lambda _future: self._news.set())

    def _release(self) -> None:
        """Let everybody begin: the password is right."""
        for node in self._trying:
            self._work.go_on(node)
        for node in self._waiting:
            self._work.begin(node)
            self._work.go_on(node)

    def _next(self) -> None:
        """Begin with the next node that can be reached; those that cannot are given up."""
        if not self._looking:
            self._looking = True
            for target in self._waiting.values():
                threading.Thread(target=self._look, args=(target,), name="azsconfig first look", daemon=True).start()
        with self._lock:
            found = dict(self._found)
        for node, problem in found.items():
            if problem is not None and self._waiting.pop(node, None):
                self._work.give_up(node, problem)
        following = next((node for node in self._waiting if node in found), None)
        if following is not None:
            self._begin(following)

    def _look(self, target: Connection) -> None:
        """Note whether anybody accepts connections at a node's address; nothing is sent."""
        problem: Problem | None = None
        try:
            parts = urlsplit(target.url)
            probe(target, parts.hostname or "", parts.port or 0)
        except NodeError as error:
            problem = error.problem
        with self._lock:
            self._found[target.node] = problem
        self._news.set()


def _accepts(future: "Future[Reply]") -> bool:
    """Return whether what a request came to shows that the node knows who we are, or that nothing is sent any more."""
    problem = _problem_of(future)
    if problem is None:
        return future.done()
    # Once the session is being closed, whatever is begun ends at once.
    return problem.kind in ACCEPTED or problem.kind is ProblemKind.CANCELLED


def _problem_of(future: "Future[Reply]") -> Problem | None:
    """Return why a request has failed; `None` while it goes on, and when it did not."""
    error = future.exception() if future.done() else None
    return error.problem if isinstance(error, NodeError) else None


def _not_tried(node: str, by: str) -> Problem:
    return Problem(
        ProblemKind.WRONG_CREDENTIALS,
        node,
        f"{by} refused this user and password; {node} was not tried with them, so that the account is not locked.",
        f"Correct user or password and read again. If {by} alone refuses them, leave it out (--node with the others).",
    )
