"""How far one node of a rolling update is, read from the journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui.cluster.rolling_journal import RUN_STEPS, Entry, Mark, Step


@dataclass(slots=True)
class NodeProgress:
    """How far one node is in its present round. A round begins with a check; after trouble there is another."""

    node: str
    """Node it is about."""
    last: dict[Step, Entry] = field(default_factory=dict[Step, Entry])
    """Last entry of each step, the newest at the end."""
    first: dict[Step, datetime] = field(default_factory=dict[Step, datetime])
    """When each step was begun first, since somebody continued."""
    trouble: Entry | None = None
    """Why the update stops once the node is given back."""
    again: bool = False
    """Whether somebody continued after trouble, so that the node is tried again once it is given back."""
    continued: datetime | None = None
    """When somebody continued last."""

    def begun(self, step: Step) -> bool:
        """Whether a step was begun, however it ended."""
        return step in self.last

    def ended(self, step: Step, mark: Mark) -> bool:
        """Whether a step has ended so."""
        return step in self.last and self.last[step].mark is mark

    @property
    def newest(self) -> Entry | None:
        """The newest entry about the node."""
        return next(reversed(self.last.values()), None)

    @property
    def open_run(self) -> Entry | None:
        """The entry of the step that was begun as a detached run and of which no end is known."""
        started = [entry for step, entry in self.last.items() if step in RUN_STEPS and entry.mark is Mark.STARTED]
        return started[-1] if started else None

    @property
    def in_hand(self) -> bool:
        """Whether the node was taken out and is not yet given back."""
        return self.begun(Step.DRAIN) and not self.ended(Step.RESUME, Mark.DONE)

    def waited_since(self, step: Step) -> datetime | None:
        """Return since when a step is waited for: its first beginning, or when somebody continued after that."""
        begun = self.first.get(step)
        if begun is None or self.continued is None:
            return begun
        return max(begun, self.continued)


def progress_of(node: str, journal: Iterable[Entry]) -> NodeProgress:
    """Return how far a node is."""
    progress = NodeProgress(node)
    for entry in journal:
        if entry.mark is Mark.CONTINUED:
            progress.continued = entry.time
            progress.again = progress.again or progress.trouble is not None
            progress.trouble = None
        elif entry.node == node and entry.mark is Mark.DOUBT:
            progress.trouble = progress.trouble or entry
        elif entry.node == node and entry.step is not None and entry.mark in _OF_STEPS:
            progress = _with_step(progress, entry, entry.step)
    return progress


def _with_step(progress: NodeProgress, entry: Entry, step: Step) -> NodeProgress:
    if step is Step.CHECK and progress.last.keys() - {Step.CHECK}:
        progress = NodeProgress(progress.node, continued=progress.continued)
    # Out and in again: the newest stands at the end.
    before = progress.last.pop(step, None)
    if before is not None and entry.boot_time is None:
        entry = replace(entry, boot_time=before.boot_time)
    progress.last[step] = entry
    progress.first.setdefault(step, entry.time)
    if entry.mark is Mark.FAILED and step is not Step.RESUME:
        progress.trouble = progress.trouble or entry
    return progress


_OF_STEPS = frozenset({Mark.STARTED, Mark.DONE, Mark.FAILED})
