"""What speaks against updating or restarting nodes now, and what has to be known before."""

from collections.abc import Iterable, Iterator

from tui.cluster.facts import Problem, Reading, value_of
from tui.cluster.leaving import obstacles
from tui.cluster.restart_rules import reason_problem
from tui.cluster.update_settings import UpdateSource, agent_hint
from tui.cluster.update_state import UpdateState
from tui.cluster.updates import UpdateSearch
from tui.operations.running import ClusterRuns
from tui.operations.updates.looking import Look
from tui.runs.plan import Check, CheckLevel


def going_on_checks(runs: ClusterRuns) -> Iterator[Check]:
    """Yield that another change goes on."""
    for found in runs.going_on:
        yield Check(
            "going-on",
            CheckLevel.BLOCKER,
            f"{found.state.title} is going on, on {found.node}.",
            f"Wait until it is over, or watch it: azsconfig runs attach {found.state.id}",
            found.node,
        )
        return


def searched_checks(seen: Look) -> Iterator[Check]:
    """Yield which nodes did not tell what they are offered, and how the others get their updates."""
    told = 0
    for node in seen.nodes:
        if isinstance(node.search, Problem):
            problem = node.search
            message = f"{node.node}: {problem.message}"
            yield Check("searched", CheckLevel.BLOCKER, message, problem.remedy, node.node)
        else:
            told += 1
            yield from _search(node.node, node.search.value)
        if isinstance(node.state, Reading):
            yield from _settings(node.node, node.state.value)
    if told == len(seen.nodes) and told:
        many = f"All {told} nodes say what they are offered." if told > 1 else "The node says what it is offered."
        yield Check("searched", CheckLevel.PASSED, many)


def agent_checks(seen: Look) -> Iterator[Check]:
    """Yield why a node is not offered the agent, where its settings explain that."""
    for node in seen.nodes:
        search, state = value_of(node.search), value_of(node.state)
        hint = agent_hint(state.settings) if state is not None else None
        if hint is not None and search is not None and not any(update.arc_agent for update in search.updates):
            yield Check("agent-offered", CheckLevel.NOTE, f"{node.node}: {hint}", node=node.node)


def leaving_checks(seen: Look, nodes: Iterable[str]) -> Iterator[Check]:
    """Yield what speaks against taking nodes out of the cluster: what passes by itself is waited for."""
    if seen.health is None:
        message = "No node tells how the cluster stands, so none may be taken out of it."
        yield Check("cluster-health", CheckLevel.BLOCKER, message, "See 12) Troubleshoot, then try again.")
        return
    told: set[str] = set()
    for node in nodes:
        for obstacle in obstacles(seen.health, node):
            if obstacle.message in told:
                continue
            told.add(obstacle.message)
            level = CheckLevel.WARNING if obstacle.passes else CheckLevel.BLOCKER
            waits = " It is waited for." if obstacle.passes else ""
            words = f"{obstacle.message[0].upper()}{obstacle.message[1:]}.{waits}"
            yield Check(f"leaving-{obstacle.kind}", level, words, obstacle.remedy, obstacle.node)
    if not told and seen.clustered:
        yield Check("cluster-health", CheckLevel.PASSED, "All nodes are up, the disks healthy, no storage job runs.")


def restart_checks(*, restart: bool, reason: str) -> Iterator[Check]:
    """Yield what is wrong with the reason for a restart."""
    problem = reason_problem(reason) if restart else None
    if problem is not None:
        yield Check("reason", CheckLevel.BLOCKER, f"{problem[0].upper()}{problem[1:]}.", "Give one: --reason TEXT.")


def cau_checks(seen: Look) -> Iterator[Check]:
    """Yield that the cluster has its own way to update itself."""
    role = seen.health.cau_role if seen.health is not None else None
    if role is not None and role.installed:
        message = "The cluster has the role of Cluster-Aware Updating, which updates its nodes by itself."
        yield Check("cau-role", CheckLevel.WARNING, message, "Let it do that: azsconfig updates cau.")


def _search(node: str, search: UpdateSearch) -> Iterator[Check]:
    if not search.complete:
        warned = f" {' '.join(search.warnings)}" if search.warnings else ""
        message = f"{node}: the search ended as {search.result_code}, so something may be missing.{warned}"
        yield Check("search-complete", CheckLevel.WARNING, message, "Search again later.", node)


def _settings(node: str, state: UpdateState) -> Iterator[Check]:
    if state.settings.disabled:
        message = f"{node}: the service of Windows Update is disabled, so nothing can be installed."
        yield Check("update-service", CheckLevel.BLOCKER, message, "Set-Service wuauserv -StartupType Manual", node)
    if state.settings.source == UpdateSource.WSUS:
        message = f"{node} gets its updates from the WSUS server {state.settings.wsus_server}."
        yield Check("wsus", CheckLevel.NOTE, f"{message} What is not approved there is not offered.", node=node)
    if state.restart.pending:
        message = f"{node} already waits for a restart."
        yield Check("restart-pending", CheckLevel.WARNING, message, "Updates may fail until it has restarted.", node)
