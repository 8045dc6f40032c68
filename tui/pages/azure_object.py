"""What Azure knows of the cluster as plain data, under Azure's own names."""

from collections.abc import Callable
from typing import Any, TypeVar

from tui.cluster.azure_resources import (
    ArcMachine,
    ArcSetting,
    AutomaticUpgrade,
    AzureCluster,
    AzureFact,
    AzureProblem,
    AzureView,
)
from tui.cluster.iso_time import iso_time

T = TypeVar("T")


def azure_object(view: AzureView | None) -> dict[str, Any] | None:
    """Return it; `None` where nobody was to sign in. What does not exist is `null`, what failed has an `error`."""
    if view is None:
        return None
    return {
        "cloud": view.cloud,
        "account": view.account,
        "cluster_id": str(view.cluster_id) if view.cluster_id else None,
        "cluster": _fact(view.cluster, lambda found: _cluster(found.value) if found.value else None),
        "arc_setting": _fact(view.arc_setting, lambda found: _setting(found.value) if found.value else None),
        "machines": _fact(view.machines, lambda machines: [_machine(machine) for machine in machines]),
    }


def _fact(fact: AzureFact[T], shown: Callable[[T], Any]) -> Any:
    if isinstance(fact, AzureProblem):
        return {
            "error": {
                "kind": fact.kind.value,
                "message": fact.message,
                "remedy": fact.remedy,
                "code": fact.code,
                "request_id": fact.request_id,
            }
        }
    return shown(fact.value)


def _cluster(cluster: AzureCluster) -> dict[str, Any]:
    return {
        "id": str(cluster.id),
        "location": cluster.location,
        "status": cluster.status.value if cluster.status else None,
        "connectivityStatus": cluster.connectivity_status.value if cluster.connectivity_status else None,
        "lastSyncTimestamp": iso_time(cluster.last_sync) if cluster.last_sync else None,
        "registrationTimestamp": iso_time(cluster.registered_at) if cluster.registered_at else None,
        "billingModel": cluster.billing_model,
        "trialDaysRemaining": cluster.trial_days_remaining,
        "cloudId": cluster.cloud_id,
        "provisioningState": cluster.provisioning_state,
        "clusterVersion": cluster.cluster_version,
        "nodes": [{"name": node.name, "osVersion": node.os_version} for node in cluster.nodes],
    }


def _setting(setting: ArcSetting) -> dict[str, Any]:
    return {
        "aggregateState": setting.aggregate_state.value if setting.aggregate_state else None,
        "arcInstanceResourceGroup": setting.resource_group,
        "perNodeDetails": [
            {"name": node.name, "state": node.state.value if node.state else None, "arcInstance": node.machine_id}
            for node in setting.nodes
        ],
    }


def _machine(machine: ArcMachine) -> dict[str, Any]:
    return {
        "id": str(machine.id),
        "name": machine.id.name,
        "location": machine.location,
        "status": machine.status.value if machine.status else None,
        "lastStatusChange": iso_time(machine.last_status_change) if machine.last_status_change else None,
        "agentVersion": machine.agent_version,
        "vmId": machine.vm_id,
        "parentClusterResourceId": machine.parent_cluster_id,
        "errorDetails": list(machine.errors),
        "agentUpgrade": upgrade_object(machine.automatic_upgrade),
    }


def upgrade_object(upgrade: AutomaticUpgrade | None) -> dict[str, Any] | None:
    """Return whether Azure upgrades an agent; `None` where it does not say."""
    if upgrade is None:
        return None
    return {
        "enableAutomaticUpgrade": upgrade.enabled,
        "desiredVersion": upgrade.desired_version,
        "lastAttemptTimestamp": iso_time(upgrade.last_attempt) if upgrade.last_attempt else None,
        "lastAttemptStatus": upgrade.last_status,
        "lastAttemptMessage": upgrade.last_message,
    }
