"""Something slow for a view, on a thread of its own."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from tui.operations.failures import EXPECTED
from tui.views.safely import failure_words

if TYPE_CHECKING:
    from tui.views.desk import Desk

T = TypeVar("T")

LOG = logging.getLogger("azsconfig.views")


class Background(Generic[T]):
    """One piece of work and what came of it; whoever left the view simply does not look at it any more."""

    def __init__(self, desk: "Desk", work: Callable[[], T]) -> None:
        """Prepare to do `work`; `desk` is told when it is done."""
        self._desk = desk
        self._work = work
        self._done = threading.Event()
        self.result: T | None = None
        """What came of it."""
        self.failure: tuple[str, str] | None = None
        """Why nothing came of it, and what to do about it."""

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="azsconfig-background", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it is over."""
        return self._done.is_set()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except EXPECTED as error:
            self.failure = (str(error), error.remedy)
        except Exception as error:
            LOG.exception("work for a view failed")
            self.failure = (failure_words(error), "")
        self._desk.codes.clear()
        self._done.set()
        self._desk.tell()
