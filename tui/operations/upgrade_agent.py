"""Option 7: upgrade the connected machine agent, one node after the other."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tui.cluster.agent_version import parse_version
from tui.cluster.arc import ConnectedMachineAgent
from tui.cluster.facts import value_of
from tui.cluster.rolling_journal import Entry, Mark
from tui.nodes.errors import NodeError
from tui.operations.opt_in import CONSEQUENCE
from tui.operations.running import runs_of
from tui.operations.updates.agent_jobs import AZCMAGENT, FILE, FIRST_WITH_UPGRADE, MSI, OPT_IN, UPDATE, WAY, agent_job
from tui.operations.updates.agent_standing import agent_of, agents_outcome
from tui.operations.updates.checks import agent_checks, going_on_checks, searched_checks
from tui.operations.updates.coordinated_operation import CoordinatedOperation
from tui.operations.updates.coordinating import Coordinating, WorkEnd
from tui.operations.updates.each_node import EachNode
from tui.operations.updates.installer_files import LocalInstaller, local_installer
from tui.operations.updates.looking import Look, look
from tui.operations.updates.node_choice import chosen_nodes, text
from tui.operations.updates.standing import ends_outcome
from tui.runs.asking import items
from tui.runs.coordinated import Coordination
from tui.runs.event import Sink, note
from tui.runs.outcome import Outcome
from tui.runs.plan import Check, CheckLevel, Plan, PlanStep

if TYPE_CHECKING:
    from tui.session import Session


class UpgradeAgent(CoordinatedOperation):
    """Upgrades the agent of every node that is meant; the first failure keeps the next node from being begun."""

    id: ClassVar[str] = "agent"
    KIND: ClassVar[str] = "upgrade-agents"

    def prepare(self, session: "Session", inputs: Mapping[str, Any], sink: Sink) -> Plan:
        """Read every agent, and what it can be upgraded with."""
        nodes, checks = chosen_nodes(session, inputs)
        way, file, wrong = _way(inputs)
        checks = (*checks, *wrong)
        if any(check.level is CheckLevel.BLOCKER for check in checks):
            return Plan(self.id, "Upgrade the Arc agent", session.name, checks=checks)
        sink(note("Reading the agent of every node."))
        agents = {node: agent_of(session, node) for node in nodes}
        seen = look(session, nodes if way == UPDATE else (), sink)
        checks = (*checks, *going_on_checks(runs_of(session)), *_agent_checks(agents, way))
        if way == UPDATE:
            checks = (*checks, *searched_checks(seen), *agent_checks(seen))
        wanted = [node for node in nodes if _takes_part(seen, agents[node], node, way)]
        opt_in = [node for node in wanted if way == UPDATE and not _is_offered(seen, node)]
        if opt_in:
            message = f"{', '.join(opt_in)}: the agent comes by Microsoft Update, which is opted in to first."
            checks = (*checks, Check("opt-in", CheckLevel.WARNING, message, CONSEQUENCE))
        blocked = any(check.level is CheckLevel.BLOCKER for check in checks)
        count = len(wanted)
        return Plan(
            operation=self.id,
            title=f"Upgrade the Arc agent on {wanted[0] if count == 1 else f'{count} nodes'}",
            cluster=seen.cluster,
            steps=tuple(_step(node, agents[node], opt_in=node in opt_in) for node in wanted),
            checks=checks,
            values=_values(wanted, way, file),
            commands=_commands(way, file),
            consequences=("The agent's services restart; the node does not. Arc may show it as offline for a moment.",),
            nothing_to_do=None if wanted or blocked else _nothing(way),
            inputs={
                "Nodes": wanted,
                WAY: way,
                FILE: str(file.path) if file is not None else None,
                OPT_IN: opt_in,
                "Before": {node: _version(agents[node]) for node in wanted},
            },
        )

    def carry_on(self, work: Coordinating, coordination: Coordination, journal: Sequence[Entry]) -> WorkEnd | None:
        """Upgrade node by node."""
        nodes = _nodes(work.head.parameters)
        with agent_job(work) as job:
            ends = EachNode(work, coordination, journal, job).run(nodes)
        failed = ends_outcome(ends, work.head.run_id)
        if work.stop.is_set() and len(ends) < len(nodes) and (failed is None or not failed.outcome.details):
            return None
        if work.stop.is_set() and any(end.end is None for end in ends):
            return None
        if failed is not None:
            return failed
        ran = [*_upgraded(journal), *(end.node for end in ends if end.ran)]
        outcome = agents_outcome(work.session, nodes, ran, work.head.parameters, work.sink)
        return WorkEnd(over=True, outcome=outcome)

    def true_now(self, session: "Session", parameters: Mapping[str, Any], journal: Sequence[Entry]) -> Outcome:
        """Read every agent again."""
        return agents_outcome(session, _nodes(parameters), _upgraded(journal), parameters, lambda _event: None)


def _nodes(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(node) for node in items(parameters.get("Nodes")))


def _upgraded(journal: Iterable[Entry]) -> list[str]:
    """Return the nodes on which something was run that succeeded."""
    return [entry.node for entry in journal if entry.mark is Mark.DONE and entry.node is not None]


def _step(node: str, agent: ConnectedMachineAgent | NodeError, *, opt_in: bool) -> PlanStep:
    first = "opt in to Microsoft Update, then " if opt_in else ""
    return PlanStep(node, f"{node}: {first}upgrade the agent from {_version(agent)}", node)


def _way(inputs: Mapping[str, Any]) -> tuple[str, LocalInstaller | None, tuple[Check, ...]]:
    """Return how it is upgraded, with which file, and what is wrong with that."""
    given = text(inputs, "msi")
    if inputs.get("azcmagent") is True:
        if given:
            remedy = "Choose one: --azcmagent, or --msi FILE."
            return AZCMAGENT, None, (Check("way", CheckLevel.BLOCKER, "Both ways were chosen.", remedy),)
        return AZCMAGENT, None, ()
    if not given:
        return UPDATE, None, ()
    try:
        return MSI, local_installer(Path(given)), ()
    except OSError as error:
        message = f"--msi {given}: it cannot be read: {error.strerror or error}."
        return MSI, None, (Check("msi", CheckLevel.BLOCKER, message, "Name a file on this machine."),)


def _agent_checks(agents: Mapping[str, ConnectedMachineAgent | NodeError], way: str) -> tuple[Check, ...]:
    found: list[Check] = []
    for node, agent in agents.items():
        if isinstance(agent, NodeError):
            found.append(Check("agent", CheckLevel.BLOCKER, f"{node}: {agent.message}", agent.remedy, node))
        elif not agent.installed:
            message = f"{node} has no connected machine agent."
            found.append(
                Check("agent", CheckLevel.WARNING, message, "5) Enable Azure Arc integration puts it there.", node)
            )
        elif way == AZCMAGENT and not _can_upgrade_itself(agent):
            message = f"{node}: the agent {agent.version} cannot upgrade itself; {FIRST_WITH_UPGRADE} and later can."
            found.append(
                Check("agent", CheckLevel.BLOCKER, message, "Leave out --azcmagent, or give --msi FILE.", node)
            )
    if not any(check.level is CheckLevel.BLOCKER for check in found):
        found.append(Check("agent", CheckLevel.PASSED, "Every node says which agent it has."))
    return tuple(found)


def _can_upgrade_itself(agent: ConnectedMachineAgent) -> bool:
    return agent.version is not None and parse_version(agent.version) >= parse_version(FIRST_WITH_UPGRADE)


def _takes_part(seen: Look, agent: ConnectedMachineAgent | NodeError, node: str, way: str) -> bool:
    if isinstance(agent, NodeError) or not agent.installed:
        return False
    if way != UPDATE or _is_offered(seen, node):
        return True
    told = seen.node(node)
    state = value_of(told.state) if told is not None else None
    return state is not None and state.settings.can_opt_in


def _is_offered(seen: Look, node: str) -> bool:
    told = seen.node(node)
    return told is not None and told.agent_update is not None


def _nothing(way: str) -> str:
    return "No node is offered a newer agent." if way == UPDATE else "No node has an agent that could be upgraded."


def _version(agent: ConnectedMachineAgent | NodeError) -> str:
    return (agent.version or "not known") if isinstance(agent, ConnectedMachineAgent) else "not known"


def _values(nodes: Sequence[str], way: str, file: LocalInstaller | None) -> tuple[tuple[str, str], ...]:
    how = {UPDATE: "Microsoft Update", AZCMAGENT: "azcmagent upgrade", MSI: "an MSI file"}[way]
    rows = [("Nodes", ", ".join(nodes) or "none"), ("Order", "one node after the other"), ("With", how)]
    if file is not None:
        rows += [("File", f"{file.path.name}, {file.size // 1024} KB"), ("SHA-256", file.sha256)]
    return tuple(rows)


def _commands(way: str, file: LocalInstaller | None) -> tuple[str, ...]:
    match way:
        case "azcmagent":
            return ("azcmagent upgrade",)
        case "msi":
            name = file.path.name if file is not None else "FILE"
            return (f"Get-AuthenticodeSignature {name}", f"msiexec /i {name} /qn /norestart /l*v agent.log")
        case _:
            return ("(New-Object -ComObject Microsoft.Update.Session).CreateUpdateInstaller().Install()  # as SYSTEM",)
