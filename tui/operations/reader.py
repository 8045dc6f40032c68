"""One cluster, read in the background: what is known so far, for whoever shows it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.configuration_error import ConfigurationError
from tui.operations.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.operations.read_nodes import FactArrived
    from tui.session import Session

LOG = logging.getLogger("azsconfig.reader")


class ClusterReader:
    """Opens a session and reads it on a thread of its own, never on a user interface's loop.

    A stalled terminal freezes that loop; reading goes on. Listeners are called on the reading thread.
    """

    def __init__(self, open_session: "Callable[[], Session]", *, banner: str | None = None) -> None:
        """Prepare to read the session that `open_session` returns; it is called on the reading thread."""
        self._open_session = open_session
        self._session: Session | None = None
        self._snapshot = Snapshot(banner=banner, doing="starting")
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="azsconfig-reader", daemon=True)

    def start(self) -> None:
        """Open the session and read it once; returns at once."""
        if self._thread.ident is None:
            self._wanted.set()
            self._thread.start()

    def read_again(self) -> None:
        """Read everything once more; a pass that is going on is not doubled. Returns at once.

        From here on the snapshot says that a pass is going on, so whoever waits for its end never sees the old one.
        """
        with self._lock:
            if self._snapshot.reading or not self._thread.is_alive():
                return
            self._snapshot = replace(self._snapshot, reading=True, doing="reading the nodes")
        self._wanted.set()
        self._tell()

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
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        """Read whenever asked, until closed."""
        try:
            self._change(doing="opening the cluster")
            self._session = self._open_session()
            if self._closing.is_set():
                self._session.close()
                return
            self._change(name=self._session.name, banner=self._session.banner, read_only=self._session.read_only)
            while not self._closing.is_set():
                self._wanted.wait()
                self._wanted.clear()
                if not self._closing.is_set():
                    self._read_once(self._session)
        except ConfigurationError as error:
            self._change(reading=False, doing="", error=f"{error.message} {error.remedy}")
        except Exception as error:
            # The menu must survive whatever happens here; the log has the rest.
            LOG.exception("reading the cluster failed")
            self._change(reading=False, doing="", error=f"azsconfig failed to read the cluster: {error!r}; see its log")

    def _read_once(self, session: "Session") -> None:
        """Make one pass; what nobody expected ends this pass and not the next."""
        try:
            self._pass(session)
        except Exception as error:
            LOG.exception("reading the cluster failed")
            self._change(reading=False, doing="", error=f"The last reading failed: {error!r}; see the log.")

    def _pass(self, session: "Session") -> None:
        """Read all facts once."""
        # Loaded here, on the reading thread: it takes longer than to draw the menu.
        from tui.cluster.verdict import judge
        from tui.operations.read_nodes import FactTable, read_cluster

        self._change(error=None)
        session.discover_peers()
        self._change(own=session.read_own_node())
        table = FactTable(session)
        self._change(facts=table.facts(datetime.now(UTC)), reading=True, doing="reading the nodes")

        def keep(arrived: "FactArrived") -> None:
            table.put(arrived)
            self._change(facts=table.facts(datetime.now(UTC)))

        facts = read_cluster(session, keep)
        verdict = judge(facts, datetime.now(UTC))
        self._change(name=verdict.name or session.name, facts=facts, verdict=verdict, reading=False, doing="")

    def _change(self, **changes: object) -> None:
        """Replace fields of the snapshot and tell everyone."""
        with self._lock:
            self._snapshot = replace(self._snapshot, **changes)  # pyright: ignore[reportArgumentType]
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
