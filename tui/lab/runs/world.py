"""What the runs of all simulated nodes have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.lab.cluster_state import NETBIOS_DOMAIN, ClusterState
from tui.lab.failover.power import NodePower
from tui.lab.runs.azure_gate import AzureGate
from tui.lab.runs.pace import Pace
from tui.lab.winrm.accounts import AccountStore

if TYPE_CHECKING:
    from tui.lab.runs.cau import CauCoordinator


@dataclass(slots=True)
class RunWorld:
    """The cluster, Azure, the accounts and what goes wrong, as runs meet them."""

    cluster: ClusterState
    """The simulated cluster."""
    azure: AzureGate
    """The simulated Azure."""
    accounts: AccountStore
    """Who may log on to the nodes."""
    administrator: str = f"{NETBIOS_DOMAIN}\\Administrator"
    """Who scripts run as that come over a channel."""
    node_faults: dict[str, Callable[[], Mapping[str, Any]]] = field(
        default_factory=dict[str, Callable[[], Mapping[str, Any]]]
    )
    """Faults that are set on each node, by its name."""
    power: dict[str, NodePower] = field(default_factory=dict[str, NodePower])
    """What restarts each node, by its name."""
    cau: "CauCoordinator | None" = None
    """What carries out runs of Cluster-Aware Updating."""

    def __post_init__(self) -> None:
        """Let the cluster know of the faults as well."""
        self.cluster.faults = self.faults

    @property
    def cau_coordinator(self) -> "CauCoordinator":
        """What carries out runs of Cluster-Aware Updating."""
        if self.cau is None:
            raise RuntimeError("nobody carries out runs of Cluster-Aware Updating in this world")
        return self.cau

    @property
    def pace(self) -> Pace:
        """How fast runs go on."""
        return self.cluster.pace

    def faults(self, node: str) -> Mapping[str, Any]:
        """Return the faults that are set on a node now."""
        found = self.node_faults.get(node)
        return found() if found else {}
