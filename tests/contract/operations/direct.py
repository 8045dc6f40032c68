"""A session that asks the nodes of a lab without any carrier, in weather that loses requests and replies."""

import threading
import time
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from tests.contract.runs.unsteady import Weather, clear
from tui.lab.lab import Lab
from tui.lab.runs.scripts import RunScripts
from tui.lab.simulated_scripts import ScriptStopped, Steps, Wait, run_script
from tui.nodes.errors import Lost, NodeError, ScriptError, Unreachable
from tui.nodes.plain_text import JSON
from tui.nodes.reply import PendingReply, Reply
from tui.secret import Secret
from tui.session import Session
from tui.targets import Wish, choose


class DirectSession(Session):
    """Calls the scripts of the lab's nodes in this process; Azure is asked as always."""

    def __init__(self, lab: Lab, weather: Weather = clear) -> None:
        super().__init__(
            choose(Wish(config=Path(lab.ready.config)), lambda _user: None), deadline=timedelta(seconds=60)
        )
        self.weather = weather
        self._cluster = lab.cluster
        self._scripts = {node.name: RunScripts(node.runs) for node in lab.nodes}
        self._one_by_one = threading.Lock()

    def submit(
        self,
        node: str,
        script: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        exclusive: bool = False,
        deadline: timedelta | None = None,
    ) -> PendingReply:
        """Run a script at once, whether or not others run; what fails, fails the reply."""
        del exclusive, deadline
        future: Future[Reply] = Future()
        try:
            future.set_result(Reply(node, self._answer(node, script, parameters or {}), (), (), 0.0))
        except NodeError as error:
            future.set_exception(error)
        return PendingReply("r", node, future, lambda: None)

    def _answer(self, node: str, script: str, parameters: Mapping[str, Any]) -> tuple[JSON, ...]:
        with self._one_by_one:
            meets = self.weather(node, script)
        if meets == "no-way" or not self._cluster.node(node).up:
            raise Unreachable(node, "nobody answers.")
        try:
            outs = tuple(_outs(self._steps(node, script, _plain(parameters))))
        except ScriptStopped as stopped:
            words = f"{script}: {stopped.message}"
            raise ScriptError(node, words, category=stopped.category, fqid=stopped.fqid) from stopped
        if meets == "no-reply":
            raise Lost(node, "the reply was lost.", may_have_run=True)
        return outs

    def _steps(self, node: str, script: str, parameters: Mapping[str, Any]) -> Steps:
        runs = self._scripts[node]
        if runs.knows(script):
            return runs.steps(script, parameters, delay=lambda: 0.0)
        return run_script(self._cluster, node, script, parameters, delay=lambda: 0.0)


@contextmanager
def direct(lab: Lab, weather: Weather = clear) -> Generator[DirectSession]:
    """Open such a session."""
    session = DirectSession(lab, weather)
    try:
        yield session
    finally:
        session.close()


def _outs(steps: Steps) -> Generator[JSON]:
    for step in steps:
        if isinstance(step, Wait):
            time.sleep(step.seconds)
        elif step["t"] == "out":
            yield step["data"]


def _plain(value: Any) -> Any:
    """Return parameters as they arrive on a node: secrets in them revealed, as the channel does."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in cast("Mapping[str, Any]", value).items()}
    return value
