"""The connected machine agents as plain data: what `azsconfig agent versions --json` prints and what is saved."""

from typing import Any

from tui.cluster.agent_comparison import AgentComparison, AgentStanding
from tui.cluster.azure_resources import AzureProblem, AzureView
from tui.cluster.facts import Problem, value_of
from tui.cluster.iso_time import iso_time
from tui.cluster.policy_clocks import PolicyClock
from tui.pages.azure_object import upgrade_object
from tui.pages.updates_object import problem_object


def agents_object(
    compared: AgentComparison, *, azure: AzureView | None = None, name: str | None = None, banner: str | None = None
) -> dict[str, Any]:
    """Return it; `offered` is `null` where it is not known what a node is offered."""
    return {
        "banner": banner,
        "cluster": {"name": name},
        "newest": compared.newest,
        "behind": list(compared.behind),
        "unsupported": list(compared.unsupported),
        "nodes": [_node(node) for node in compared.nodes],
        "azure": _azure(azure),
    }


def _node(node: AgentStanding) -> dict[str, Any]:
    if isinstance(node.agent, Problem):
        return {"name": node.node, "error": problem_object(node.agent)}
    agent = value_of(node.agent)
    if agent is None or not agent.installed:
        return {"name": node.node, "installed": False}
    return {
        "name": node.node,
        "installed": True,
        "version": agent.version,
        "status": str(agent.status) if agent.status is not None else None,
        "newest": node.newest,
        "support": _support(node.support),
        "offered": _offered(node),
        "hint": node.hint,
        "agentUpgrade": upgrade_object(node.automatic_upgrade),
    }


def _support(clock: PolicyClock | None) -> dict[str, Any] | None:
    """Return when the support of a version ends; `None` where its release is not known."""
    if clock is None:
        return None
    return {"ends": iso_time(clock.deadline), "ended": clock.passed, "inferred": clock.inferred}


def _offered(node: AgentStanding) -> dict[str, Any] | bool | None:
    if node.offered is not None:
        return {"Id": node.offered.id, "Revision": node.offered.revision, "Title": node.offered.title}
    return False if node.searched else None


def _azure(azure: AzureView | None) -> dict[str, Any] | None:
    """Return who was asked, and why Azure did not tell; `None` where nobody is to sign in."""
    if azure is None:
        return None
    error = azure.machines if isinstance(azure.machines, AzureProblem) else None
    return {
        "cloud": azure.cloud,
        "account": azure.account,
        "error": {"kind": error.kind.value, "message": error.message, "remedy": error.remedy} if error else None,
    }
