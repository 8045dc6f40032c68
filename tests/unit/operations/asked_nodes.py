"""A session whose nodes answer, fail or keep silent as a test says: nothing is sent anywhere."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from tui.nodes.connection import LocalPowerShell, Target
from tui.nodes.errors import Cancelled, NodeError
from tui.nodes.reply import PendingReply, Reply

Answer = Mapping[str, Any] | NodeError | None
"""The one object a script returns, why it failed, or `None` for a node that keeps silent."""


class AskedNodes:
    """Answers scripts by `answers(node, script)`."""

    banner = None
    azure = None

    def __init__(self, nodes: tuple[str, ...], answers: Callable[[str, str], Answer]) -> None:
        """Have these nodes."""
        self.targets: tuple[Target, ...] = tuple(LocalPowerShell(node) for node in nodes)
        self.asked: list[tuple[str, str, timedelta | None]] = []
        """Every request: node, script, deadline."""
        self.silent = threading.Event()
        """Set once a request waits for a node that keeps silent."""
        self._answers = answers

    def authentication(self) -> dict[str, str]:
        """Return that no node was asked for a password."""
        return {}

    def submit(
        self, node: str, script: str, _parameters: Mapping[str, Any] | None = None, *, deadline: timedelta | None = None
    ) -> PendingReply:
        """Answer at once, or not at all until it is cancelled."""
        self.asked.append((node, script, deadline))
        future: Future[Reply] = Future()
        answer = self._answers(node, script)
        if isinstance(answer, NodeError):
            future.set_exception(answer)
        elif answer is not None:
            future.set_result(Reply(node, (dict(answer),), (), (), 0.1))
        else:
            self.silent.set()

        def cancel() -> None:
            if not future.done():
                future.set_exception(Cancelled(node, f"{script} was stopped."))

        return PendingReply(f"{node} {script}", node, future, cancel)

    def scripts_of(self, node: str) -> list[str]:
        """Return what a node was asked."""
        return [script for asked, script, _ in self.asked if asked == node]
