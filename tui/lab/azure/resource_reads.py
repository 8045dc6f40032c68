"""What the simulated Azure Resource Manager shows: subscriptions, groups, providers, clusters, machines."""

from tui.lab.azure.calls import CLUSTERS, GROUP, MACHINES, NAME, SUBSCRIPTION, Call, Content, RefusedError, Route
from tui.lab.azure.cluster_documents import arc_setting_document, cluster_document, machine_document
from tui.lab.azure.roles import Roles
from tui.lab.cluster_state import SUBSCRIPTION_ID, SUBSCRIPTION_ID_2, TENANT_ID, ClusterState

SUBSCRIPTIONS = {SUBSCRIPTION_ID: "Contoso lab", SUBSCRIPTION_ID_2: "Contoso other"}
"""What the subscriptions are called; nothing is in the second one."""
REGIONS = ("East US", "South Central US", "Canada Central", "West Europe", "Southeast Asia", "Australia East")
"""Regions that clusters can be registered in (MicrosoftDocs, register-with-azure)."""
CREATED_BY = "4C02703C-F5D0-44B0-ADC3-4ED5C2839E61"
"""Value of the tag CreatedBy on groups that Az.StackHCI made."""
_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/read"
_CLUSTERS = "Microsoft.AzureStackHCI/clusters/read"
_MACHINES = "Microsoft.HybridCompute/machines/read"


class ResourceReads:
    """Answers what only reads. Safe to use from any thread."""

    def __init__(self, cluster: ClusterState, roles: Roles) -> None:
        self._cluster = cluster
        self._roles = roles

    def routes(self) -> tuple[Route, ...]:
        """Return what it answers."""
        settings = GROUP + CLUSTERS + NAME + r"/arcsettings"
        return (
            ("GET", r"/subscriptions", "", self._subscriptions),
            ("GET", r"/tenants", "", self._tenants),
            ("GET", SUBSCRIPTION, "Microsoft.Resources/subscriptions/read", self._subscription),
            ("GET", SUBSCRIPTION + "/resourcegroups", _GROUPS, self._groups),
            ("GET", GROUP, _GROUPS, self.group),
            ("GET", GROUP + "/resources", "Microsoft.Resources/subscriptions/resources/read", self._resources),
            ("GET", SUBSCRIPTION + r"/providers" + NAME, "Microsoft.Resources/providers/read", self.provider),
            ("GET", SUBSCRIPTION + CLUSTERS, _CLUSTERS, self._clusters),
            ("GET", GROUP + CLUSTERS, _CLUSTERS, self._clusters),
            ("GET", GROUP + CLUSTERS + NAME, _CLUSTERS, self.cluster),
            (
                "GET",
                settings + "/(?P<setting>[^/]+)",
                "Microsoft.AzureStackHCI/clusters/arcSettings/read",
                self.arc_setting,
            ),
            ("GET", SUBSCRIPTION + MACHINES, _MACHINES, self._machines),
            ("GET", GROUP + MACHINES, _MACHINES, self._machines),
            ("GET", GROUP + MACHINES + NAME, _MACHINES, self.machine),
        )

    def group(self, call: Call) -> Content:
        """Return a group."""
        return self._group_document(*self.existing_group(call))

    def existing_group(self, call: Call) -> tuple[str, str]:
        """Return name and region of the group that a path names; refuses where there is none."""
        group = call.parts["group"]
        with self._cluster.locked():
            found = None if call.elsewhere else self._cluster.azure.groups.get(group.lower())
        if found is None:
            raise RefusedError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")
        return found

    def provider(self, call: Call) -> Content:
        """Return a resource provider."""
        namespace = call.parts["name"]
        with self._cluster.locked():
            state = self._cluster.azure.providers.get(namespace.lower(), "Registered")
        locations = list(REGIONS) if namespace.lower() == "microsoft.azurestackhci" else []
        return {
            "id": f"/subscriptions/{call.subscription}/providers/{namespace}",
            "namespace": namespace,
            "registrationState": state,
            "registrationPolicy": "RegistrationRequired",
            "resourceTypes": [
                {"resourceType": "clusters", "locations": locations, "apiVersions": ["2026-02-01", "2024-04-01"]}
            ],
        }

    def cluster(self, call: Call) -> Content:
        """Return the cluster's resource."""
        self.existing_group(call)
        found = cluster_document(self._cluster)
        if found is None or not call.holds(found) or found["name"].lower() != call.parts["name"].lower():
            raise call.missing()
        return found

    def arc_setting(self, call: Call) -> Content:
        """Return the cluster's Arc settings."""
        self.cluster(call)
        found = arc_setting_document(self._cluster)
        if found is None or call.parts["setting"].lower() != "default":
            raise call.missing()
        return found

    def machine(self, call: Call) -> Content:
        """Return an Arc machine."""
        self.existing_group(call)
        name = call.parts["name"].lower()
        found = [item for item in self._all_machines() if call.holds(item) and item["name"].lower() == name]
        if not found:
            raise call.missing()
        return found[0]

    def _subscriptions(self, call: Call) -> Content:
        principal, action = call.principal.object_id, "Microsoft.Resources/subscriptions/read"
        visible = [
            known for known in SUBSCRIPTIONS if self._roles.allowed(principal, action, f"/subscriptions/{known}")
        ]
        return call.page([_subscription_document(known) for known in visible])

    def _subscription(self, call: Call) -> Content:
        return _subscription_document(call.subscription)

    def _tenants(self, call: Call) -> Content:
        return call.page([{"id": f"/tenants/{TENANT_ID}", "tenantId": TENANT_ID, "displayName": "Contoso"}])

    def _groups(self, call: Call) -> Content:
        with self._cluster.locked():
            groups = [] if call.elsewhere else list(self._cluster.azure.groups.values())
        return call.page([self._group_document(name, region) for name, region in groups])

    def _resources(self, call: Call) -> Content:
        self.existing_group(call)
        found = [item for item in (cluster_document(self._cluster), *self._all_machines()) if item is not None]
        keys = ("id", "name", "type", "location")
        return call.page([{key: item[key] for key in keys} for item in found if call.holds(item)])

    def _clusters(self, call: Call) -> Content:
        if "group" in call.parts:
            self.existing_group(call)
        found = None if call.elsewhere else cluster_document(self._cluster)
        return call.page([found] if found and call.holds(found) else [])

    def _machines(self, call: Call) -> Content:
        if "group" in call.parts:
            self.existing_group(call)
        machines = [] if call.elsewhere else self._all_machines()
        return call.page([found for found in machines if call.holds(found)])

    def _all_machines(self) -> list[Content]:
        with self._cluster.locked():
            machines = list(self._cluster.azure.machines.values())
            return [machine_document(self._cluster, SUBSCRIPTION_ID, machine) for machine in machines]

    def _group_document(self, name: str, region: str) -> Content:
        azure = self._cluster.azure
        with self._cluster.locked():
            tags = dict(azure.group_tags.get(name.lower(), {}))
            if name.lower() in azure.created_groups:
                tags["CreatedBy"] = CREATED_BY
        return {
            "id": f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": region,
            "tags": tags,
            "properties": {"provisioningState": "Succeeded"},
        }


def _subscription_document(subscription: str) -> Content:
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "displayName": SUBSCRIPTIONS[subscription],
        "state": "Enabled",
        "tenantId": TENANT_ID,
    }
