"""One change at a time in a cluster: the lock that every node which is up keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.cluster.membership import in_natural_order
from tui.cluster.node_names import node_key
from tui.nodes.errors import NodeError, Unreachable
from tui.runs.asking import Ask, answer, decoded
from tui.runs.errors import RunError, RunGoingOn, RunUnreadable
from tui.runs.node_runs import read_run
from tui.runs.run_lock import RunLock
from tui.runs.run_state import RunState

UNSTARTED = timedelta(minutes=10)
"""A lock of a run that no node knows is left over when it was not renewed for this long."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants the locks, and for what."""

    run_id: str
    """Run that will have them."""
    kind: str
    """Kind of that run."""
    title: str
    """What it does, in one line."""
    owner: str
    """Who starts it."""
    holder: str
    """Node, or machine, that the run lives on."""


def enter_locks(ask: Ask, nodes: Iterable[str], claim: Claim) -> tuple[str, ...]:
    """Take the lock of every node that is up, in the order of their names, and return those nodes.

    All or none: when one is another's, those taken are left again. A lock whose run is over is taken over.

    Raises RunGoingOn for another's lock, NodeError or RunError where a node that is up cannot give its own.
    """
    taken: list[str] = []
    tried: list[str] = []
    order = sorted(nodes, key=in_natural_order)
    try:
        for node in order:
            tried.append(node)
            try:
                _enter(ask, node, claim, order)
            except Unreachable as error:
                if error.may_have_run:
                    raise
                # Down: nothing can be changed there, and whoever changes the cluster meets the other locks.
                continue
            taken.append(node)
    except BaseException:
        # Also the last one: it may have given its lock although its answer was lost.
        leave_locks(ask, tried, claim.run_id)
        raise
    return tuple(taken)


def leave_locks(ask: Ask, nodes: Iterable[str], run_id: str) -> tuple[str, ...]:
    """Leave the locks of a run; returns the nodes that did not answer: theirs is taken over once the run is over."""
    left: list[str] = []
    for node in nodes:
        try:
            answer(ask, node, "exit-lock", {"RunId": run_id})
        except (NodeError, RunError):
            left.append(node)
    return tuple(left)


def _enter(ask: Ask, node: str, claim: Claim, nodes: Iterable[str]) -> None:
    for _ in range(TRIES):
        lock = _try(ask, node, claim)
        if lock is None:
            return
        run = _run_of(ask, lock, (*(name for name in nodes if node_key(name) == node_key(lock.holder)), node))
        if not _left_over(lock, run):
            raise RunGoingOn(lock, run, node=node)
        answer(ask, node, "exit-lock", {"RunId": lock.run_id})
    message = f"The lock of {node} changes hands again and again."
    raise RunUnreadable(message, "See azsconfig runs list for who works on this cluster.", node=node)


def _try(ask: Ask, node: str, claim: Claim) -> RunLock | None:
    """Take a node's lock; returns whose it is when it is another's."""
    said = answer(
        ask,
        node,
        "enter-lock",
        {
            "RunId": claim.run_id,
            "Kind": claim.kind,
            "Title": claim.title,
            "Owner": claim.owner,
            "Holder": claim.holder,
        },
    )
    return None if said.get("Taken") is True else decoded(RunLock, said.get("Lock"), node)


def _run_of(ask: Ask, lock: RunLock, places: Iterable[str]) -> RunState | None:
    """Return the run that has a lock, read from the first place that knows it; `None` where none does."""
    for place in dict.fromkeys(places):
        try:
            return read_run(ask, place, lock.run_id).state
        except (NodeError, RunError):
            continue
    return None


def _left_over(lock: RunLock, run: RunState | None) -> bool:
    """Return whether nobody is behind a lock any more."""
    if run is not None:
        return run.over
    last = lock.renewed or lock.since
    return datetime.now(UTC) - last > UNSTARTED
