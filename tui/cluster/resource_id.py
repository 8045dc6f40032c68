"""Ids of resources in Azure Resource Manager.

Azure compares them without case, and `Get-AzureStackHCI` writes `/Subscriptions/` where Azure writes
`/subscriptions/`. Form of portal links: Az.StackHCI module.
"""

from dataclasses import dataclass

from tui.cluster.clouds import DEFAULT_CLOUD, find_cloud

_FORBIDDEN = frozenset('?#<>\\"')


@dataclass(frozen=True, slots=True, eq=False)
class ResourceId:
    """Id of one resource, spelled as it came; two ids are equal when they differ in case only."""

    subscription: str
    """Subscription id."""
    resource_group: str
    """Resource group."""
    provider: str
    """Namespace, for example `Microsoft.AzureStackHCI`."""
    types: tuple[str, ...]
    """Types from parent to child, for example `("clusters", "arcSettings")`."""
    names: tuple[str, ...]
    """Names from parent to child, as many as there are types."""

    @property
    def type(self) -> str:
        """Full type without the namespace: `clusters`, `clusters/arcSettings`."""
        return "/".join(self.types)

    @property
    def name(self) -> str:
        """Name of the resource itself."""
        return self.names[-1]

    def portal_link(self, tenant: str | None = None, cloud: str = DEFAULT_CLOUD) -> str | None:
        """Return the resource's overview page in the portal of a cloud; `None` for a cloud without a known portal."""
        found = find_cloud(cloud)
        return (
            None
            if found is None or found.portal is None
            else f"{found.portal}/#@{tenant or ''}/resource{self}/overview"
        )

    def __str__(self) -> str:
        """Return the id as Azure writes it."""
        pairs = "".join(f"/{kind}/{name}" for kind, name in zip(self.types, self.names, strict=True))
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}/providers/{self.provider}{pairs}"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ResourceId):
            return NotImplemented
        return str(self).casefold() == str(other).casefold()

    def __hash__(self) -> int:
        return hash(str(self).casefold())


def parse_resource_id(text: str) -> ResourceId:
    """Return the parts of a resource's id, whatever its case; a slash at the end is allowed.

    Raises ValueError naming what is wrong.
    """
    if not text.startswith("/"):
        raise ValueError(f"a resource id starts with /subscriptions/, this is {_shown(text)}")
    bad = next((letter for letter in text if letter in _FORBIDDEN or not letter.isprintable()), None)
    if bad is not None:
        raise ValueError(f"a resource id has no {bad!r}: {_shown(text)}")
    parts = text.rstrip("/").split("/")[1:]
    _expect(parts, 0, "subscriptions", "the subscription", text)
    _expect(parts, 2, "resourceGroups", "the resource group", text)
    _expect(parts, 4, "providers", "the provider", text)
    rest = parts[6:]
    if not rest:
        raise ValueError(f"no type and name after the provider in {_shown(text)}")
    if len(rest) % 2:
        raise ValueError(f"no name after the type {rest[-1]!r} in {_shown(text)}")
    if not all(part.strip() for part in rest):
        raise ValueError(f"an empty type or name in {_shown(text)}")
    return ResourceId(parts[1], parts[3], parts[5], tuple(rest[0::2]), tuple(rest[1::2]))


def same_resource(one: str, other: str) -> bool:
    """Return whether two ids name the same resource; texts that are no ids are compared without case."""
    try:
        return parse_resource_id(one) == parse_resource_id(other)
    except ValueError:
        return one.strip().rstrip("/").casefold() == other.strip().rstrip("/").casefold()


def _expect(parts: list[str], position: int, keyword: str, what: str, text: str) -> None:
    """Check that a keyword and its value stand at a position."""
    if len(parts) <= position or not parts[position]:
        raise ValueError(f"/{keyword}/ with {what} is missing in {_shown(text)}")
    if parts[position].casefold() != keyword.casefold():
        raise ValueError(f"expected /{keyword}/ where {parts[position]!r} stands in {_shown(text)}")
    if len(parts) <= position + 1 or not parts[position + 1].strip():
        raise ValueError(f"{what} is missing after /{keyword}/ in {_shown(text)}")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 120 else text[:117] + "...")
