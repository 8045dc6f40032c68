"""What a registration is about: the cluster's resource and where its Arc machines go."""

from dataclasses import dataclass

from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import AzureRegistration
from tui.lab.runs.runner import JobRun


@dataclass(frozen=True, slots=True)
class Target:
    """One registration."""

    subscription: str
    """Subscription."""
    group: str
    """Resource group of the cluster."""
    name: str
    """Name of the cluster's resource."""
    region: str
    """Region, without blanks and in lower case."""
    tenant: str
    """Tenant."""
    arc_group: str
    """Resource group of the Arc machines."""

    @property
    def subscription_scope(self) -> str:
        """Scope of the subscription."""
        return f"/subscriptions/{self.subscription}"

    @property
    def group_scope(self) -> str:
        """Scope of the cluster's group."""
        return f"{self.subscription_scope}/resourceGroups/{self.group}"

    @property
    def arc_scope(self) -> str:
        """Scope of the group of the Arc machines."""
        return f"{self.subscription_scope}/resourceGroups/{self.arc_group}"

    @property
    def cluster_scope(self) -> str:
        """Scope of the cluster's resource."""
        return f"{self.group_scope}/providers/Microsoft.AzureStackHCI/clusters/{self.name}"

    @property
    def resource_id(self) -> str:
        """Resource id as nodes spell it."""
        return self.cluster_scope.replace("/subscriptions/", "/Subscriptions/", 1)

    @property
    def portal_url(self) -> str:
        """Address of the resource in the portal."""
        return f"https://portal.azure.com/#@{self.tenant}/resource{self.cluster_scope}/overview"

    def is_of(self, registration: AzureRegistration) -> bool:
        """Whether a registration is this one."""
        return registration.resource_id.lower() == self.resource_id.lower()


def text_of(run: JobRun, name: str) -> str:
    """Return a parameter of the job as text; empty where it is absent or null."""
    value = run.parameters.get(name)
    return "" if value is None else str(value)


def known_registration(cluster: ClusterState, node: str) -> AzureRegistration | None:
    """Return what a node knows of the registration: its own, or while it is new to the cluster that of another."""
    with cluster.locked():
        own = cluster.node(node).registration
        others = (other.registration for other in cluster.nodes() if other.up)
        return own or next((registration for registration in others if registration is not None), None)


def target_of(run: JobRun, tenant: str, recorded: AzureRegistration | None) -> Target:
    """Return what a job's parameters ask for; what they leave out is as recorded, or has the cmdlet's defaults.

    A repair takes name and group from the registration whatever is given.
    """
    cluster = run.world.cluster
    known = recorded or AzureRegistration(cluster.clock.now(), "", "", "", tenant, "")
    repair = text_of(run, "Mode") == "Repair"
    name = (repair and known.resource_name) or text_of(run, "ResourceName") or known.resource_name or cluster.name
    group = (repair and known.resource_group) or text_of(run, "ResourceGroupName") or known.resource_group
    group = group or f"{name}-rg"
    region = text_of(run, "Region").replace(" ", "").lower() or known.region or "eastus"
    arc_group = text_of(run, "ArcServerResourceGroupName") or cluster.azure.arc_resource_group or group
    return Target(text_of(run, "SubscriptionId") or known.subscription_id, group, name, region, tenant, arc_group)
