"""A session whose nodes are the lab's, in this process, over a connection that fails as a test says."""

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, cast

from tests.lab.runs_lab import PASSWORD, USER, RunsLab
from tui.lab.simulated_scripts import ScriptStopped
from tui.nodes.connection import Connection, Target
from tui.nodes.errors import Lost, NodeError, ScriptError, Unreachable
from tui.nodes.plain_text import JSON
from tui.nodes.reply import PendingReply, Reply
from tui.operations.node_operation import NodeOperation
from tui.runs.event import Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import NodeWork, Plan, PlanStep, RunAs
from tui.runs.run_state import RunState
from tui.secret import Secret
from tui.session import Session

Weather = Callable[[str, str], str]
"""What happens to a request, by node and script: `clear`, `no-way` (never arrives), `no-reply` (acts, is lost)."""


def clear(_node: str, _script: str) -> str:
    """Let everything through."""
    return "clear"


class UnsteadySession(Session):
    """Asks the lab's nodes directly; every request meets the weather."""

    def __init__(self, lab: RunsLab, weather: Weather = clear) -> None:
        self.lab = lab
        self.weather = weather
        self.read_only = False
        self.asked: list[tuple[str, str]] = []
        self._here = threading.Lock()

    @property
    def targets(self) -> tuple[Target, ...]:
        return tuple(Connection(name, user=USER) for name in self.lab.cluster.names)

    def submit(
        self,
        node: str,
        script: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        exclusive: bool = False,
        deadline: timedelta | None = None,
    ) -> PendingReply:
        future: Future[Reply] = Future()
        try:
            future.set_result(Reply(node, self._answer(node, script, parameters or {}), (), (), 0.0))
        except NodeError as error:
            future.set_exception(error)
        return PendingReply("r", node, future, lambda: None)

    def _answer(self, node: str, script: str, parameters: Mapping[str, Any]) -> tuple[JSON, ...]:
        with self._here:
            self.asked.append((node, script))
        meets = self.weather(node, script)
        if meets == "no-way" or not self.lab.cluster.node(node).up:
            raise Unreachable(node, "nobody answers.")
        try:
            outs = tuple(self.lab.answers(script, _plain(parameters), node))
        except ScriptStopped as stopped:
            raise ScriptError(
                node, f"{script}: {stopped.message}", category=stopped.category, fqid=stopped.fqid
            ) from stopped
        if meets == "no-reply":
            raise Lost(node, "the reply was lost.", may_have_run=True)
        return outs


def _plain(value: Any) -> Any:
    """Return parameters as they arrive on a node: secrets in them revealed, as the channel does."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in cast("Mapping[str, Any]", value).items()}
    return value


def stormy(chance: random.Random, share: float) -> Weather:
    """Return weather in which a share of all requests is lost, on their way or on their way back."""

    def weather(_node: str, _script: str) -> str:
        return chance.choice(("no-way", "no-reply")) if chance.random() < share else "clear"

    return weather


class RegisterForTest(NodeOperation):
    """Registers with what the lab takes as usual; what is true afterwards is asked of the lab's own state."""

    id = "register"

    def __init__(self, lab: RunsLab) -> None:
        self.lab = lab

    def prepare(self, session: Session, inputs: Mapping[str, Any], sink: Sink) -> Plan:
        node = str(inputs.get("run_node", "HCI-N1"))
        work = NodeWork(
            node,
            "register",
            "job-register",
            self.lab.usual(node),
            {"ArmAccessToken": Secret(self.lab.token())},
            RunAs(USER, Secret(PASSWORD)),
        )
        return Plan(
            "register", "Register HCI-CL01 with Azure", "HCI-CL01", (PlanStep("cmdlet", "Register"),), work=work
        )

    def verify(self, session: Session, run: RunState, node: str, sink: Sink) -> Outcome:
        done = set(self.lab.statuses()) == {"Registered"}
        kind = OutcomeKind.DONE if done else OutcomeKind.FAILED
        return Outcome(kind, "Registered." if done else "Not registered.", run=run.id)
