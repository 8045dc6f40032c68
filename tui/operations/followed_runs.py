"""The runs that this azsconfig follows, each on threads of its own: a screen that is left does not end that."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tui.operations.activity import ActivityLog
from tui.operations.activity import Outcome as Noted
from tui.operations.attach import attach_found, resume
from tui.operations.failures import EXPECTED, failed
from tui.operations.operation import Operation
from tui.operations.run_progress import KEPT, RunPicture, RunProgress, planned
from tui.operations.running import FoundRun
from tui.runs.event import Event, Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Plan

if TYPE_CHECKING:
    from tui.session import Session

LOG = logging.getLogger("azsconfig.operations")
APART_SECONDS = 0.5
"""Listeners are told at most so often: a slow line pays for every row that changes."""
QUIET_SECONDS = 20.0
"""So often they are told when nothing happens: the time that has passed is shown."""
GOOD = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY, OutcomeKind.RUNNING})

Work: TypeAlias = Callable[[Sink, threading.Event], Outcome]


class FollowedRun:
    """One run that is followed. Every method may be called from any thread."""

    def __init__(
        self, work: Work, picture: RunPicture, *, changed: Callable[[], None], ended: Callable[[RunPicture], None]
    ) -> None:
        """Prepare to do `work`, which follows the run; `changed` is called when there is news, `ended` once."""
        self._work = work
        self._progress = RunProgress(picture)
        self._changed = changed
        self._ended = ended
        self._stop = threading.Event()
        self._news = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._heard: deque[Event] = deque(maxlen=KEPT)
        self._count = 0

    def start(self) -> None:
        """Begin; returns at once."""
        for work, name in ((self._follow, "follow"), (self._tell, "tell")):
            threading.Thread(target=work, name=f"azsconfig-{name}", daemon=True).start()

    def leave(self) -> None:
        """End the following soon; the run itself goes on."""
        self._stop.set()

    @property
    def over(self) -> bool:
        """Whether it is not followed any more."""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is not followed any more, at most so long; return whether it is so."""
        return self._over.wait(seconds)

    def picture(self) -> RunPicture:
        """Return how the run stands."""
        return self._progress.picture()

    def since(self, count: int) -> tuple[int, Sequence[Event]]:
        """Return how many events there were, and those after the first `count`, as far as they are kept."""
        with self._lock:
            newer = min(self._count - count, len(self._heard))
            return self._count, list(self._heard)[len(self._heard) - newer :] if newer > 0 else []

    def _hear(self, event: Event) -> None:
        self._progress.put(event)
        with self._lock:
            self._heard.append(event)
            self._count += 1
        self._news.set()

    def _follow(self) -> None:
        try:
            outcome = self._work(self._hear, self._stop)
        except EXPECTED as error:
            outcome = failed(error)
        except Exception as error:
            # The thread's end must be seen, whatever it was; the log has the rest.
            LOG.exception("following a run failed")
            words = f"azsconfig failed here ({type(error).__name__}). What was started goes on; the log has more."
            outcome = Outcome(OutcomeKind.FAILED, words, remedy="See azsconfig runs list.")
        self._progress.end(outcome)
        self._ended(self._progress.picture())
        self._over.set()
        self._news.set()

    def _tell(self) -> None:
        while not self._over.is_set():
            self._news.wait(QUIET_SECONDS)
            self._news.clear()
            self._changed()
            self._over.wait(APART_SECONDS)
        self._changed()


class FollowedRuns:
    """All of them. Every method may be called from any thread."""

    def __init__(self, activity: ActivityLog, *, changed: Callable[[], None], read_again: Callable[[], None]) -> None:
        """Note starts and ends in `activity`; call `changed` for news, and `read_again` when a run has ended."""
        self._activity = activity
        self._changed = changed
        self._read_again = read_again
        self._lock = threading.Lock()
        self._runs: list[FollowedRun] = []

    def start(self, operation: Operation, session: "Session", plan: Plan) -> FollowedRun:
        """Carry out a plan that was confirmed; returns at once."""
        banner = session.banner
        self._activity.note(f"Started: {plan.title}.", cluster=plan.cluster, banner=banner)

        def ended(picture: RunPicture) -> None:
            self._note(picture, plan.cluster, banner)

        def work(sink: Sink, stop: threading.Event) -> Outcome:
            return operation.apply(session, plan, sink, stop)

        return self._started(FollowedRun(work, planned(plan), changed=self._changed, ended=ended))

    def attach(self, session: "Session", found: FoundRun, *, go_on: bool = False) -> FollowedRun:
        """Follow a run that is there already, from its beginning; the one that is followed already, where it is.

        With `go_on` one that nobody coordinates any more is gone on with.
        """
        state, banner = found.state, session.banner
        with self._lock:
            known = [run for run in self._runs if run.picture().run_id == state.id and not run.over]
        if known:
            return known[0]
        looked_at = state.outcome is not None

        def ended(picture: RunPicture) -> None:
            # A run whose outcome was known before is only looked at.
            if not looked_at:
                self._note(picture, state.cluster, banner)

        def work(sink: Sink, stop: threading.Event) -> Outcome:
            return resume(session, found, sink, stop) if go_on else attach_found(session, found, sink, stop)

        picture = RunPicture(
            title=state.title, run_id=state.id, node=found.node, started=state.started, detached=not go_on
        )
        return self._started(FollowedRun(work, picture, changed=self._changed, ended=ended))

    @property
    def going_on(self) -> tuple[FollowedRun, ...]:
        """Those that are followed now."""
        with self._lock:
            return tuple(run for run in self._runs if not run.over)

    def leave(self, seconds: float = 0.0) -> None:
        """End all following soon: the cluster is left. The runs go on, or stand still where azsconfig does them itself.

        Waits at most `seconds` until each was left in order: its nodes then know that anyone may go on with it.
        """
        left, until = self.going_on, time.monotonic() + seconds
        for run in left:
            run.leave()
        for run in left:
            run.wait(max(until - time.monotonic(), 0.0))

    def _started(self, run: FollowedRun) -> FollowedRun:
        with self._lock:
            self._runs = [*(one for one in self._runs if not one.over), run]
        run.start()
        return run

    def _note(self, picture: RunPicture, cluster: str | None, banner: str | None) -> None:
        outcome = picture.outcome
        if outcome is None:
            return
        noted = Noted.DONE if outcome.kind in GOOD else Noted.FAILED
        if outcome.kind in {OutcomeKind.ATTENTION, OutcomeKind.PARTLY}:
            noted = Noted.ATTENTION
        self._activity.note(
            f"{picture.title}: {outcome.message}",
            noted,
            cluster=cluster,
            node=picture.node,
            remedy=outcome.remedy,
            banner=banner,
        )
        if outcome.kind not in {OutcomeKind.DECLINED, OutcomeKind.RUNNING}:
            self._read_again()
