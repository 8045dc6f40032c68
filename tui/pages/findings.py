"""Findings in words: what one rule found on several nodes is told once, with its remedy once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui.cluster.findings import Finding, Level, worst
from tui.pages.columns import wrap
from tui.pages.document import Line, Role, line_of
from tui.pages.levels import ROLE_OF_LEVEL
from tui.pages.node_names import in_short

MARK = {Level.HEALTHY: "note", Level.ATTENTION: "attention", Level.UNHEALTHY: "unhealthy", Level.UNKNOWN: "unknown"}
UNREAD = "unread-"
"""Beginning of the id of a finding on a subject that could not be read; `tui.cluster.rules.unread`."""
CAUSE = " could not be read: "


def finding_lines(findings: Iterable[Finding], names: Sequence[str], columns: int) -> list[Line]:
    """Return findings in their order, each rule's together; `names` are all nodes there are."""
    rules: dict[tuple[str, Level, str], list[Finding]] = {}
    for finding in _by_cause(findings):
        rules.setdefault((finding.id, finding.level, finding.remedy), []).append(finding)
    return [line for rule in rules.values() for line in _one_rule(rule, names, columns)]


def _by_cause(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those on what could not be read of a node for one cause as one."""
    told: dict[object, Finding] = {}
    for number, finding in enumerate(findings):
        subject, _, cause = finding.message.partition(CAUSE)
        key = (finding.node, cause, finding.remedy) if finding.id.startswith(UNREAD) else number
        if key in told:
            subjects = told[key].message.partition(CAUSE)[0]
            level = worst((told[key].level, finding.level))
            told[key] = replace(told[key], id=UNREAD, level=level, message=f"{subjects}, {subject}{CAUSE}{cause}")
        else:
            told[key] = finding
    return list(told.values())


def _one_rule(findings: Sequence[Finding], names: Sequence[str], columns: int) -> list[Line]:
    """Return what one rule found, on which nodes, and below it what to do next."""
    lines: list[Line] = []
    level = findings[0].level
    role = Role.PLAIN if level is Level.HEALTHY else ROLE_OF_LEVEL[level]
    for message, nodes in _nodes_by_message(findings).items():
        where = f"{in_short(nodes, names)}: " if nodes else ""
        text = f"[{MARK[level]}] {where}{message}"
        lines.extend(line_of(f" {line}", role) for line in wrap(text, columns - 2, 2))
    if findings[0].remedy:
        lines.extend(line_of(f"   {line}", Role.QUIET) for line in wrap(findings[0].remedy, columns - 4))
    return lines


def _nodes_by_message(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """Return the nodes behind each message; none for what concerns the cluster."""
    nodes: dict[str, list[str]] = {}
    for finding in findings:
        nodes.setdefault(finding.message, []).extend([finding.node] if finding.node else [])
    return nodes
