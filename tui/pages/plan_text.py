"""What a plan says: what stands in the way, what would be done and what that means."""

from collections.abc import Iterable, Sequence

from tui.cluster.durations import duration_text
from tui.pages.columns import wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.properties import one_property
from tui.pages.sections import paragraphs
from tui.runs.plan import Check, CheckLevel, Confirmation, Plan, PlanStep

LEAVE_IT, START, SHOW_RUN = "back", "start", "run"
CHOICES_PROMPT = f"Number, {BACK} changes nothing:"
HEADINGS = (
    (CheckLevel.BLOCKER, "What stands in the way", Role.BAD),
    (CheckLevel.WARNING, "To know before", Role.ATTENTION),
    (CheckLevel.NOTE, "Found", Role.PLAIN),
)
PASSED = "Checked, and as it should be"


def plan_document(plan: Plan, columns: int, *, started: bool = False, read_only: bool = False) -> Document:
    """Return a plan as a screen, with what can be done about it; going back comes first."""
    rows = _choices(plan, started=started, read_only=read_only)
    numbered = [
        Line((Span(f" {number:2}) {words}"),), Choice(number, choice)) for number, (choice, words) in enumerate(rows, 1)
    ]
    lead = [line_of(f" {line}", Role.QUIET) for line in wrap(verdict_words(plan), columns - 2)]
    # The choices stand in front: however long the plan is, they are seen, and so is what it came to.
    return Document(plan.title, (*lead, *numbered, *plan_lines(plan, columns)), CHOICES_PROMPT)


def verdict_words(plan: Plan) -> str:
    """Return in one sentence whether a plan can be carried out."""
    if plan.nothing_to_do is not None:
        return f"Nothing to do: {plan.nothing_to_do}"
    blockers = len(plan.blockers)
    if blockers:
        return (
            f"This cannot be done now: {blockers} thing{'' if blockers == 1 else 's'} in the way. Nothing is changed."
        )
    return "Nothing has been changed yet. This is what would be done."


def _choices(plan: Plan, *, started: bool, read_only: bool) -> list[tuple[str, str]]:
    if started:
        return [(LEAVE_IT, "Back"), (SHOW_RUN, "Show its run")]
    if not plan.can_start or read_only:
        words = "; azsconfig is read-only" if plan.can_start else ""
        return [(LEAVE_IT, f"Back, change nothing{words}")]
    ask = f" (asks to type {plan.word})" if plan.confirmation is Confirmation.NAME else ""
    return [(LEAVE_IT, "Back, change nothing"), (START, f"Do it{ask}")]


def plan_lines(plan: Plan, columns: int) -> list[Line]:
    """Return everything a plan says, blockers first."""
    lines: list[Line] = []
    for level, heading, role in HEADINGS:
        lines += _checks([check for check in plan.checks if check.level is level], heading, role, columns)
    if plan.steps:
        lines += [BLANK, line_of(" What is done", Role.HEADING)]
        for number, step in enumerate(plan.steps, 1):
            lines += _step(number, step, columns)
    if plan.values:
        lines += [BLANK, line_of(" With these values", Role.HEADING)]
        lines += (line for name, value in plan.values for line in one_property(name, value, columns))
    if plan.consequences:
        lines += [BLANK, line_of(" What that means", Role.HEADING)]
        lines += (line_of(f"   {line}") for words in plan.consequences for line in wrap(words, columns - 4, 2))
    passed = [check for check in plan.checks if check.level is CheckLevel.PASSED]
    return [*lines, *_checks(passed, PASSED, Role.QUIET, columns)]


def _checks(checks: Sequence[Check], heading: str, role: Role, columns: int) -> list[Line]:
    if not checks:
        return []
    lines = [BLANK, line_of(f" {heading}", Role.HEADING)]
    for check in checks:
        where = f"{check.node}: " if check.node and check.node not in check.message else ""
        lines += (line_of(f"   {line}", role) for line in wrap(f"{where}{check.message}", columns - 4, 2))
        lines += (line_of(f"     {line}") for line in wrap(check.remedy, columns - 6) if line)
    return lines


def _step(number: int, step: PlanStep, columns: int) -> Iterable[Line]:
    where = f", on {step.where}" if step.where else ""
    typical = f"; usually {duration_text(step.typical)}" if step.typical is not None else ""
    words = wrap(f"{number:2}. {step.title}{where}{typical}", columns - 4, 4)
    return [line_of(f"  {line}") for line in words]


def plan_text(plan: Plan, columns: int) -> str:
    """Return a plan as plain text, with the PowerShell of the same meaning."""
    lines = [line_of(f" {line}") for line in wrap(verdict_words(plan), columns - 2)]
    lines += plan_lines(plan, columns)
    if plan.commands:
        lines += [BLANK, line_of(" The same in PowerShell"), *(line_of(f"   {line}") for line in plan.commands)]
    return Document(plan.title, tuple(lines)).text


def plan_help(columns: int) -> Document:
    """Return the help of a plan's screen."""
    texts = (
        (
            "Before anything is changed, azsconfig looks at everything the change needs and says what it would do. "
            "Nothing has been changed while this stands here; Esc goes back and changes nothing."
        ),
        (
            "What stands in the way has to be put right first, no switch passes it. What is to know before does not "
            "stop it. Where very much is lost by it, the name of the cluster has to be typed."
        ),
        (
            "The work itself is done by a task on a node. It goes on when this terminal is closed, when the connection "
            "breaks and when azsconfig ends; 13) Runs and activity log shows it from any azsconfig of this cluster."
        ),
        "c shows the PowerShell that an expert would type for it, r looks at everything again, s saves the plan.",
    )
    return Document("Help: a plan", paragraphs(texts, columns))
