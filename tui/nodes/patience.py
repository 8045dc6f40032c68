"""How long one keeps trying with a node whose connection breaks."""

import threading
import time

from tui.nodes.errors import Lost, NodeError, Unreadable
from tui.nodes.faults import Broken, words_for

DELAYS_SECONDS = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0, 3.0)
"""Waits before the tries after the first; replies get lost one by one, a service restarts in seconds."""
GIVE_UP_AFTER_SECONDS = 12.0
MAX_ODD = 3
"""Answers in a row that are none: what speaks there will not learn it."""


class Patience:
    """Counts failures in a row, waits between tries, and says when it is enough."""

    def __init__(self, node: str, closing: threading.Event) -> None:
        self._node = node
        self._closing = closing
        self._failures = 0
        self._since = 0.0
        self._all_odd = True

    def failed(self, error: Exception) -> None:
        """Wait before the next try. Raises Lost or Unreadable when it was the last one."""
        now = time.monotonic()
        if self._failures == 0:
            self._since, self._all_odd = now, True
        self._failures += 1
        self._all_odd = self._all_odd and isinstance(error, Broken) and error.odd
        odd = self._all_odd and self._failures >= MAX_ODD
        if odd or self._failures > len(DELAYS_SECONDS) or now - self._since > GIVE_UP_AFTER_SECONDS:
            raise self._end(error) from error
        self._closing.wait(DELAYS_SECONDS[self._failures - 1])

    def worked(self) -> None:
        """Start counting anew."""
        self._failures = 0

    def _end(self, error: Exception) -> NodeError:
        if self._all_odd:
            return Unreadable(self._node, "The node's answers cannot be read.", may_have_run=True)
        return Lost(self._node, f"The connection to the node was lost: {words_for(error)}.", may_have_run=True)
