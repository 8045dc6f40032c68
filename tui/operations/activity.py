"""What azsconfig itself did and read, with times and errors: kept in a file of one JSON object a line."""

import contextlib
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

FILE_NAME = "activity.jsonl"
LARGEST_BYTES = 1_000_000
"""A file that has grown past this becomes `activity.jsonl.1`, and the one before is dropped."""
KEPT = 999
"""Entries that are shown at most: their numbers have three digits."""


class Outcome(StrEnum):
    """How something ended."""

    DONE = "done"
    ATTENTION = "attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing azsconfig did or read."""

    at: datetime
    """When it ended, UTC."""
    what: str
    """What it was, in one sentence."""
    outcome: Outcome = Outcome.DONE
    """How it ended."""
    cluster: str | None = None
    """Cluster or saved connection, where there is one."""
    node: str | None = None
    """Node, where it is about one."""
    remedy: str = ""
    """What to do about it, for what failed."""
    banner: str = ""
    """What must not be overlooked of that cluster: that it is a simulation."""
    user: str = ""
    """Who ran azsconfig."""
    process: int = 0
    """Process id of the azsconfig that did it: two may work at the same time."""

    @property
    def text(self) -> str:
        """Everything that a filter looks at."""
        return " ".join(
            (self.what, self.outcome, self.cluster or "", self.node or "", self.banner, self.remedy, self.user)
        )


class ActivityLog:
    """The entries of this session and of those before. Every method may be called from any thread.

    What cannot be written is kept in memory for this session: a full disk must not keep anyone from working, and
    `trouble` says so.
    """

    def __init__(
        self, path: Path | None = None, *, user: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Keep entries in `path`, or in memory alone; `user` and the time (`now`, UTC) are noted with each."""
        self.path = path
        """File they are kept in."""
        self.trouble = ""
        """Why the last entry could not be written, in words."""
        self._user = user
        self._now = now
        self._lock = threading.Lock()
        self._session: deque[Entry] = deque(maxlen=KEPT)
        self._listeners: list[Callable[[], None]] = []

    def note(
        self,
        what: str,
        outcome: Outcome = Outcome.DONE,
        *,
        cluster: str | None = None,
        node: str | None = None,
        remedy: str = "",
        banner: str | None = None,
    ) -> None:
        """Keep one entry; never raises."""
        entry = Entry(self._now(), what, outcome, cluster, node, remedy, banner or "", self._user, os.getpid())
        with self._lock:
            self._session.append(entry)
            self._write(entry)
        for listener in tuple(self._listeners):
            listener()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever there is a new entry."""
        self._listeners.append(listener)

    def last(self) -> Entry | None:
        """Return the newest entry of this session."""
        with self._lock:
            return self._session[-1] if self._session else None

    def entries(self) -> tuple[Entry, ...]:
        """Return the newest entries of all sessions, newest first, `KEPT` at most; a line that is none is left out."""
        with self._lock:
            kept = list(self._session)
        written = _read(self.path) if self.path else []
        ours = set(kept)
        # What was written by this session is in both.
        merged = [entry for entry in written if entry not in ours] + kept
        return tuple(sorted(merged, key=lambda entry: entry.at, reverse=True)[:KEPT])

    def _write(self, entry: Entry) -> None:
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                if self.path.stat().st_size > LARGEST_BYTES:
                    self.path.replace(self.path.with_name(f"{FILE_NAME}.1"))
            # One write of one line: what two processes append does not mix.
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, (json.dumps(encoded(entry)) + "\n").encode())
            finally:
                os.close(descriptor)
            self.trouble = ""
        except OSError as error:
            self.trouble = f"The activity log {self.path} cannot be written: {error.strerror or error}."


def encoded(entry: Entry) -> dict[str, Any]:
    """Return an entry as plain data, for its file and for saving."""
    return {
        "at": entry.at.isoformat(),
        "what": entry.what,
        "outcome": entry.outcome.value,
        "cluster": entry.cluster,
        "node": entry.node,
        "remedy": entry.remedy,
        "banner": entry.banner,
        "user": entry.user,
        "process": entry.process,
    }


def matching(entries: Iterable[Entry], words: str) -> tuple[Entry, ...]:
    """Return the entries that hold every one of `words`, compared without case."""
    wanted = words.casefold().split()
    return tuple(entry for entry in entries if all(word in entry.text.casefold() for word in wanted))


def _read(path: Path) -> list[Entry]:
    """Return what the file and the one before it hold."""
    found: list[Entry] = []
    for file in (path.with_name(f"{FILE_NAME}.1"), path):
        with contextlib.suppress(OSError):
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-KEPT:]
            found.extend(entry for line in lines if (entry := _decoded(line)) is not None)
    return found


def _decoded(line: str) -> Entry | None:
    """Return one line as an entry; `None` for a line that was cut by a full disk or is of another version."""
    try:
        told = cast("dict[str, Any]", json.loads(line))
        at = datetime.fromisoformat(told["at"]).astimezone(UTC)
        return Entry(
            at=at,
            what=str(told["what"]),
            outcome=Outcome(told["outcome"]),
            cluster=told.get("cluster"),
            node=told.get("node"),
            remedy=str(told.get("remedy", "")),
            banner=str(told.get("banner", "")),
            user=str(told.get("user", "")),
            process=int(told.get("process", 0)),
        )
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return None
