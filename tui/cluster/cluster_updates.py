"""The updates of a whole cluster: what each node is offered and how it gets it, joined over the nodes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tui.cluster.cluster_health import ClusterHealth
from tui.cluster.facts import Fact, Problem, ProblemKind, Reading, value_of
from tui.cluster.update_codes import UpdateCode
from tui.cluster.update_results import explain
from tui.cluster.update_state import UpdateState
from tui.cluster.updates import AvailableUpdate, UpdateSearch

_CODE = re.compile(r"\b0x[0-9a-f]{8}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NodeUpdates:
    """One node: what it is offered, and how it stands with its updates."""

    node: str
    """Node, as it was asked for."""
    search: Fact[UpdateSearch]
    """What it is offered, or why that is not known."""
    state: Fact[UpdateState]
    """How it stands, or why that is not known."""

    @property
    def problem(self) -> Problem | None:
        """Why nothing of it could be read; `None` when it told anything or is still being asked."""
        problems = [fact for fact in (self.state, self.search) if isinstance(fact, Problem)]
        failed = [problem for problem in problems if problem.kind is not ProblemKind.NOT_READ]
        return failed[0] if len(problems) == 2 and failed else None

    @property
    def agent_update(self) -> AvailableUpdate | None:
        """The newest agent it is offered; `None` where it is offered none, or is not known to be."""
        search = value_of(self.search)
        offered = [one for one in search.updates if one.arc_agent and not one.restart_pending] if search else []
        return max(offered, key=lambda one: one.revision, default=None)


@dataclass(frozen=True, slots=True)
class OfferedUpdate:
    """One update, and the nodes that are offered it."""

    update: AvailableUpdate
    """The update, as the first of the nodes tells it."""
    nodes: tuple[str, ...]
    """Nodes that have not installed it."""
    downloaded: tuple[str, ...] = ()
    """Those of them that have its files."""
    waiting: tuple[str, ...] = ()
    """Nodes that have installed it and only wait for a restart."""


@dataclass(frozen=True, slots=True)
class ClusterUpdates:
    """What was asked of all nodes, in their order."""

    nodes: tuple[NodeUpdates, ...]
    """One entry per node asked, dead ones included."""
    health: Fact[ClusterHealth]
    """The cluster, as the first node of it that answers tells it."""
    read_at: datetime
    """When the last answer came, UTC."""
    name: str | None = None
    """Name of the cluster, where a node tells it."""

    @property
    def offered(self) -> tuple[OfferedUpdate, ...]:
        """Everything that any node is offered, in the order of the nodes and of their agents."""
        return offered_updates(self.nodes)

    @property
    def available(self) -> tuple[OfferedUpdate, ...]:
        """What at least one node has not installed yet."""
        return tuple(one for one in self.offered if one.nodes)

    @property
    def searched(self) -> tuple[str, ...]:
        """Nodes that told what they are offered."""
        return tuple(one.node for one in self.nodes if isinstance(one.search, Reading))

    @property
    def not_searched(self) -> tuple[str, ...]:
        """Nodes of which it is not known, and that are not being asked any more."""
        return tuple(
            one.node
            for one in self.nodes
            if isinstance(one.search, Problem) and one.search.kind is not ProblemKind.NOT_READ
        )

    @property
    def restart_pending(self) -> tuple[str, ...]:
        """Nodes that wait for a restart."""
        return tuple(one.node for one in self.nodes if (told := value_of(one.state)) and told.restart.pending)

    def node(self, name: str) -> NodeUpdates | None:
        """Return a node by the name it was asked for."""
        return next((one for one in self.nodes if one.node == name), None)


def offered_updates(nodes: Iterable[NodeUpdates]) -> tuple[OfferedUpdate, ...]:
    """Join what nodes are offered: one entry per update and revision."""
    joined: dict[tuple[str, int], OfferedUpdate] = {}
    for node in nodes:
        search = value_of(node.search)
        for update in search.updates if search is not None else ():
            key = (update.id.casefold(), update.revision)
            joined[key] = _with(joined.get(key) or OfferedUpdate(update, ()), node.node, update)
    return tuple(joined.values())


def _with(offered: OfferedUpdate, node: str, update: AvailableUpdate) -> OfferedUpdate:
    if update.restart_pending:
        return replace(offered, waiting=(*offered.waiting, node))
    downloaded = (*offered.downloaded, node) if update.downloaded else offered.downloaded
    return replace(offered, nodes=(*offered.nodes, node), downloaded=downloaded)


def code_in(text: str) -> UpdateCode | None:
    """Return the first code of Windows that a text names, explained; `None` where it names none."""
    found = _CODE.search(text)
    return explain(found[0]) if found else None


def explained(problem: Problem) -> Problem:
    """Return why a search failed with what its code means and what to do about it; anything else as it is."""
    code = code_in(problem.message) if problem.kind is ProblemKind.SCRIPT_ERROR else None
    if code is None or code.succeeded:
        return problem
    message = f"{problem.message.rstrip('. ')}: {code.meaning}."
    return replace(problem, message=message, remedy=code.remedy or problem.remedy)
