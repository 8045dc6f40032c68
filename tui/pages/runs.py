"""Runs of a cluster as rows and as text."""

from tui.cluster.durations import duration_text
from tui.operations.running import ClusterRuns, FoundRun
from tui.pages.columns import cut, pad, printable, wrap
from tui.pages.document import Document, Line, Role, line_of
from tui.pages.outcome_text import OUTCOME_WORDS
from tui.pages.properties import one_property
from tui.pages.times import stamp
from tui.runs.outcome import OutcomeKind

NODE_CELLS = 15


def state_words(found: FoundRun) -> str:
    """Return how a run stands, in a few words."""
    state = found.state
    if not state.over:
        return f"going on{f': {state.step}' if state.step else ''}"
    if state.outcome is not None:
        return _outcome_words(str(state.outcome.get("outcome") or state.outcome.get("Outcome") or ""))
    return "ended in the middle" if state.died else f"over ({state.reason or 'unknown'}), nobody has looked yet"


def _outcome_words(kind: str) -> str:
    try:
        return OUTCOME_WORDS[OutcomeKind(kind)].casefold()
    except ValueError:
        return kind or "over"


def role_of(found: FoundRun) -> Role:
    """Return how a run's row looks."""
    if not found.state.over:
        return Role.ATTENTION
    kind = str((found.state.outcome or {}).get("outcome", ""))
    return Role.BAD if kind in {"failed", "lost"} or found.state.died else Role.PLAIN


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
