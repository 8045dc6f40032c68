"""A run as a screen, while it goes on and after it."""

from datetime import datetime

from tui.cluster.durations import duration_text
from tui.operations.run_progress import RunPicture, StepProgress, spent
from tui.pages.columns import cut, pad, printable, width, wrap
from tui.pages.document import BLANK, LEAVE, Document, Line, Role, Span, line_of
from tui.pages.narrator import line_words, progress_words, step_words
from tui.pages.outcome_text import outcome_lines
from tui.pages.sections import paragraphs
from tui.pages.times import clock, stamp
from tui.runs.event import Event, EventKind, StepStatus

STEP_ROLES = {StepStatus.DONE: Role.GOOD, StepStatus.FAILED: Role.BAD, StepStatus.SKIPPED: Role.QUIET}
ONLY_WHILE_OPEN = "goes on when this screen is left, as long as azsconfig runs"
LINE_ROLES = {EventKind.WARNING: Role.ATTENTION, EventKind.ERROR: Role.BAD, EventKind.NOTE: Role.QUIET}


def run_document(picture: RunPicture, words: str, now: datetime, columns: int) -> Document:
    """Return a run as a screen; only lines of output with all of `words` are shown."""
    body = [*_heading(picture, now, columns)]
    if picture.outcome is not None:
        body += [BLANK, *outcome_lines(picture.outcome, columns)]
    if picture.steps:
        body += [BLANK, *(_step_row(step, columns) for step in picture.steps)]
    if picture.bars and picture.outcome is None:
        body += [BLANK, *(_bar(bar, columns) for bar in picture.bars)]
    return Document(picture.title or "A run", (*body, *_output(picture, words, columns)), LEAVE)


def _heading(picture: RunPicture, now: datetime, columns: int) -> list[Line]:
    where = f" on {picture.node}" if picture.node else ""
    first = f"Run {picture.run_id}{where}" if picture.run_id else f"Starting{where}"
    if not picture.detached:
        first = "azsconfig does this itself"
    took = spent(picture, now)
    parts = [f"started {stamp(picture.started, seconds=True)}" if picture.started else "nothing heard yet"]
    if took is not None:
        parts.append(f"{'took' if picture.outcome is not None else 'for'} {duration_text(took)}")
    if picture.typical is not None:
        parts.append(f"usually {duration_text(picture.typical)}")
    lines = [line_of(cut(f" {first}", columns), Role.QUIET), line_of(cut(f" {', '.join(parts)}", columns), Role.QUIET)]
    if picture.outcome is None:
        ends = "goes on when this screen is left, and when azsconfig ends" if picture.detached else ONLY_WHILE_OPEN
        lines.append(line_of(cut(f" It {ends}.", columns), Role.QUIET))
    return lines


def _step_row(step: StepProgress, columns: int) -> Line:
    state = step_words(step.status)
    at = step.ended or step.started
    lead = f"   {pad(state, 9)} {clock(at) if at else '':8}  "
    typical = f" (usually {duration_text(step.typical)})" if step.typical is not None and step.ended is None else ""
    said = f": {step.words}" if step.words else ""
    role = STEP_ROLES.get(step.status, Role.PLAIN) if step.status is not None else Role.QUIET
    return Line((Span(lead, role), Span(cut(f"{step.title}{said}{typical}", columns - width(lead)), role)))


def _bar(bar: Event, columns: int) -> Line:
    indent = "     " if bar.parent is not None else "   "
    return line_of(cut(indent + progress_words(bar), columns))


def _output(picture: RunPicture, words: str, columns: int) -> list[Line]:
    wanted = words.casefold().split()
    shown = [line for line in reversed(picture.lines) if all(word in line_words(line).casefold() for word in wanted)]
    if not picture.lines:
        return []
    count = (
        f"{len(shown)} of {len(picture.lines)} lines with: {words}"
        if words
        else f"{len(shown)} line{'' if len(shown) == 1 else 's'}"
    )
    lines = [BLANK, line_of(cut(f" Output, newest first ({count})", columns), Role.HEADING)]
    for event in shown:
        lead = f" {clock(event.time)} "
        first, *rest = wrap(line_words(event), columns - width(lead))
        role = LINE_ROLES.get(event.kind, Role.PLAIN)
        lines.append(Line((Span(lead, Role.QUIET), Span(printable(first), role))))
        lines += (Line((Span(" " * width(lead)), Span(printable(piece), role))) for piece in rest)
    return lines


def run_help(columns: int) -> Document:
    """Return the help of a run's screen."""
    texts = (
        (
            "A run is work on a node that depends on nobody: it goes on when this screen is left (Esc), when azsconfig "
            "ends and when the connection breaks. 13) Runs and activity log, or azsconfig runs attach with its id, "
            "shows it again, here and from any other computer. Two may watch the same run; only one can be started."
        ),
        (
            "Above stand the steps with their states and times, below them what the cmdlet itself says of its "
            "progress, and its output, the newest line first. f shows only the lines with the words you type. "
            "Times are those of the node's clock."
        ),
        (
            "When the run is over, the nodes and Azure are read again. The outcome says what is true then, and what "
            "the cmdlet claimed where that is something else. r follows a run again that could not be followed to its "
            "end."
        ),
    )
    return Document("Help: a run", paragraphs(texts, columns))
