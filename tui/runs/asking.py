"""Asking a node about runs: every script of runs may be asked twice, so a lost answer is asked for again."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, cast

from tui.cluster.decode import DecodeError, decode
from tui.nodes.errors import Lost, NodeError, ScriptError, TimedOut
from tui.nodes.reply import PendingReply
from tui.runs.errors import RunError, RunNotFound, RunRefused, RunUnreadable

ATTEMPTS = 3
"""How often a node is asked before a lost answer counts as lost."""
NOT_FOUND = "AzsconfigRunNotFound"
OURS = "AzsconfigRun"

T = TypeVar("T")


class Ask(Protocol):
    """Asks a node to run a script and returns at once, as `Session.submit` does."""

    def __call__(
        self, node: str, script: str, parameters: Mapping[str, Any] | None = None, *, exclusive: bool = False
    ) -> PendingReply:
        """Return the request on its way; what fails, fails its result with a `NodeError`."""
        ...


def answer(ask: Ask, node: str, script: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one object that a script of runs answers; a lost answer is asked for again.

    Raises NodeError for what fails on the way, RunRefused, RunNotFound or RunUnreadable for what the script says.
    """
    failed: NodeError | None = None
    for _ in range(ATTEMPTS):
        try:
            outs = ask(node, script, parameters).result().outs
        except ScriptError as error:
            raise meant(error) from error
        except NodeError as error:
            # What may have run once may have run, whatever became of the later attempts.
            failed = error.again(may_have_run=error.may_have_run or (failed is not None and failed.may_have_run))
            if not failed.may_have_run and not isinstance(error, Lost | TimedOut):
                break
        else:
            return one_object(outs, node, script)
    raise failed or Lost(node, f"{script} was not asked.")


def one_object(outs: tuple[Any, ...], node: str, script: str) -> Mapping[str, Any]:
    """Return the only object among a script's answers; raises RunUnreadable for anything else."""
    if len(outs) != 1 or not isinstance(outs[0], dict):
        message = f"{script} on {node} did not answer with one object."
        raise RunUnreadable(message, "Look into the log for what came.", node=node)
    return cast("Mapping[str, Any]", outs[0])


def items(value: object) -> list[object]:
    """Return a list that a script gave: PowerShell makes one thing of a list of one, and null of an empty one."""
    if value is None:
        return []
    return cast("list[object]", value) if isinstance(value, list) else [value]


def meant(error: ScriptError) -> RunError | ScriptError:
    """Return what a script's error means for a run; the error itself where it is none of ours."""
    fqid = error.fqid.partition(",")[0]
    if fqid == NOT_FOUND:
        return RunNotFound(
            f"{error.node} has no such run.", "azsconfig runs list shows those there are.", node=error.node
        )
    if fqid.startswith(OURS):
        # The channel puts the script's name in front; what the node says begins behind it.
        return RunRefused(error.message.partition(": ")[2] or error.message, fqid, node=error.node)
    return error


def decoded(cls: type[T], mapping: object, node: str) -> T:
    """Return an object of a script as one of our dataclasses; raises RunUnreadable where it is none."""
    try:
        return decode(cls, mapping)  # pyright: ignore[reportArgumentType, reportReturnType, reportUnknownVariableType]
    except DecodeError as error:
        message = f"{node} says something of a run that cannot be read: {error}."
        raise RunUnreadable(message, "Look into the log for what came.", node=node) from error
