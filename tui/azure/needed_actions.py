"""The actions that registering and unregistering a cluster need (MicrosoftDocs, register-with-azure and manage)."""

from collections.abc import Collection

from tui.azure.providers import GUEST_CONFIGURATION, HYBRID_COMPUTE, HYBRID_CONNECTIVITY, NEEDED, STACK_HCI

_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"
_CLUSTERS = ("read", "write", "delete", "ArcSettings/write", "ArcSettings/delete")
_REGISTER = {
    name.casefold(): f"{name}/register/action"
    for name in (STACK_HCI, HYBRID_COMPUTE, GUEST_CONFIGURATION, HYBRID_CONNECTIVITY)
}


def register_actions(*, group_exists: bool = False, registered: Collection[str] = ()) -> tuple[str, ...]:
    """Return what registering with Azure and enabling Arc needs.

    Less where the resource group exists already, and for every provider of `registered`, in any case.
    """
    have = {namespace.casefold() for namespace in registered}
    return (
        f"{_GROUPS}/read",
        *(() if group_exists else (f"{_GROUPS}/write",)),
        *(_REGISTER[name.casefold()] for name in NEEDED if name.casefold() not in have),
        *(f"{STACK_HCI}/clusters/{what}" for what in _CLUSTERS),
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleAssignments/write",
    )


def unregister_actions(*, delete_group: bool = False) -> tuple[str, ...]:
    """Return what unregistering needs; `delete_group` where the group, if empty, is to go as well."""
    return (
        f"{_GROUPS}/read",
        *((f"{_GROUPS}/delete",) if delete_group else ()),
        *(f"{STACK_HCI}/clusters/{what}" for what in ("read", "delete", "ArcSettings/read", "ArcSettings/delete")),
        f"{HYBRID_COMPUTE}/machines/read",
        f"{HYBRID_COMPUTE}/machines/delete",
    )
