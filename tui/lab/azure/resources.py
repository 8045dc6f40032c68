"""What the simulated Azure keeps of the simulated cluster: the cluster's resource, its Arc settings, its machines.

Statuses are not kept: they are worked out of what the nodes last told, as in Azure itself.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tui.lab.node_state import AzureRegistration


@dataclass(slots=True)
class MachineResource:
    """One Arc machine's resource."""

    name: str
    """Name of the machine."""
    resource_group: str
    """Its resource group."""
    vm_id: str
    """Id that the agent made; an agent with another id is another machine."""
    location: str
    """Its region."""
    parent_cluster_id: str | None
    """Resource id of the cluster it belongs to."""
    automatic_upgrade: bool = False
    """Whether Azure upgrades its agent."""


@dataclass(frozen=True, slots=True)
class ManagementLock:
    """A lock: nothing is deleted at its scope or below it, and nothing changed where it is `ReadOnly`."""

    name: str
    """What it is called."""
    level: str
    """`CanNotDelete` or `ReadOnly`."""
    scope: str
    """Id of the subscription, group or resource it is set on."""

    def holds(self, scope: str, *, deleting: bool) -> bool:
        """Whether it forbids something at a scope; what is deleted takes what is below it along."""
        inner, outer = f"{scope.lower()}/", f"{self.scope.lower()}/"
        if inner.startswith(outer):
            return deleting or self.level == "ReadOnly"
        return deleting and outer.startswith(inner)


@dataclass(slots=True)
class AzureResources:
    """Resources of one subscription, by their names in lower case."""

    groups: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Groups: name in lower case to name and region."""
    group_tags: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Tags of groups, by the group's name in lower case."""
    cluster: AzureRegistration | None = None
    """The cluster's resource, if there is one."""
    arc_enabled: bool = False
    """Whether it has Arc settings."""
    arc_resource_group: str | None = None
    """Group of its Arc machines, where that is not the cluster's own."""
    arc_disabling: bool = False
    """Whether somebody began to disable Arc and did not come to the end."""
    tags: dict[str, str] = field(default_factory=dict[str, str])
    """Tags of the cluster's resource."""
    created_groups: set[str] = field(default_factory=set[str])
    """Groups, in lower case, that registering made and that unregistering may therefore delete."""
    machines: dict[str, MachineResource] = field(default_factory=dict[str, MachineResource])
    """Arc machines by name in lower case."""
    missing_nodes: set[str] = field(default_factory=set[str])
    """Nodes, in lower case, that the last census did not have."""
    providers: dict[str, str] = field(default_factory=dict[str, str])
    """Resource providers and their registration state."""
    locks: list[ManagementLock] = field(default_factory=list[ManagementLock])
    """Locks that somebody set."""

    def locked(self, scope: str, *, deleting: bool) -> str | None:
        """Return why something is forbidden at a scope by a lock, as Azure Resource Manager says it."""
        scopes = [lock.scope for lock in self.locks if lock.holds(scope, deleting=deleting)]
        if not scopes:
            return None
        what, where = "delete" if deleting else "write", ", ".join(scopes)
        return (
            f"The scope '{scope}' cannot perform {what} operation because following scope(s) are locked: '{where}'. "
            "Please remove the lock and try again."
        )

    def add_cluster(self, registration: AzureRegistration) -> None:
        """Keep a cluster's resource, and its group."""
        self.cluster = registration
        group = registration.resource_group
        self.groups.setdefault(group.lower(), (group, registration.region))

    def add_machine(self, name: str, vm_id: str) -> None:
        """Keep the Arc machine of a node of the cluster."""
        registration = self.cluster
        if registration is None:
            return
        self.arc_enabled = True
        self.machines[name.lower()] = MachineResource(
            name,
            self.arc_resource_group or registration.resource_group,
            vm_id,
            registration.region,
            registration.resource_id,
        )

    def remove_cluster(self) -> None:
        """Forget the cluster's resource, its Arc settings and its machines; its group stays."""
        self.cluster = None
        self.arc_enabled = self.arc_disabling = False
        self.arc_resource_group = None
        self.tags.clear()
        self.machines.clear()


def last_heard(moments: list[datetime | None]) -> datetime | None:
    """Return the latest of the nodes' last syncs; `None` when none of them ever synced."""
    return max((moment for moment in moments if moment is not None), default=None)
