"""The lock of a simulated node: one change at a time in a cluster."""

import threading
from collections.abc import Callable
from typing import Any


class NodeLock:
    """The lock folder of a node. Safe to use from any thread; it survives the node's restart."""

    def __init__(self, now: Callable[[], str]) -> None:
        """`now` tells the time by the node's clock, as the scripts spell it."""
        self._now = now
        self._lock = threading.Lock()
        self._owner: dict[str, Any] | None = None

    def owner(self) -> dict[str, Any] | None:
        """Return whose it is; `None` when it is free."""
        with self._lock:
            return dict(self._owner) if self._owner else None

    def enter(self, run_id: str, *, kind: str, title: str, owner: str, holder: str) -> tuple[bool, dict[str, Any]]:
        """Take it, or renew it for the run that has it; return whether that run has it now, and whose it is."""
        with self._lock:
            now = self._now()
            if self._owner is None:
                self._owner = {
                    "RunId": run_id,
                    "Kind": kind,
                    "Title": title,
                    "Owner": owner,
                    "Holder": holder,
                    "Since": now,
                    "Renewed": now,
                }
            elif self._owner["RunId"] == run_id:
                self._owner["Renewed"] = now
            return self._owner["RunId"] == run_id, dict(self._owner)

    def leave(self, run_id: str) -> bool:
        """Free it if it is that run's; return whether it was."""
        with self._lock:
            if self._owner is None or self._owner["RunId"] != run_id:
                return False
            self._owner = None
            return True
