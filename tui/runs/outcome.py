"""How a run, or anything else that changes something, ended: what is true, and what was claimed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from tui.exit_codes import ExitCode


class OutcomeKind(StrEnum):
    """How something ended."""

    DONE = "done"
    ALREADY = "already"
    """There was nothing to do."""
    ATTENTION = "attention"
    """Done, but something needs attention: a restart, what could not be verified."""
    PARTLY = "partly"
    """Some nodes or resources, not all."""
    FAILED = "failed"
    DECLINED = "declined"
    """A person or a blocker said no; nothing was changed."""
    RUNNING = "running"
    """It goes on without us."""
    UNREACHABLE = "unreachable"
    """Nothing could be read, so nothing is known."""
    LOST = "lost"
    """The runner died or its node restarted in the middle: what it had done so far stands."""


EXIT_CODES = {
    OutcomeKind.DONE: ExitCode.DONE,
    OutcomeKind.ALREADY: ExitCode.DONE,
    OutcomeKind.ATTENTION: ExitCode.ATTENTION,
    OutcomeKind.PARTLY: ExitCode.PARTLY,
    OutcomeKind.FAILED: ExitCode.FAILED,
    OutcomeKind.DECLINED: ExitCode.DECLINED,
    OutcomeKind.RUNNING: ExitCode.RUNNING,
    OutcomeKind.UNREACHABLE: ExitCode.UNREACHABLE,
    OutcomeKind.LOST: ExitCode.FAILED,
}
"""What a command that ends so exits with."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How something ended."""

    kind: OutcomeKind
    """How."""
    message: str
    """What is true now, in one or two sentences."""
    remedy: str = ""
    """What to do next, where something is to do."""
    claimed: str = ""
    """What the cmdlet claimed, where that differs from what is true."""
    details: tuple[str, ...] = field(default=())
    """What was read again, a sentence each: node by node, resource by resource."""
    run: str | None = None
    """Id of the run, where there was one."""
    settled: bool = True
    """Whether everything could be read that it hangs on; otherwise whoever attaches next looks again."""
    whole: bool = False
    """Whether it says all there is to say, however the run itself ended: what it began goes on without it."""

    @property
    def exit_code(self) -> ExitCode:
        """What a command that ends so exits with."""
        return EXIT_CODES[self.kind]


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain data; what is empty is left out."""
    told = {
        "outcome": str(outcome.kind),
        "message": outcome.message,
        "remedy": outcome.remedy,
        "claimed": outcome.claimed,
        "details": list(outcome.details),
        "run": outcome.run,
    }
    return {name: value for name, value in told.items() if value}


def outcome_from(told: Mapping[str, Any]) -> Outcome:
    """Return what `outcome_object` made plain; raises ValueError for anything else."""
    known = {str(name).casefold(): value for name, value in told.items()}
    details: object = known.get("details") or []
    each = cast("list[object]", details) if isinstance(details, list) else [details]
    return Outcome(
        OutcomeKind(str(known.get("outcome"))),
        str(known.get("message") or ""),
        remedy=str(known.get("remedy") or ""),
        claimed=str(known.get("claimed") or ""),
        details=tuple(str(one) for one in each),
        run=str(known["run"]) if known.get("run") else None,
    )
