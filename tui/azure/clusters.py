"""Cluster resources and their Arc settings, as Azure has them (azure-mgmt-azurestackhci)."""

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ResourceNotFoundError

from tui.azure.answers import number_of, resource_id_of, text_of, utc
from tui.azure.clients import Clients, asked
from tui.cluster.azure_resources import (
    ArcNodeState,
    ArcSetting,
    ArcSettingNode,
    AzureCluster,
    AzureClusterStatus,
    ConnectivityStatus,
    Found,
    ReportedNode,
)
from tui.cluster.resource_id import ResourceId

if TYPE_CHECKING:
    from azure.mgmt.azurestackhci.models import ArcSetting as ArcSettingModel
    from azure.mgmt.azurestackhci.models import Cluster as ClusterModel

ARC_SETTING = "default"
"""Name of the one Arc settings resource a cluster has."""
_GONE = frozenset({"ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound"})
"""Codes that say that a resource does not exist; a subscription that is not found may only be out of sight."""


def read_cluster(clients: Clients, cluster: ResourceId) -> Found[AzureCluster]:
    """Return a cluster's resource; nothing where Azure says that it does not exist. Raises AzureError."""
    client = clients.clusters(cluster.subscription)

    def read() -> Found[AzureCluster]:
        try:
            return Found(_cluster(client.clusters.get(cluster.resource_group, cluster.name)))
        except ResourceNotFoundError as error:
            return _nothing(error)

    return asked(read)


def read_arc_setting(clients: Clients, cluster: ResourceId) -> Found[ArcSetting]:
    """Return a cluster's Arc settings; nothing where Arc was never enabled. Raises AzureError."""
    client = clients.clusters(cluster.subscription)

    def read() -> Found[ArcSetting]:
        try:
            return Found(_arc_setting(client.arc_settings.get(cluster.resource_group, cluster.name, ARC_SETTING)))
        except ResourceNotFoundError as error:
            return _nothing(error)

    return asked(read)


def _nothing(error: ResourceNotFoundError) -> Found[Any]:
    """Return that nothing is there, where the answer says just that; raise it again otherwise."""
    if error.error is not None and error.error.code in _GONE:
        return Found(None)
    raise error


def _cluster(model: "ClusterModel") -> AzureCluster:
    properties: Any = model.properties or {}
    reported: Any = properties.get("reportedProperties") or {}
    nodes: list[Any] = reported.get("nodes") or []
    status, connectivity = text_of(properties.get("status")), text_of(properties.get("connectivityStatus"))
    return AzureCluster(
        id=resource_id_of(model.id, "the cluster"),
        location=model.location or "",
        status=AzureClusterStatus(status) if status else None,
        connectivity_status=ConnectivityStatus(connectivity) if connectivity else None,
        last_sync=utc(model.properties.last_sync_timestamp if model.properties else None),
        registered_at=utc(model.properties.registration_timestamp if model.properties else None),
        billing_model=text_of(properties.get("billingModel")),
        trial_days_remaining=number_of(properties.get("trialDaysRemaining")),
        cloud_id=text_of(properties.get("cloudId")),
        provisioning_state=text_of(properties.get("provisioningState")),
        cluster_version=text_of(reported.get("clusterVersion")),
        nodes=tuple(
            ReportedNode(
                name=str(node.get("name") or ""),
                os_version=text_of(node.get("osVersion")),
                model=text_of(node.get("model")),
                serial_number=text_of(node.get("serialNumber")),
            )
            for node in nodes
        ),
    )


def _arc_setting(model: "ArcSettingModel") -> ArcSetting:
    properties: Any = model.properties or {}
    details: list[Any] = properties.get("perNodeDetails") or []
    aggregate = text_of(properties.get("aggregateState"))
    return ArcSetting(
        aggregate_state=ArcNodeState(aggregate) if aggregate else None,
        resource_group=text_of(properties.get("arcInstanceResourceGroup")),
        nodes=tuple(
            ArcSettingNode(
                name=text_of(node.get("name")),
                state=ArcNodeState(state) if (state := text_of(node.get("state"))) else None,
                machine_id=text_of(node.get("arcInstance")),
            )
            for node in details
        ),
    )
