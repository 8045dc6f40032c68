"""The simulated cluster's resources as Azure Resource Manager writes them, worked out of what the nodes are now."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from tui.cluster.arc import AgentStatus
from tui.lab.azure.resources import MachineResource, last_heard
from tui.lab.clock import iso
from tui.lab.cluster_state import DOMAIN, ClusterState
from tui.lab.node_state import CONNECTED_WINDOW, AzureRegistration, NodeState

_TRIAL = timedelta(days=60)
_FORGOTTEN = timedelta(days=30)
"""A cluster that was not heard for so long is not merely late."""


def cluster_document(cluster: ClusterState) -> dict[str, Any] | None:
    """Return the cluster's resource; `None` where there is none."""
    with cluster.locked():
        registration = cluster.azure.cluster
        if registration is None:
            return None
        now, shown = cluster.clock.now(), cluster.clock.shown
        registered = [node for node in cluster.nodes() if node.registration is not None]
        heard = [node.last_connected(now) for node in registered]
        last = last_heard(heard)
        trial = max(0, (_TRIAL - (now - registration.registered_at)).days)
        return {
            "id": _cluster_id(registration),
            "name": registration.resource_name,
            "type": "Microsoft.AzureStackHCI/clusters",
            "location": registration.region,
            "tags": dict(cluster.azure.tags),
            "properties": {
                "provisioningState": "Succeeded",
                "status": _status(last, now),
                "connectivityStatus": _connectivity(heard, now),
                "cloudId": str(uuid.uuid5(uuid.NAMESPACE_URL, registration.resource_id)),
                "aadTenantId": registration.tenant_id,
                "billingModel": "Trial" if trial else "PayAsYouGo",
                "trialDaysRemaining": trial,
                "registrationTimestamp": iso(shown(registration.registered_at)),
                **({"lastSyncTimestamp": iso(shown(last))} if last else {}),
                "reportedProperties": {
                    "clusterName": cluster.name,
                    "clusterVersion": f"10.0.{cluster.nodes()[0].build}",
                    **({"lastUpdated": iso(shown(last))} if last else {}),
                    "nodes": [
                        _reported(number, node)
                        for number, node in enumerate(registered, 1)
                        if node.name.lower() not in cluster.azure.missing_nodes
                    ],
                },
            },
        }


def arc_setting_document(cluster: ClusterState) -> dict[str, Any] | None:
    """Return the cluster's Arc settings; `None` where Arc was never enabled."""
    with cluster.locked():
        registration = cluster.azure.cluster
        if registration is None or not cluster.azure.arc_enabled:
            return None
        cluster_id = _cluster_id(registration)
        machines = [machine for machine in cluster.azure.machines.values() if _of(machine, cluster_id)]
        states = ["Connected" if _machine_status(cluster, item) == "Connected" else "Disconnected" for item in machines]
        return {
            "id": f"{cluster_id}/arcSettings/default",
            "name": "default",
            "type": "Microsoft.AzureStackHCI/clusters/arcSettings",
            "properties": {
                "provisioningState": "Succeeded",
                "arcInstanceResourceGroup": cluster.azure.arc_resource_group or registration.resource_group,
                "aggregateState": "DisableInProgress" if cluster.azure.arc_disabling else _aggregate(states),
                "perNodeDetails": [
                    {
                        "name": machine.name,
                        "arcInstance": machine_id(registration.subscription_id, machine),
                        "state": state,
                    }
                    for machine, state in zip(machines, states, strict=True)
                ],
            },
        }


def machine_document(cluster: ClusterState, subscription: str, machine: MachineResource) -> dict[str, Any]:
    """Return an Arc machine's resource."""
    with cluster.locked():
        node = _node_of(cluster, machine)
        agent = node.agent if node else None
        now = cluster.clock.now()
        status = _machine_status(cluster, machine)
        heard = agent.last_heartbeat(now, node.cut_off) if agent and node else None
        changed = (
            heard
            if status != "Connected" or node is None or node.registration is None
            else max(node.registration.registered_at, node.booted)
        )
        return {
            "id": machine_id(subscription, machine),
            "name": machine.name,
            "type": "Microsoft.HybridCompute/machines",
            "kind": "HCI",
            "location": machine.location,
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "provisioningState": "Succeeded",
                "status": status,
                "vmId": machine.vm_id,
                "displayName": machine.name,
                "machineFqdn": f"{machine.name}.{DOMAIN}",
                "osName": "windows",
                "errorDetails": [],
                **({"agentVersion": agent.version} if agent else {}),
                "agentUpgrade": {"enableAutomaticUpgrade": machine.automatic_upgrade},
                **({"lastStatusChange": iso(cluster.clock.shown(changed))} if changed else {}),
                **({"parentClusterResourceId": machine.parent_cluster_id} if machine.parent_cluster_id else {}),
            },
        }


def machine_id(subscription: str, machine: MachineResource) -> str:
    """Return the resource id of an Arc machine."""
    group = f"/subscriptions/{subscription}/resourceGroups/{machine.resource_group}"
    return f"{group}/providers/Microsoft.HybridCompute/machines/{machine.name}"


def _reported(number: int, node: NodeState) -> dict[str, Any]:
    return {
        "name": node.name,
        "id": number,
        "coreCount": 32,
        "memoryInGiB": 512,
        "manufacturer": node.firmware.manufacturer,
        "model": node.firmware.model,
        "osName": "Azure Stack HCI",
        "osVersion": f"10.0.{node.build}.{node.revision}",
        "serialNumber": f"CS{number:06}",
    }


def _status(last: datetime | None, now: datetime) -> str:
    if last is None:
        return "NotYetRegistered"
    if now - last <= CONNECTED_WINDOW:
        return "ConnectedRecently"
    return "NotConnectedRecently" if now - last <= _FORGOTTEN else "Disconnected"


def _connectivity(heard: list[datetime | None], now: datetime) -> str:
    recent = [moment is not None and now - moment <= CONNECTED_WINDOW for moment in heard]
    if not recent:
        return "NotYetRegistered"
    if all(recent):
        return "Connected"
    return "PartiallyConnected" if any(recent) else "NotConnectedRecently"


def _aggregate(states: list[str]) -> str:
    if states and all(state == "Connected" for state in states):
        return "Connected"
    return "PartiallyConnected" if "Connected" in states else "Disconnected"


def _machine_status(cluster: ClusterState, machine: MachineResource) -> str:
    """Return what Azure sees of a machine; it knows no `Expired`: whoever is silent is disconnected."""
    node = _node_of(cluster, machine)
    if node is None or node.agent is None or node.agent.machine_id != machine.vm_id:
        return "Disconnected"
    silent = min((moment for moment in (node.cut_off, node.down_since) if moment), default=None)
    status = node.agent.status_at(cluster.clock.now(), silent)
    return "Connected" if status == AgentStatus.CONNECTED else "Disconnected"


def _cluster_id(registration: AzureRegistration) -> str:
    """Return the cluster's resource id as Azure spells it; nodes write a capital `S` in front."""
    return registration.resource_id.replace("/Subscriptions/", "/subscriptions/")


def _node_of(cluster: ClusterState, machine: MachineResource) -> NodeState | None:
    """Return the node that a machine bears the name of; `None` for a machine that no node has."""
    return next((node for node in cluster.nodes() if node.name.lower() == machine.name.lower()), None)


def _of(machine: MachineResource, cluster_id: str) -> bool:
    return (machine.parent_cluster_id or "").lower() == cluster_id.lower()
