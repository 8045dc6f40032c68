"""What every option that changes something is: prepare a plan, carry it out, tell what is true afterwards."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from tui.runs.event import Sink
from tui.runs.outcome import Outcome
from tui.runs.plan import Plan

if TYPE_CHECKING:
    import threading

    from tui.operations.running import FoundRun
    from tui.runs.run_state import RunState
    from tui.session import Session


class Operation(Protocol):
    """One thing azsconfig can change. Every method blocks and is called on an engine thread, never on a loop."""

    id: ClassVar[str]
    """Stable id of its option."""

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Read what has to be known and return the plan; changes nothing, on no node and not in Azure.

        `inputs` are what a person gave, by the long names of the command's options with underscores; what is absent
        gets its default. `sink` gets notes on what is being looked at. What stands in the way is a blocker of the
        plan, never an exception.
        """
        ...

    def apply(self, session: "Session", plan: Plan, sink: Sink, stop: "threading.Event | None" = None) -> Outcome:
        """Carry out a plan that was confirmed, follow it to its end and return what is true afterwards.

        Setting `stop` ends the following, never what was started: the outcome is then that it goes on.
        """
        ...

    def verify(self, session: "Session", run: "RunState", node: str, sink: Sink) -> Outcome:
        """Read nodes and Azure again and say what is true after a run on `node` that is over, whoever started it."""
        ...


@runtime_checkable
class CanResume(Protocol):
    """An operation that azsconfig itself coordinates: anyone can go on with it."""

    def resume(
        self, session: "Session", found: "FoundRun", sink: Sink, stop: "threading.Event | None" = None
    ) -> Outcome:
        """Go on with a run that nobody coordinates any more. Raises NodeError, RunError."""
        ...


OPERATIONS: Mapping[str, str] = {
    "register": "tui.operations.register.Register",
    "repair": "tui.operations.repair.Repair",
    "enable-arc": "tui.operations.enable_arc.EnableArc",
    "updates": "tui.operations.install_updates.InstallUpdates",
    "restart": "tui.operations.restart_node.RestartNode",
    "opt-in": "tui.operations.opt_in.OptIn",
    "cau": "tui.operations.cau_update.CauUpdate",
    "agent": "tui.operations.upgrade_agent.UpgradeAgent",
    "sync": "tui.operations.sync.Sync",
    "unregister": "tui.operations.unregister.Unregister",
}
"""Class of each operation by the id of its option; imported when it is needed."""


def operation(operation_id: str) -> Operation:
    """Return the operation of an option.

    Raises:
        KeyError: there is none of that id.
    """
    module, _, name = OPERATIONS[operation_id].rpartition(".")
    made: Operation = getattr(import_module(module), name)()
    return made
