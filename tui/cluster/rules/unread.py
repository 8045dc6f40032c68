"""What could not be read from a node."""

from collections.abc import Iterator

from tui.cluster.facts import NodeFacts, Problem, ProblemKind
from tui.cluster.findings import Finding, Level

SUBJECTS = (
    "registration",
    "arc_integration",
    "agent",
    "system",
    "membership",
    "firmware",
    "modules",
    "services",
    "events",
)
"""Fields of `NodeFacts` that are read."""


def unread_findings(node: NodeFacts) -> Iterator[Finding]:
    """Yield why a node or some of its subjects could not be read; what is still being read is no finding.

    A whole node, and its registration, leave it unknown; other subjects need attention.
    """
    problems = {subject: fact for subject in SUBJECTS if isinstance(fact := getattr(node, subject), Problem)}
    failed = {subject: fact for subject, fact in problems.items() if fact.kind != ProblemKind.NOT_READ}
    if not failed:
        return
    if len(problems) == len(SUBJECTS):
        first = next(iter(failed.values()))
        yield Finding("node-unreadable", Level.UNKNOWN, node.name, f"could not be read: {first.message}", first.remedy)
        return
    for subject, fact in failed.items():
        level = Level.UNKNOWN if subject == "registration" else Level.ATTENTION
        message = f"{subject.replace('_', ' ')} could not be read: {fact.message}"
        yield Finding(f"unread-{subject.replace('_', '-')}", level, node.name, message, fact.remedy)
