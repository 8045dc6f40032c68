"""Option 4: repair the registration, with the values it was made with."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tui.cluster.registration_standing import names
from tui.operations.registration.again import RegisterAgain
from tui.operations.registration.arc_checks import stale_agents, stale_checks
from tui.operations.registration.look import Look
from tui.operations.registration.recorded import Recorded
from tui.runs.plan import Check, CheckLevel, NodeScript


class Repair(RegisterAgain):
    """Makes new node certificates and gives the cluster's identity its roles again; names and choices stay."""

    id: ClassVar[str] = "repair"
    MODE: ClassVar[str] = "Repair"
    CMDLET: ClassVar[str] = "Register-AzStackHCI -RepairRegistration"

    def _title(self, cluster: str) -> str:
        return f"Repair the registration of {cluster}"

    def _nothing_to_do(self, seen: Look) -> str | None:
        del seen
        # It may be wanted although no node asks for it: what it does may be done again.
        return None

    def _more(
        self, seen: Look, known: Recorded, inputs: Mapping[str, Any]
    ) -> tuple[tuple[Check, ...], tuple[NodeScript, ...]]:
        del inputs
        broken = [node for node in seen.standing.nodes if node.repair_required]
        if broken:
            checks = [Check("repair-needed", CheckLevel.NOTE, f"{names(broken)} say that a repair is needed.")]
        else:
            message = "No node says that a repair is needed; it does no harm, and takes some minutes."
            checks = [Check("repair-needed", CheckLevel.NOTE, message)]
        if known.resource is not None:
            group = known.arc_group or known.resource.resource_group
            checks += stale_checks(stale_agents(seen, known.resource, group), disconnect=False)
        return tuple(checks), ()

    def _consequences(self) -> tuple[str, ...]:
        return ("Nodes may show as disconnected in Azure for some minutes; virtual machines are not touched.",)
