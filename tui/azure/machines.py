"""Arc machines as Azure has them (azure-mgmt-hybridcompute)."""

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ResourceNotFoundError

from tui.azure.answers import resource_id_of, text_of, utc
from tui.azure.clients import Clients, asked
from tui.cluster.azure_resources import ArcMachine, ArcMachineStatus, AutomaticUpgrade

if TYPE_CHECKING:
    from azure.mgmt.hybridcompute.models import Machine


def list_machines(clients: Clients, subscription: str, resource_group: str) -> tuple[ArcMachine, ...]:
    """Return the Arc machines of a group, in Azure's order; none where the group is gone. Raises AzureError."""
    client = clients.machines(subscription)

    def read() -> tuple[ArcMachine, ...]:
        try:
            return tuple(_machine(model) for model in client.machines.list_by_resource_group(resource_group))
        except ResourceNotFoundError as error:
            if error.error is not None and error.error.code == "ResourceGroupNotFound":
                return ()
            raise

    return asked(read)


def _machine(model: "Machine") -> ArcMachine:
    properties: Any = model.properties or {}
    details: list[Any] = properties.get("errorDetails") or []
    status = text_of(properties.get("status"))
    return ArcMachine(
        id=resource_id_of(model.id, "an Arc machine"),
        location=model.location or "",
        status=ArcMachineStatus(status) if status else None,
        last_status_change=utc(model.properties.last_status_change if model.properties else None),
        agent_version=text_of(properties.get("agentVersion")),
        vm_id=text_of(properties.get("vmId")),
        parent_cluster_id=text_of(properties.get("parentClusterResourceId")),
        errors=tuple(f"{error.get('code')}: {error.get('message')}" for error in details),
        automatic_upgrade=_automatic_upgrade(model),
    )


def _automatic_upgrade(model: "Machine") -> AutomaticUpgrade | None:
    told = model.properties.agent_upgrade if model.properties else None
    if told is None:
        return None
    # What the service leaves out is missing from the mapping below the model.
    properties: Any = told
    enabled = properties.get("enableAutomaticUpgrade")
    return AutomaticUpgrade(
        enabled=enabled if isinstance(enabled, bool) else None,
        desired_version=text_of(properties.get("desiredVersion")),
        last_attempt=utc(told.last_attempt_timestamp),
        last_status=text_of(properties.get("lastAttemptStatus")),
        last_message=text_of(properties.get("lastAttemptMessage")),
    )
