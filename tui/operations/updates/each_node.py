"""The same detached run on each of several nodes, side by side or one after the other; no node is taken out for it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.cluster.rolling_journal import Entry, Mark, Step, done_nodes
from tui.cluster.rolling_progress import progress_of
from tui.nodes.errors import NodeError
from tui.operations.updates.coordinating import Coordinating
from tui.operations.updates.steps_on_nodes import run_to_the_end
from tui.runs.coordinated import Coordination
from tui.runs.errors import RunError, RunNotFound
from tui.runs.node_runs import read_run
from tui.runs.plan import NodeWork
from tui.runs.rolling_loop import StepEnd
from tui.runs.rolling_record import FAR_BEHIND_ITS_END, entry_events
from tui.runs.run_state import RunState, new_run_id


@dataclass(frozen=True, slots=True)
class Job:
    """What is run on each node."""

    work: Callable[[str], NodeWork | None]
    """Returns the run of a node, by what is true there now; `None` where nothing is left to do. Raises NodeError."""
    judge: Callable[[RunState, str], StepEnd]
    """Returns what a run that is over came to, with its last error."""
    title: str
    """Title of a node's run, with `{node}`."""
    kind: str
    """Kind of a node's run."""
    side_by_side: bool
    """Whether nodes are taken all at once; otherwise one failure keeps the next from being begun."""
    patience: timedelta = timedelta(minutes=15)
    """How long a node may be away while its run goes on."""


@dataclass(frozen=True, slots=True)
class NodeEnd:
    """How it went on one node."""

    node: str
    """The node."""
    end: StepEnd | None
    """How; `None` where nobody knows yet."""
    ran: bool = True
    """Whether anything was run on it."""


class EachNode:
    """Carries the job on from wherever its journal stands."""

    def __init__(self, work: Coordinating, coordination: Coordination, journal: Sequence[Entry], job: Job) -> None:
        self._work = work
        self._coordination = coordination
        self._journal = journal
        self._job = job
        self._writing = threading.Lock()

    def run(self, nodes: Sequence[str]) -> tuple[NodeEnd, ...]:
        """Take every node that is not done, and return how it went; fewer where it was told to leave, or one failed.

        Raises NodeError or RunError where the journal cannot be written.
        """
        left = [node for node in nodes if node not in done_nodes(self._journal)]
        if not self._job.side_by_side:
            return tuple(self._one_by_one(left))
        if not left:
            return ()
        with ThreadPoolExecutor(len(left), thread_name_prefix="azsconfig-node") as pool:
            return tuple(pool.map(self._node, left))

    def _one_by_one(self, nodes: Sequence[str]) -> list[NodeEnd]:
        ends: list[NodeEnd] = []
        for node in nodes:
            if self._work.stop.is_set():
                break
            ends.append(self._node(node))
            end = ends[-1].end
            if end is None or not end.succeeded:
                break
        return ends

    def _node(self, node: str) -> NodeEnd:
        if self._work.stop.is_set():
            return NodeEnd(node, None)
        try:
            run_id, work = self._begun(node)
        except NodeError as error:
            failed = StepEnd(succeeded=False, text=error.message.rstrip("."), remedy=error.remedy)
            self._write(Entry(Mark.FAILED, _now(), node, Step.INSTALL, text=failed.text, remedy=failed.remedy))
            return NodeEnd(node, failed)
        except RunError:
            return NodeEnd(node, None)
        if work is None:
            self._write(Entry(Mark.NODE_DONE, _now(), node, text="nothing to do"))
            return NodeEnd(node, StepEnd(succeeded=True, text="nothing to do"), ran=False)
        self._write(Entry(Mark.STARTED, _now(), node, Step.INSTALL, run_id))
        end = run_to_the_end(
            self._work.session,
            self._work.head,
            work,
            run_id=run_id,
            title=self._job.title.format(node=node),
            judge=self._job.judge,
            sink=self._work.sink,
            stop=self._work.stop,
            patience=self._job.patience,
        )
        if end is not None:
            self._ended(node, run_id, end)
        return NodeEnd(node, end)

    def _begun(self, node: str) -> tuple[str, NodeWork | None]:
        """Return the run to carry out, or to find again: its id and its work.

        Raises NodeError where what is to be done there is not known, and RunError what it says of its run.
        """
        open_run = progress_of(node, self._journal).open_run
        if open_run is not None and open_run.run is not None:
            try:
                read_run(self._work.session.submit, node, open_run.run, FAR_BEHIND_ITS_END)
            except RunNotFound:
                return open_run.run, self._job.work(node)
            # Its node knows what it does; only the id counts.
            return open_run.run, NodeWork(node, self._job.kind, f"job-{self._job.kind}")
        return new_run_id(self._job.kind, _now()), self._job.work(node)

    def _ended(self, node: str, run_id: str, end: StepEnd) -> None:
        mark = Mark.DONE if end.succeeded else Mark.FAILED
        self._write(
            Entry(
                mark,
                _now(),
                node,
                Step.INSTALL,
                run_id,
                text=end.text,
                remedy=end.remedy,
                restart_needed=end.restart_needed,
            )
        )
        if end.succeeded:
            self._write(Entry(Mark.NODE_DONE, _now(), node, text=end.text))

    def _write(self, entry: Entry) -> None:
        events = tuple(entry_events(entry))
        with self._writing:
            self._coordination.write(events, needed=entry.run is not None)
        for event in events:
            self._work.sink(event)


def _now() -> datetime:
    return datetime.now(UTC)
