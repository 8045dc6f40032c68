"""What is known of the cluster at one moment, for whoever shows it.

Importing it loads nothing else: the menu stands before the engine is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.cluster.azure_resources import AzureView
    from tui.cluster.cluster_updates import ClusterUpdates
    from tui.cluster.facts import ClusterFacts
    from tui.cluster.verdict import ClusterVerdict
    from tui.nodes.connection import Target
    from tui.nodes.own_node import OwnNode
    from tui.operations.running import ClusterRuns


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of the cluster at one moment."""

    name: str | None = None
    """Name of the cluster, or of the saved connection until the cluster has told its own."""
    banner: str | None = None
    """What must not be overlooked: a simulated cluster."""
    read_only: bool = False
    """Whether nothing that changes anything is offered."""
    targets: "tuple[Target, ...]" = ()
    """How each node is reached, in the order of the nodes."""
    authentication: Mapping[str, str] = field(default_factory=dict[str, str])
    """How each node knows us, by the target's name: `kerberos`, `ntlm`...; only nodes that answered over WinRM."""
    facts: "ClusterFacts | None" = None
    """Facts, some of them perhaps not read yet; `None` before the session is open."""
    verdict: "ClusterVerdict | None" = None
    """Verdict of the last complete pass."""
    azure: "AzureView | None" = None
    """What Azure knew of it in the last complete pass; `None` where nobody is to sign in."""
    runs: "ClusterRuns | None" = None
    """Runs of the cluster, when they were read last; `None` before."""
    updates: "ClusterUpdates | None" = None
    """What the nodes were offered when somebody searched last; `None` before."""
    own: "OwnNode | None" = None
    """What the machine azsconfig runs on tells without PowerShell, where it is a node."""
    reading: bool = False
    """Whether a pass is going on; what an earlier pass read stays until the new answers come."""
    doing: str = ""
    """What is being done now, in words."""
    error: str | None = None
    """Why the cluster could not be opened, or the last pass failed."""
