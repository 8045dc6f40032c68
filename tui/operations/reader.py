"""One cluster, read in the background: what is known so far, for whoever shows it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.configuration.error import ConfigurationError
from tui.operations.activity import ActivityLog, Outcome
from tui.operations.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.cluster.cluster_updates import ClusterUpdates
    from tui.operations.read_nodes import FactArrived
    from tui.session import Session

LOG = logging.getLogger("azsconfig.reader")
LOOK_SECONDS = 10.0
"""How often the nodes are asked for their runs while one goes on."""
OpenSession = Callable[[], "Session"]


class ClusterReader:
    """Opens a session and reads it on a thread of its own, never on a user interface's loop.

    A stalled terminal freezes that loop; reading goes on. Listeners are called on the reading thread.
    """

    def __init__(self, open_session: OpenSession, activity: ActivityLog | None = None) -> None:
        """Prepare to read the session that `open_session` returns; it is called on the reading thread."""
        self._opener: OpenSession | None = open_session
        self._activity = activity or ActivityLog()
        self._session: Session | None = None
        self._snapshot = Snapshot(doing="starting")
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._told = False
        self._runs_alone = False
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._leaving: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._run, name="azsconfig-reader", daemon=True)

    def start(self) -> None:
        """Open the session and read it once; returns at once."""
        if self._thread.ident is None:
            self._wanted.set()
            self._thread.start()

    def read_again(self) -> None:
        """Read everything once more; a pass that is going on is not doubled, unless it has read something already.

        From here on the snapshot says that a pass is going on, so whoever waits for its end never sees the old one.
        A cluster that could not be opened is opened again.
        """
        with self._lock:
            if not self._thread.is_alive():
                return
            if self._snapshot.reading:
                if self._told:
                    self._wanted.set()
                return
            self._snapshot = replace(self._snapshot, reading=True, doing="reading the nodes")
        self._wanted.set()
        self._tell()

    def switch(self, open_session: OpenSession) -> None:
        """Leave the cluster that is open and open another one; returns at once."""
        with self._lock:
            self._opener, session = open_session, self._session
            read_only = self._snapshot.read_only
            self._snapshot = Snapshot(doing="opening the cluster", reading=True, read_only=read_only)
        if session is not None:
            # Also ends a pass that is going on: its requests are cancelled.
            leaving = threading.Thread(target=session.close, name="azsconfig-leave", daemon=True)
            leaving.start()
            self._leaving.append(leaving)
        self._wanted.set()
        self._tell()

    def set_read_only(self, *, read_only: bool) -> None:
        """Offer, or stop offering, what changes anything; holds for every cluster that is opened from now on."""
        with self._lock:
            session = self._session
        if session is not None:
            session.read_only = read_only
        self._change(read_only=read_only)

    def look_at_runs(self) -> None:
        """Ask the nodes for their runs, and for nothing else; returns at once."""
        with self._lock:
            if not self._thread.is_alive():
                return
            self._runs_alone = not self._wanted.is_set()
        self._wanted.set()

    def keep_updates(self, session: "Session", updates: "ClusterUpdates") -> None:
        """Show what a search over the cluster of `session` found, while that is the one that is open."""
        self._show(session, updates=updates)

    def session(self) -> "Session | None":
        """Return the cluster that is open; `None` before."""
        with self._lock:
            return self._session if self._opener is None else None

    def snapshot(self) -> Snapshot:
        """Return what is known now."""
        with self._lock:
            return self._snapshot

    def now(self) -> datetime:
        """Return the time that ages are told against, UTC."""
        return datetime.now(UTC)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever more is known."""
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def close(self, seconds: float = 10.0) -> None:
        """End reading and close the session, so that no shell stays behind on a node; at most `seconds`."""
        self._closing.set()
        self._wanted.set()
        session = self._session
        if session is not None:
            session.close()
        for thread in (*self._leaving, self._thread):
            if thread.ident is not None:
                thread.join(seconds)

    def _run(self) -> None:
        """Open and read whenever asked, until closed; what nobody expected ends one pass and not the next."""
        while not self._closing.is_set():
            asked = self._wanted.wait(self._seconds_to_next_look())
            self._wanted.clear()
            if self._closing.is_set():
                return
            with self._lock:
                runs_alone, self._runs_alone = self._runs_alone or not asked, False
            try:
                session = self._opened()
                if session is not None and runs_alone and self.snapshot().facts is not None:
                    self._look(session)
                elif session is not None:
                    self._pass(session)
            except ConfigurationError as error:
                self._fail(error.message, error.remedy)
            except Exception as error:
                # The menu must survive whatever happens here; the log has the rest.
                LOG.exception("reading the cluster failed")
                self._fail(f"azsconfig failed to read the cluster: {error!r}.", "The log file has more.")

    def _seconds_to_next_look(self) -> float | None:
        """Return when to ask for runs again; `None` while none goes on, so that nothing is asked then."""
        runs = self.snapshot().runs
        return LOOK_SECONDS if runs is not None and runs.going_on else None

    def _look(self, session: "Session") -> None:
        """Read the runs alone; where one has ended meanwhile, everything has to be read again."""
        from tui.operations.running import runs_of

        before = self.snapshot().runs
        runs = runs_of(session)
        over = {run.state.id for run in runs.runs if run.state.over}
        if before is not None and any(run.state.id in over for run in before.going_on):
            self._wanted.set()
        self._show(session, runs=runs, reading=self._wanted.is_set(), doing="")

    def _fail(self, message: str, remedy: str) -> None:
        shown = self.snapshot()
        self._activity.note(message, Outcome.FAILED, cluster=shown.name, remedy=remedy, banner=shown.banner)
        self._change(reading=False, doing="", error=f"{message} {remedy}")

    def _opened(self) -> "Session | None":
        """Return the session to read, opened where that is still to be done; `None` when closed meanwhile."""
        with self._lock:
            opener = self._opener
        if opener is None:
            return self._session
        self._change(doing="opening the cluster", error=None)
        session = opener()
        with self._lock:
            current = self._opener is opener
            if current:
                self._opener, self._session = None, session
        if self._closing.is_set() or not current:
            session.close()
            return None
        session.read_only = session.read_only or self.snapshot().read_only
        self._change(name=session.name, banner=session.banner, read_only=session.read_only)
        nodes = ", ".join(target.node for target in session.targets)
        what = f"Opened {session.name or 'the cluster'} ({nodes})."
        self._activity.note(what, cluster=session.name, banner=session.banner)
        return session

    def _pass(self, session: "Session") -> None:
        """Read all facts once; what was read before stays until the new answer is there."""
        # Loaded here, on the reading thread: it takes longer than to draw the menu.
        from tui.cluster.verdict import judge
        from tui.operations.pass_notes import note_azure, note_pass
        from tui.operations.read_nodes import FactTable, read_cluster
        from tui.operations.running import runs_of

        self._told = False
        self._change(error=None, reading=True, doing="reading the nodes")
        session.discover_peers()
        before = self.snapshot()
        table = FactTable(session, before.facts)
        read_at = before.facts.read_at if before.facts else None
        self._show(
            session, own=session.read_own_node(), targets=session.targets, facts=table.facts(read_at or self.now())
        )

        def keep(arrived: "FactArrived") -> None:
            self._told = True
            table.put(arrived)
            self._show(session, facts=table.facts(read_at or self.now()))

        facts = read_cluster(session, keep)
        runs = runs_of(session)
        verdict, azure = judge(facts, self.now()), None
        if _reads_azure(session) and session.azure is not None and not self._closing.is_set():
            from tui.operations.read_azure import read_azure

            # Azure may take its time, or not answer at all: what the nodes say is shown meanwhile.
            self._show(session, facts=facts, verdict=verdict, runs=runs, doing="reading Azure")
            azure = read_azure(session.azure, facts, ask_a_person=False)
            verdict = judge(facts, self.now(), azure)
        name = verdict.name or session.name
        if not self._closing.is_set():
            # Before the pass counts as over: whoever is shown its end is shown what the log says of it.
            if azure is not None:
                note_azure(self._activity, azure, verdict.name, session.banner)
            note_pass(self._activity, facts, verdict, session.banner)
        self._show(
            session,
            name=name,
            facts=facts,
            azure=azure,
            runs=runs,
            verdict=verdict,
            authentication=session.authentication(),
            # Whoever asked meanwhile waits for the next pass, not for this one's end.
            reading=self._wanted.is_set(),
            doing="",
        )

    def _show(self, session: "Session", **changes: object) -> None:
        """Show what a pass brought, unless another cluster was opened meanwhile."""
        if self._session is session:
            self._change(**changes)

    def _change(self, **changes: object) -> None:
        """Replace fields of the snapshot and tell everyone."""
        with self._lock:
            self._snapshot = replace(self._snapshot, **changes)  # pyright: ignore[reportArgumentType]
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _reads_azure(session: "Session") -> bool:
    """Return whether a pass includes Azure: where nobody said how to sign in, only once somebody has."""
    azure = session.azure
    return azure is not None and not (azure.target.unasked and azure.needs_person)
