"""Option 5: Arc-enable every node of a registered cluster, with the values it was registered with."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tui.operations.registration.again import RegisterAgain
from tui.operations.registration.arc_checks import machine_checks, stale_agents, stale_checks
from tui.operations.registration.look import Look
from tui.operations.registration.recorded import Recorded
from tui.runs.plan import Check, NodeScript


class EnableArc(RegisterAgain):
    """Runs the registration again, which Arc-enables what is not; agents in its way are disconnected where wanted."""

    id: ClassVar[str] = "enable-arc"
    MODE: ClassVar[str] = "EnableArc"
    CMDLET: ClassVar[str] = "Register-AzStackHCI, for its Azure Arc part"

    def _title(self, cluster: str) -> str:
        return f"Enable Azure Arc on every node of {cluster}"

    def _nothing_to_do(self, seen: Look) -> str | None:
        nodes = seen.standing.nodes
        if not seen.standing.arc_complete or not all(node.registered for node in nodes):
            return None
        return f"{len(nodes)} of {len(nodes)} nodes are Arc-enabled and connected already."

    def _more(
        self, seen: Look, known: Recorded, inputs: Mapping[str, Any]
    ) -> tuple[tuple[Check, ...], tuple[NodeScript, ...]]:
        resource = known.resource
        if resource is None:
            return (), ()
        group = known.arc_group or resource.resource_group
        stale, disconnect = stale_agents(seen, resource, group), bool(inputs.get("disconnect_stale"))
        checks = tuple(stale_checks(stale, disconnect=disconnect))
        if seen.clients is not None and known.subscription is not None:
            checks += tuple(machine_checks(seen.clients, seen, resource, group))
        first = tuple(
            NodeScript(agent.node, "disconnect-agent", f"disconnect-{agent.node}", expects="Disconnected")
            for agent in stale
            if disconnect
        )
        return checks, first

    def _consequences(self) -> tuple[str, ...]:
        return ("Every node becomes an Arc-enabled server, managed by whoever may do so in Azure.",)
