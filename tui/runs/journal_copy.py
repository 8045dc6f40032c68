"""One node's copy of the journal of a run that azsconfig coordinates, and the thread that brings it up to date."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from tui.nodes.errors import NodeError
from tui.runs.asking import Ask, answer
from tui.runs.errors import RunError, RunRefused, RunTaken, RunUnreadable

_TAKEN = "AzsconfigRunCoordinated"
_GAP = "AzsconfigRunGap"
Failure: TypeAlias = NodeError | RunError


@dataclass(frozen=True, slots=True)
class Telling:
    """What is true of a run at one moment."""

    parameters: Mapping[str, Any]
    """Parameters of `write-run` that are the same for every node."""
    lines: Sequence[str]
    """Every event of the journal."""


class JournalCopy:
    """Writes one node's copy. A node that does not answer keeps nobody waiting but its own thread."""

    def __init__(self, ask: Ask, node: str, told: Callable[[], Telling]) -> None:
        """`told` returns what is true; it is asked right before that is sent, so that nothing arrives out of order."""
        self.node = node
        """The node."""
        self.ours = False
        """Whether the node has taken us for the run's coordinator once."""
        self._ask = ask
        self._told = told
        self._count = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="azsconfig-journal")
        self._last: Future[Failure | None] | None = None

    def bring(self) -> "Future[Failure | None]":
        """Begin to give the node what it lacks; the result is why that failed, `None` where it did not."""
        try:
            self._last = self._thread.submit(self._bring)
        except RuntimeError:
            # It is closed, or the program ends.
            self._last = Future()
            message = "azsconfig ends, and writes no more of the journal."
            self._last.set_result(RunUnreadable(message, "Go on with the run: azsconfig runs resume", node=self.node))
        return self._last

    @property
    def busy(self) -> bool:
        """Whether it is still being given something."""
        return self._last is not None and not self._last.done()

    def close(self) -> None:
        """Begin nothing any more; what is on its way may still arrive."""
        self._thread.shutdown(wait=False)

    def _bring(self) -> Failure | None:
        try:
            self._give()
        except RunRefused as error:
            if error.reason == _TAKEN:
                return RunTaken(error.message, error.remedy, node=self.node)
            if error.reason != _GAP or not self._count:
                return error
            # It has less than it once said: it gets all of it.
            self._count = 0
            return self._bring()
        except (NodeError, RunError) as error:
            return error
        return None

    def _give(self) -> None:
        told = self._told()
        lines = told.lines[self._count :]
        given = {**told.parameters, "First": self._count + 1, "Events": list(lines), "Take": not self.ours}
        said = answer(self._ask, self.node, "write-run", given)
        count = said.get("Count")
        if not isinstance(count, int) or isinstance(count, bool):
            message = f"{self.node} does not say what it has of the journal of {told.parameters['Id']}."
            raise RunUnreadable(message, "Look into the log for what came.", node=self.node)
        self.ours = True
        self._count += min(max(count - self._count, 0), len(lines))
