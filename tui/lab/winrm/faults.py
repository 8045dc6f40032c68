"""What goes wrong on a node on demand: lost replies, cut connections, slowness, silence, refusals."""

import random
import threading
from dataclasses import dataclass


class ConnectionCutError(Exception):
    """The connection is to be cut now, without an answer."""


@dataclass(slots=True)
class _Chance:
    """Hits the next `count` times, and with a probability after that."""

    count: int = 0
    probability: float = 0.0
    source: random.Random | None = None

    def hits(self) -> bool:
        if self.count:
            self.count -= 1
            return True
        return self.source is not None and self.source.random() < self.probability


class Faults:
    """The switches of one node. They may be set at any time from any thread; all are off at first.

    Losing and cutting concern WS-Management requests, not the messages that only sign in.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lost = _Chance()
        self._cut = _Chance()
        self._delay_seconds = 0.0
        self._hanging = False
        self._quota_exceeded = False
        self._access_denied = False
        self._released = False
        self.replies_lost = 0
        """How many replies were lost so far."""
        self.connections_cut = 0
        """How many connections were cut before acting so far."""
        self.replies_held = 0
        """How many replies are being held back just now."""

    def lose_replies(self, *, count: int = 0, probability: float = 0.0, seed: int = 0) -> None:
        """Act, then cut the connection instead of answering: the next `count` times, and then by chance."""
        with self._changed:
            self._lost = _chance(count, probability, seed)

    def cut_connections(self, *, count: int = 0, probability: float = 0.0, seed: int = 0) -> None:
        """Cut the connection before acting: the next `count` times, and then by chance."""
        with self._changed:
            self._cut = _chance(count, probability, seed)

    def slow_down(self, seconds: float) -> None:
        """Hold every reply back for so long; 0 ends it."""
        with self._changed:
            self._delay_seconds = seconds
            self._changed.notify_all()

    def hang(self, hanging: bool = True) -> None:
        """Accept connections and answer nothing, or come back."""
        with self._changed:
            self._hanging = hanging
            self._changed.notify_all()

    def exceed_quota(self, exceeded: bool = True) -> None:
        """Refuse new shells as if the user had too many."""
        with self._changed:
            self._quota_exceeded = exceeded

    def deny_access(self, denied: bool = True) -> None:
        """Refuse everything as if the user were no administrator."""
        with self._changed:
            self._access_denied = denied

    def clear(self) -> None:
        """Switch everything off."""
        with self._changed:
            self._lost, self._cut, self._delay_seconds = _Chance(), _Chance(), 0.0
            self._hanging = self._quota_exceeded = self._access_denied = False
            self._changed.notify_all()

    @property
    def quota_exceeded(self) -> bool:
        """Whether new shells are refused."""
        return self._quota_exceeded

    @property
    def access_denied(self) -> bool:
        """Whether everything is refused."""
        return self._access_denied

    def wait_while_hanging(self) -> None:
        """Return when the node answers again; raises `ConnectionCutError` when its endpoint stops meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: not self._hanging or self._released)
            if self._hanging:
                raise ConnectionCutError

    def before_acting(self) -> None:
        """Raise `ConnectionCutError` when this request is to be dropped unheard."""
        self.wait_while_hanging()
        with self._changed:
            if self._cut.hits():
                self.connections_cut += 1
                raise ConnectionCutError

    def before_answering(self) -> None:
        """Delay the reply; raises `ConnectionCutError` when it is to be lost."""
        with self._changed:
            if delay := self._delay_seconds:
                self.replies_held += 1
                self._changed.wait_for(lambda: self._released or self._delay_seconds < delay, delay)
                self.replies_held -= 1
                if self._released:
                    raise ConnectionCutError
            if self._lost.hits():
                self.replies_lost += 1
                raise ConnectionCutError

    def release(self, released: bool) -> None:
        """Let waiting connections go because the endpoint stops, or hold them again."""
        with self._changed:
            self._released = released
            self._changed.notify_all()


def _chance(count: int, probability: float, seed: int) -> _Chance:
    # Repeatable trouble, not secrets: the same seed loses the same replies.
    return _Chance(count, probability, random.Random(seed) if probability else None)  # noqa: S311
