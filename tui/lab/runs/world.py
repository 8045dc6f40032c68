"""What the runs of all simulated nodes have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.lab.cluster_state import NETBIOS_DOMAIN, ClusterState
from tui.lab.runs.azure_gate import AzureGate
from tui.lab.runs.pace import Pace
from tui.lab.winrm.accounts import AccountStore


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
    pace: Pace = field(default_factory=Pace)
    """How fast runs go on."""
    node_faults: dict[str, Callable[[], Mapping[str, Any]]] = field(
        default_factory=dict[str, Callable[[], Mapping[str, Any]]]
    )
    """Faults that are set on each node, by its name."""

    def faults(self, node: str) -> Mapping[str, Any]:
        """Return the faults that are set on a node now."""
        found = self.node_faults.get(node)
        return found() if found else {}
