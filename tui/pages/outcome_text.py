"""How something ended, in words."""

from tui.pages.columns import printable, wrap
from tui.pages.document import Line, Role, line_of
from tui.runs.outcome import Outcome, OutcomeKind

OUTCOME_WORDS = {
    OutcomeKind.DONE: "Done",
    OutcomeKind.ALREADY: "Nothing to do",
    OutcomeKind.ATTENTION: "Done, but something needs attention",
    OutcomeKind.PARTLY: "Partly done",
    OutcomeKind.FAILED: "Failed",
    OutcomeKind.DECLINED: "Not done",
    OutcomeKind.RUNNING: "Still going on",
    OutcomeKind.UNREACHABLE: "Nothing could be read",
    OutcomeKind.LOST: "Ended in the middle",
}
GOOD = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY})
BAD = frozenset({OutcomeKind.FAILED, OutcomeKind.UNREACHABLE, OutcomeKind.LOST})


def outcome_lines(outcome: Outcome, columns: int) -> list[Line]:
    """Return how something ended: what is true, what was claimed, what to do next."""
    role = Role.GOOD if outcome.kind in GOOD else Role.BAD if outcome.kind in BAD else Role.ATTENTION
    lines = [
        line_of(f" {line}", role) for line in wrap(f"{OUTCOME_WORDS[outcome.kind]}: {outcome.message}", columns - 2)
    ]
    lines += (line_of(f"   {line}") for words in outcome.details for line in wrap(words, columns - 4, 2))
    if outcome.claimed:
        lines += (line_of(f" {line}") for line in wrap(f"What was claimed: {outcome.claimed}", columns - 2, 2))
    if outcome.remedy:
        lines += (line_of(f" {line}") for line in wrap(f"What to do: {outcome.remedy}", columns - 2, 2))
    return lines


def outcome_text(outcome: Outcome, columns: int) -> str:
    """Return how something ended as plain text; the run's id in the last line, where there was one."""
    lines = [
        line.text.strip() if at == 0 else line.text.rstrip() for at, line in enumerate(outcome_lines(outcome, columns))
    ]
    if outcome.run:
        lines.append(f" Run: {outcome.run}")
    return "".join(f"{printable(line)}\n" for line in lines)
