"""What registering, repairing, Arc-enabling and unregistering have in common: a run that is given a token."""

import threading
from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.azure.errors import AzureError
from tui.operations.node_operation import NodeOperation, refusal
from tui.operations.registration.azure_checks import TOKEN_LASTS
from tui.runs.event import Sink
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Check, Confirmation, Plan
from tui.runs.run_state import RunState
from tui.secret import Secret

if TYPE_CHECKING:
    from tui.session import Session

TOKEN = "ArmAccessToken"  # noqa: S105 - the name of a secret, no secret
VERIFY_PATIENCE = timedelta(minutes=3)
"""How long what a run did may take to show on both sides. Our own choice: the cmdlet has waited for Arc itself."""
VERIFY_GLANCE = timedelta(seconds=10)


class RegistrationOperation(NodeOperation):
    """Gives its run a token that is still good when it starts, however long somebody looked at the plan."""

    def __init__(self, *, patience: timedelta = VERIFY_PATIENCE, glance: timedelta = VERIFY_GLANCE) -> None:
        """Wait so long for what a run did to show, looking again after `glance`."""
        self._patience = patience
        self._glance = glance

    def apply(self, session: "Session", plan: Plan, sink: Sink, stop: threading.Event | None = None) -> Outcome:
        """Carry the plan out with a token that is renewed first."""
        refused = refusal(session, plan)
        if refused is not None:
            return refused
        if plan.work is not None and session.azure is not None:
            try:
                token = session.azure.clients().signed_in.token_for_powershell(TOKEN_LASTS)
            except AzureError as error:
                return Outcome(OutcomeKind.FAILED, f"Nothing was changed: {error.message}", remedy=error.remedy)
            secrets = {**plan.work.secrets, TOKEN: Secret(token.token)}
            plan = replace(plan, work=replace(plan.work, secrets=secrets))
        return super().apply(session, plan, sink, stop)

    @abstractmethod
    def verify(self, session: "Session", run: RunState, node: str, sink: Sink) -> Outcome:
        """Read nodes and Azure again and say what is true after a run that is over."""


def confirmation(checks: tuple[Check, ...], cluster: str | None) -> tuple[Confirmation, str | None]:
    """Return how a plan is confirmed that records its token somewhere: by the cluster's name; else by a yes."""
    if any(check.id == "recording" for check in checks):
        return Confirmation.NAME, cluster or "yes"
    return Confirmation.YES, None
