"""Everything that is read before the registration is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.azure.errors import AzureError
from tui.cluster.azure_resources import AzureProblem, AzureProblemKind
from tui.cluster.decode import DecodeError, decode
from tui.cluster.facts import ClusterFacts, value_of
from tui.cluster.node_names import node_key
from tui.cluster.readiness import Readiness
from tui.cluster.registration_standing import Standing, standing
from tui.nodes.errors import NodeError
from tui.operations.read_azure import read_azure
from tui.operations.read_nodes import read_cluster
from tui.operations.running import ClusterRuns, runs_of
from tui.runs.event import Sink, note

if TYPE_CHECKING:
    from tui.azure.clients import Clients
    from tui.session import Session

NOBODY = AzureProblem(
    AzureProblemKind.NOT_SIGNED_IN,
    "Nobody is signed in to Azure.",
    "Sign in: 11) Azure access in the menu, --auth for a command.",
)
REGISTRATION_RUNS = frozenset({"register", "repair", "enable-arc", "unregister"})
"""Kinds of runs that change the registration."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was read."""

    facts: ClusterFacts
    """What the nodes tell."""
    standing: Standing
    """How they stand with Azure, by both sides, for what they say they are registered as."""
    readiness: Mapping[str, Readiness | str]
    """What each node says of itself before a run, by the name of its target; why not, in words."""
    runs: ClusterRuns
    """Runs of the cluster."""
    clients: "Clients | None"
    """Azure's clients; `None` where nobody is signed in."""
    azure_problem: AzureProblem | None
    """Why nobody is signed in."""
    node: str | None
    """Node that a run would be started on, as the session names it; `None` when none answers."""
    now: datetime
    """When it was read, UTC."""

    @property
    def cluster(self) -> str | None:
        """Name of the cluster."""
        told = (value_of(node.membership) for node in self.facts.nodes)
        return next((one.name for one in told if one is not None and one.name), None)

    @property
    def cloud(self) -> str:
        """Name of the cloud that is signed in to, as PowerShell spells it."""
        return self.clients.signed_in.cloud.name if self.clients is not None else "AzureCloud"

    @property
    def changing(self) -> bool:
        """Whether a run is changing the registration, so that what nodes say of it may not be true for long."""
        return any(run.state.kind in REGISTRATION_RUNS for run in self.runs.going_on)

    @property
    def peers(self) -> tuple[str, ...]:
        """Every other node of the cluster, by the name the cluster reaches it by."""
        own = node_key(self.node or "")
        told = [membership for node in self.facts.nodes if (membership := value_of(node.membership))]
        members = next((one.nodes for one in told if one.clustered), ())
        suffix = next((one.dns_suffix for one in told if one.dns_suffix), None)
        names = [member.name for member in members if node_key(member.name) != own]
        return tuple(f"{name}.{suffix}" if suffix else name for name in names)


def look(session: "Session", sink: Sink, run_node: str | None = None) -> Look:
    """Read nodes, Azure and what goes on; never raises for what does not answer.

    `run_node` is the node somebody wants the run on.
    """
    sink(note("Reading every node."))
    facts = read_cluster(session, lambda _arrived: None)
    readiness = _readiness(session)
    runs = runs_of(session)
    clients, problem = _clients(session, sink)
    sink(note("Reading Azure."))
    azure = read_azure(session.azure, facts) if session.azure is not None else None
    return Look(
        facts=facts,
        standing=standing(facts, azure) if azure is not None else _alone(facts),
        readiness=readiness,
        runs=runs,
        clients=clients,
        azure_problem=problem,
        node=_run_node(session, readiness, run_node),
        now=datetime.now(UTC),
    )


def _readiness(session: "Session") -> dict[str, Readiness | str]:
    pending = {target.node: session.submit(target.node, "get-run-readiness") for target in session.targets}
    told: dict[str, Readiness | str] = {}
    for node, reply in pending.items():
        try:
            outs = reply.result().outs
            told[node] = decode(Readiness, outs[0]) if outs else "it told nothing of itself"
        except (NodeError, DecodeError) as error:
            told[node] = error.message if isinstance(error, NodeError) else str(error)
    return told


def _clients(session: "Session", sink: Sink) -> "tuple[Clients | None, AzureProblem | None]":
    if session.azure is None:
        return None, NOBODY
    if session.azure.account is None:
        sink(note("Signing in to Azure."))
    try:
        return session.azure.clients(), None
    except AzureError as error:
        return None, error.problem


def _alone(facts: ClusterFacts) -> Standing:
    from tui.cluster.azure_resources import AzureView

    return standing(facts, AzureView("AzureCloud", "nobody", None, NOBODY, NOBODY, NOBODY))


def _run_node(session: "Session", readiness: Mapping[str, Readiness | str], wanted: str | None) -> str | None:
    """Return where a run starts: where somebody wants it, else where azsconfig runs, else the first that answers."""
    answering = [node for node, told in readiness.items() if isinstance(told, Readiness)]
    if wanted is not None:
        return next((node for node in answering if node_key(node) == node_key(wanted)), None)
    return next((node for node in answering if session.is_local(node)), next(iter(answering), None))
