"""Runs of a cluster as rows and as text."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.cluster.durations import duration_text
from tui.operations.running import ClusterRuns, FoundRun
from tui.pages.columns import cut, pad, printable, wrap
from tui.pages.document import BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.outcome_text import OUTCOME_WORDS
from tui.pages.properties import one_property
from tui.pages.times import clock, stamp
from tui.runs.outcome import OutcomeKind

NODE_CELLS = 15
MOST_ROWS = 20
"""Runs that a screen lists."""
RECENT = timedelta(days=1)
"""So long the menu tells of a run that has ended."""
RUN = "run "
"""Before the id of a run, in `Choice.id`."""


def state_words(found: FoundRun) -> str:
    """Return how a run stands, in a few words."""
    state = found.state
    if not state.over:
        return f"going on{f': {state.step}' if state.step else ''}"
    if state.outcome is not None:
        return _outcome_words(str(state.outcome.get("outcome") or state.outcome.get("Outcome") or ""))
    if state.stands_still:
        return "stands still: it can be resumed"
    return "ended in the middle" if state.died else f"over ({state.reason or 'unknown'}), nobody has looked yet"


def _outcome_words(kind: str) -> str:
    try:
        return OUTCOME_WORDS[OutcomeKind(kind)].casefold()
    except ValueError:
        return kind or "over"


def role_of(found: FoundRun) -> Role:
    """Return how a run's row looks."""
    if not found.state.over or found.state.stands_still:
        return Role.ATTENTION
    kind = str((found.state.outcome or {}).get("outcome", ""))
    return Role.BAD if kind in {"failed", "lost"} or found.state.died else Role.PLAIN


def run_rows(runs: ClusterRuns | None, found: Sequence[FoundRun], columns: int) -> list[Line]:
    """Return the runs as numbered rows below their heading; `found` are those of `runs` that are shown."""
    if runs is None:
        return []
    if not found and not runs.unread:
        return []
    lines = [line_of(" Runs of the cluster", Role.HEADING)]
    for number, run in enumerate(found, 1):
        lead = f" {number:3}) {stamp(run.state.started)}  "
        text = cut(f"{run.state.title}: {state_words(run)}", columns - len(lead))
        lines.append(Line((Span(lead), Span(text, role_of(run))), Choice(number, f"{RUN}{run.state.id}")))
    for node, words in runs.unread:
        lines += (line_of(f"   {line}", Role.BAD) for line in wrap(f"{node}: {words}", columns - 4, 2))
    return [*lines, BLANK]


def last_run_words(runs: ClusterRuns, now: datetime) -> str:
    """Return the run that goes on, or how the last one ended within a day; empty for neither."""
    if runs.going_on:
        run = runs.whole_going_on[0]
        return f"going on: {run.state.title}"
    run = next(iter(runs.whole), runs.runs[0])
    ended = run.state.ended or run.state.updated or run.state.started
    if now - ended > RECENT:
        return ""
    return f"{run.state.kind} {clock(ended)}: {state_words(run)}".capitalize()


def matching_runs(runs: Sequence[FoundRun], words: str) -> tuple[FoundRun, ...]:
    """Return the newest runs that hold all of some words."""
    wanted = words.casefold().split()
    shown = [run for run in runs if all(word in _searched(run) for word in wanted)]
    return tuple(shown[:MOST_ROWS])


def _searched(run: FoundRun) -> str:
    state = run.state
    return " ".join((state.id, run.node, state.title, state_words(run), state.started_by or "")).casefold()


def runs_text(found: ClusterRuns, columns: int) -> str:
    """Return all runs as plain text, a row each, and who did not tell."""
    lines: list[Line] = []
    for run in found.runs:
        state = run.state
        lines.append(line_of(f" {state.id}  {pad(run.node, NODE_CELLS)} {state_words(run)}"))
        lines.append(line_of(cut(f"   {state.title}, by {state.started_by or '-'}", columns)))
    if not found.runs:
        lines.append(line_of(" No node has a run."))
    known = {run.state.id for run in found.runs}
    lines += (
        line_of(f" {lock.title or lock.kind} has the cluster's lock: {lock.run_id}, by {lock.owner} on {lock.holder}")
        for lock in found.locks
        if lock.run_id not in known
    )
    for node, words in found.unread:
        lines += (line_of(f" {line}") for line in wrap(f"{node}: {words}", columns - 2, 2))
    return "".join(f"{printable(line.text)}\n" for line in lines)


def found_text(found: FoundRun, columns: int) -> str:
    """Return what one run is, as plain text."""
    state = found.state
    end = state.ended or state.updated
    told = (
        ("Run", state.id),
        ("Node", found.node),
        ("State", state_words(found)),
        ("Started", stamp(state.started, seconds=True)),
        ("Ended", stamp(state.ended, seconds=True) if state.ended else None),
        ("Took", duration_text(end - state.started) if end else None),
        ("Started by", state.started_by),
        ("Runs as", state.identity),
    )
    lines = [line for name, words in told for line in one_property(name, words, columns)]
    return Document(state.title, tuple(lines)).text + "\n"
