"""A rolling update from its journal to an outcome."""

from collections.abc import Sequence

from tui.cluster.rolling_journal import Entry, done_nodes, restarts_owed
from tui.cluster.rolling_plan import RollingPlan
from tui.cluster.rolling_view import Do
from tui.operations.updates.coordinating import Coordinating, WorkEnd
from tui.operations.updates.rolling_hands import RollingHands, RollingPace
from tui.operations.updates.standing import current_outcome
from tui.runs.coordinated import Coordination
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.rolling_loop import run_rolling


def roll(
    work: Coordinating, coordination: Coordination, journal: Sequence[Entry], plan: RollingPlan, pace: RollingPace
) -> WorkEnd | None:
    """Take the nodes one at a time; `None` where it was told to leave. Raises NodeError, RunError for its journal."""
    hands = _Remembering(work, coordination, plan, pace, journal)
    last = run_rolling(plan, journal, hands)
    if last is None:
        return None
    entries = hands.entries
    done = [node for node in plan.nodes if node in done_nodes(entries)]
    if last.do is Do.DONE:
        owed = restarts_owed(entries)
        return WorkEnd(over=True, outcome=current_outcome(work.session, plan, done=done, owed=owed))
    kind = OutcomeKind.PARTLY if done else OutcomeKind.FAILED
    left = [node for node in plan.nodes if node not in done]
    message = f"{last.text[0].upper()}{last.text[1:]}." if last.text else "It has stopped."
    told = (f"Done: {', '.join(done) or 'none'}.", f"Not done: {', '.join(left)}.")
    remedy = f"{last.remedy} Then go on: azsconfig runs resume {work.head.run_id}".strip()
    return WorkEnd(over=False, outcome=Outcome(kind, message, remedy=remedy, details=told))


class _Remembering(RollingHands):
    """Hands that keep what they wrote."""

    def __init__(
        self,
        work: Coordinating,
        coordination: Coordination,
        plan: RollingPlan,
        pace: RollingPace,
        journal: Sequence[Entry],
    ) -> None:
        super().__init__(work.session, plan, coordination, sink=work.sink, stop=work.stop, pace=pace)
        self.entries = list(journal)

    def write(self, entry: Entry) -> None:
        """Write an entry, and keep it."""
        super().write(entry)
        self.entries.append(entry)
