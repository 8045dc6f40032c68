"""Every word that the commands write to standard output and standard error.

Standard output is data only; what went wrong, and what to do about it, goes to standard error.
"""

import json
import sys
from datetime import datetime

from tui.cluster.azure_resources import AzureProblem, AzureProblemKind, AzureView
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem
from tui.cluster.findings import Level
from tui.cluster.verdict import ClusterVerdict
from tui.exit_codes import ExitCode, worst
from tui.nodes.own_node import OwnNode
from tui.operations.snapshot import Snapshot
from tui.pages.status_object import status_object
from tui.pages.status_text import status_text
from tui.pages.values import all_facts, node_problem


def print_status(snapshot: Snapshot, now: datetime, columns: int) -> None:
    """Print the cluster's status for people."""
    sys.stdout.write(status_text(snapshot, now, columns))


def print_status_json(
    facts: ClusterFacts,
    verdict: ClusterVerdict,
    own: OwnNode | None = None,
    banner: str | None = None,
    azure: AzureView | None = None,
) -> None:
    """Print the cluster's status as one JSON object, schema 1."""
    sys.stdout.write(json.dumps(status_object(facts, verdict, own, banner, azure), indent=2) + "\n")


def status_exit_code(facts: ClusterFacts, verdict: ClusterVerdict, azure: AzureView | None = None) -> ExitCode:
    """Return 3 when no node could be read, 4 when some, or Azure, could not, 6 for attention, else 0."""
    codes = [ExitCode.DONE]
    dead = [node_problem(node) is not None for node in facts.nodes]
    if all(dead):
        codes.append(ExitCode.UNREACHABLE)
    elif any(dead) or any(_partly(node) for node in facts.nodes):
        codes.append(ExitCode.PARTLY)
    if azure is not None and _unread(azure):
        codes.append(ExitCode.PARTLY)
    if verdict.level is not Level.HEALTHY:
        codes.append(ExitCode.ATTENTION)
    return worst(codes)


def _unread(azure: AzureView) -> bool:
    """Return whether something of Azure was asked for and not told."""
    facts = (azure.cluster, azure.arc_setting, azure.machines)
    return any(isinstance(fact, AzureProblem) and fact.kind != AzureProblemKind.NOT_READ for fact in facts)


def _partly(node: NodeFacts) -> bool:
    """Return whether a node told some subjects and not others."""
    return any(isinstance(fact, Problem) for fact in all_facts(node))
