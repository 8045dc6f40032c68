"""What can be changed through the simulated Azure Resource Manager: providers, groups, and what is deleted.

Nodes do not notice: a cluster whose resource is deleted here still believes that it is registered, as in the portal.
"""

from tui.lab.azure.calls import (
    CLUSTERS,
    GROUP,
    MACHINES,
    NAME,
    SUBSCRIPTION,
    Answer,
    Answerer,
    Call,
    Content,
    RefusedError,
    Route,
)
from tui.lab.azure.long_running import LongRunning
from tui.lab.azure.resource_reads import CREATED_BY, REGIONS, ResourceReads
from tui.lab.cluster_state import ClusterState

_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"


class ResourceChanges:
    """Answers what changes something. Safe to use from any thread."""

    def __init__(self, cluster: ClusterState, reads: ResourceReads, operations: LongRunning) -> None:
        """Change `cluster`; what takes longer becomes one of `operations`."""
        self._cluster = cluster
        self._reads = reads
        self._operations = operations

    def routes(self) -> tuple[Route, ...]:
        """Return what it answers."""
        hci, settings = "Microsoft.AzureStackHCI/clusters", GROUP + CLUSTERS + NAME + r"/arcsettings"
        return (
            # The action is the provider's own, so its name decides.
            ("POST", SUBSCRIPTION + r"/providers" + NAME + "/register", "{name}/register/action", self._register),
            ("PUT", GROUP, f"{_GROUPS}/write", self._put_group),
            ("DELETE", GROUP, f"{_GROUPS}/delete", self._delete_group),
            ("DELETE", GROUP + CLUSTERS + NAME, f"{hci}/delete", self._delete_cluster),
            ("DELETE", settings + "/(?P<setting>[^/]+)", f"{hci}/arcSettings/delete", self._delete_arc_setting),
            ("DELETE", GROUP + MACHINES + NAME, "Microsoft.HybridCompute/machines/delete", self._delete_machine),
        )

    def _register(self, call: Call) -> Content:
        namespace, azure = call.parts["name"].lower(), self._cluster.azure
        with self._cluster.locked():
            if azure.providers.get(namespace, "Registered") == "Registered":
                return self._reads.provider(call)
            azure.providers[namespace] = "Registering"
            answer = self._reads.provider(call)

        def registered() -> None:
            with self._cluster.locked():
                azure.providers[namespace] = "Registered"

        self._operations.begin(call, registered)
        return answer

    def _put_group(self, call: Call) -> Answer:
        content = call.request.json()
        region, name = str(content.get("location", "")).replace(" ", "").lower(), call.parts["group"]
        if region not in {known.replace(" ", "").lower() for known in REGIONS}:
            raise RefusedError(
                400, "LocationNotAvailableForResourceGroup", f"The location '{region}' is not available."
            )
        if call.elsewhere:
            raise RefusedError(403, "RequestDisallowedByPolicy", "The lab creates nothing in this subscription.")
        tags = {str(key): str(value) for key, value in dict(content.get("tags") or {}).items()}
        azure = self._cluster.azure
        with self._cluster.locked():
            known = azure.groups.get(name.lower())
            if known is not None and known[1] != region:
                message = f"The group '{known[0]}' exists already in '{known[1]}'."
                raise RefusedError(409, "InvalidResourceGroupLocation", message)
            azure.groups.setdefault(name.lower(), (name, region))
            azure.group_tags[name.lower()] = tags
            if tags.get("CreatedBy") == CREATED_BY:
                azure.created_groups.add(name.lower())
            return Answer(201 if known is None else 200, self._reads.group(call))

    def _delete_group(self, call: Call) -> Answer:
        self._reads.existing_group(call)
        group, azure = call.parts["group"].lower(), self._cluster.azure

        def delete() -> None:
            with self._cluster.locked():
                if azure.cluster is not None and azure.cluster.resource_group.lower() == group:
                    self._forget_cluster()
                for name in [name for name, item in azure.machines.items() if item.resource_group.lower() == group]:
                    del azure.machines[name]
                azure.groups.pop(group, None)
                azure.group_tags.pop(group, None)
                azure.created_groups.discard(group)

        return self._operations.begin(call, delete, by_location=True)

    def _delete_cluster(self, call: Call) -> Answer:
        if not self._there(self._reads.cluster, call):
            return Answer(204)

        def delete() -> None:
            with self._cluster.locked():
                self._forget_cluster()

        return self._operations.begin(call, delete)

    def _delete_arc_setting(self, call: Call) -> Answer:
        if not self._there(self._reads.arc_setting, call):
            return Answer(204)

        def delete() -> None:
            with self._cluster.locked():
                self._forget_arc_setting()

        return self._operations.begin(call, delete)

    def _delete_machine(self, call: Call) -> Answer:
        if not self._there(self._reads.machine, call):
            return Answer(204)

        def delete() -> None:
            with self._cluster.locked():
                self._cluster.azure.machines.pop(call.parts["name"].lower(), None)

        return self._operations.begin(call, delete, by_location=True)

    @staticmethod
    def _there(read: Answerer, call: Call) -> bool:
        """Return whether what is to be deleted exists; deleting what does not is no error."""
        try:
            read(call)
        except RefusedError as error:
            if error.code == "ResourceNotFound":
                return False
            raise
        return True

    def _forget_cluster(self) -> None:
        azure = self._cluster.azure
        azure.cluster = None
        azure.tags.clear()
        azure.missing_nodes.clear()
        self._forget_arc_setting()

    def _forget_arc_setting(self) -> None:
        azure = self._cluster.azure
        azure.arc_enabled = azure.arc_disabling = False
        azure.arc_resource_group = None
