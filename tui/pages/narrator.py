"""What is told of a run's events, one line after the other."""

from collections.abc import Iterator

from tui.pages.columns import printable
from tui.pages.times import clock
from tui.runs.event import Event, EventKind, StepStatus

STEP_WORDS = {
    StepStatus.STARTED: "going on",
    StepStatus.DONE: "done",
    StepStatus.FAILED: "FAILED",
    StepStatus.SKIPPED: "skipped",
}
_PREFIXES = {EventKind.WARNING: "WARNING: ", EventKind.ERROR: "ERROR: "}
PERCENT_APART = 10
"""So many percent lie between two lines about the progress of one activity."""


class Narrator:
    """Turns events into lines of text, for those who read one line after the other."""

    def __init__(self, *, output: bool = False) -> None:
        """Tell steps, progress, warnings, errors and notes; lines of output too where `output` is true."""
        self._output = output
        self._told: dict[tuple[str | None, int | None], tuple[str, int]] = {}
        self._titles: dict[str | None, str] = {}

    def lines(self, event: Event) -> Iterator[str]:
        """Yield the lines that an event is worth, each with the time of day in front."""
        words = self._words(event)
        if words:
            first, *rest = words.splitlines() or [""]
            yield f"{clock(event.time)} {printable(first)}"
            yield from (f"{'':8} {printable(line)}" for line in rest)

    def _words(self, event: Event) -> str:
        if event.kind == EventKind.STEP:
            return self._step(event)
        if event.kind == EventKind.PROGRESS:
            return self._progress(event)
        if event.kind == EventKind.OUTPUT and not self._output:
            return ""
        return line_words(event)

    def _step(self, event: Event) -> str:
        """Return a step with the title that it started with."""
        title = self._titles.setdefault(event.step, event.text or str(event.step or ""))
        said = f": {event.text}" if event.text and event.text != title else ""
        return f"{title}: {step_words(event.status)}{said}"

    def _progress(self, event: Event) -> str:
        """Return a line of progress where it says something new, or has come on a good deal."""
        words = activity_words(event)
        percent = event.percent if event.percent is not None else -1
        key = (event.node, event.progress)
        before, at = self._told.get(key, ("", -1))
        if words == before and abs(percent - at) < PERCENT_APART:
            return ""
        self._told[key] = (words, percent)
        return progress_words(event)


def step_words(status: StepStatus | None) -> str:
    """Return how a step stands; `-` before it starts."""
    return "-" if status is None else STEP_WORDS.get(status, str(status))


def line_words(event: Event) -> str:
    """Return what a line of a run says; empty for an event that is no line."""
    data = event.data or {}
    match event.kind:
        case EventKind.STARTED:
            identity = data.get("identity")
            return f"The job has begun{f' as {identity}' if identity else ''}."
        case EventKind.ENDED:
            reason = data.get("reason")
            return f"The job has ended{f' ({reason})' if reason and reason != 'completed' else ''}."
        case EventKind.OUTPUT | EventKind.WARNING | EventKind.ERROR | EventKind.ENTRY | EventKind.NOTE:
            return _PREFIXES.get(event.kind, "") + event.text.rstrip()
        case _:
            return ""


def activity_words(event: Event) -> str:
    """Return what a progress record says, without its percentage."""
    return f"{event.activity or ''}: {event.text}".strip(": ")


def progress_words(event: Event) -> str:
    """Return what a progress record says, with its percentage where it has one."""
    words = activity_words(event)
    return f"{words} {event.percent} %" if event.percent is not None and event.percent >= 0 else words
