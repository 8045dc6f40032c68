"""Parts that several pages are made of: a subject's heading, and why something could not be read."""

from collections.abc import Iterable

from tui.cluster.facts import Fact, NodeFacts, Problem, ProblemKind, Reading
from tui.operations.snapshot import Snapshot
from tui.pages.columns import cut, wrap
from tui.pages.document import BLANK, LEAVE, Document, Line, Role, line_of
from tui.pages.times import clock
from tui.pages.values import READING


def section_heading(title: str, fact: Fact[object], columns: int) -> list[Line]:
    """Return a subject's heading with the time it was read, and why it was not where it failed."""
    if isinstance(fact, Reading):
        return [BLANK, line_of(cut(f" {title} (read at {clock(fact.read_at)})", columns), Role.HEADING)]
    heading = [BLANK, line_of(cut(f" {title}", columns), Role.HEADING)]
    if fact.kind is ProblemKind.NOT_READ:
        return [*heading, line_of(f"   {READING}", Role.QUIET)]
    return [*heading, *problem_lines(fact, columns)]


def problem_lines(problem: Problem, columns: int) -> list[Line]:
    """Return a problem in words and its remedy, indented below its node."""
    lines = [line_of(f"       {line}", Role.BAD) for line in wrap(problem.message, columns - 8)]
    lines.extend(line_of(f"       {line}", Role.QUIET) for line in wrap(problem.remedy, columns - 8) if line)
    return lines


def paragraphs(texts: Iterable[str], columns: int) -> tuple[Line, ...]:
    """Return running text, an empty line after each paragraph."""
    lines: list[Line] = []
    for text in texts:
        lines.extend(line_of(f" {line}") for line in wrap(text, columns - 2))
        lines.append(BLANK)
    return tuple(lines)


def chosen_node(snapshot: Snapshot, chosen: str) -> NodeFacts | None:
    """Return the node of a row, by the row's number: a node's name may become known only while it is read."""
    nodes = snapshot.facts.nodes if snapshot.facts else ()
    index = int(chosen) - 1
    return nodes[index] if index < len(nodes) else None


def not_among(chosen: str) -> Document:
    """Return the page for a row that is gone."""
    gone = line_of(" This node is not among those that were read.", Role.QUIET)
    return Document(f"Node {chosen}", (gone,), LEAVE)
