"""Restarting a simulated node as Windows does it: after a delay it is gone for a while, then it is back by itself."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tui.lab.runs.pace import Pace

SERVICES_STAGES = 4.0
"""How long after a node's start its services run, in stages of the lab's pace."""
_DELAY_STAGES = 2
_DOWN_STAGES = 10
_DOWN_STAGES_WITH_UPDATES = 20
_LEAST_DELAY_SECONDS = 0.2
"""Whoever asked for a restart still gets the answer."""
_LONGEST_RUN_SECONDS = 10.0
_GLANCE_SECONDS = 0.01


class NodePower:
    """The restart of one node. Safe to use from any thread."""

    def __init__(
        self,
        name: str,
        pace: Pace,
        faults: Callable[[], Mapping[str, Any]],
        *,
        go_down: Callable[[], None],
        come_up: Callable[[], None],
    ) -> None:
        """`go_down` and `come_up` turn it off and on; its fault `stays-down` keeps it off."""
        self._name = name
        self._pace = pace
        self._faults = faults
        self._go_down = go_down
        self._come_up = come_up
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def scheduled(self) -> bool:
        """Whether a restart is scheduled or going on."""
        with self._lock:
            return self._thread is not None

    def restart_soon(self, asked: Callable[[], bool], *, finishes_updates: bool) -> bool:
        """Schedule a restart, once `asked` says that whoever asked is done; return False where one is scheduled."""
        with self._lock:
            if self._thread is not None:
                return False
            self._cancelled = threading.Event()
            stages = _DOWN_STAGES_WITH_UPDATES if finishes_updates else _DOWN_STAGES
            self._thread = threading.Thread(
                target=self._restart,
                args=(self._cancelled, asked, stages),
                name=f"restart of {self._name}",
                daemon=True,
            )
            self._thread.start()
        return True

    def cancel(self) -> None:
        """Forget a restart that is scheduled; a node that is down already stays so. Returns when nothing goes on."""
        with self._lock:
            thread = self._thread
            self._cancelled.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _restart(self, cancelled: threading.Event, asked: Callable[[], bool], stages: int) -> None:
        try:
            waited = 0.0
            while not asked() and waited < _LONGEST_RUN_SECONDS and not cancelled.wait(_GLANCE_SECONDS):
                waited += _GLANCE_SECONDS
            cancelled.wait(_LEAST_DELAY_SECONDS)
            self._spend(_DELAY_STAGES, cancelled)
            if cancelled.is_set():
                return
            self._go_down()
            self._spend(stages, cancelled, lambda: bool(self._faults().get("stays-down")))
            if not cancelled.is_set():
                self._come_up()
        finally:
            with self._lock:
                self._thread = None

    def _spend(self, stages: int, cancelled: threading.Event, held: Callable[[], bool] = lambda: False) -> None:
        for _ in range(stages):
            self._pace.wait(cancelled, held)
