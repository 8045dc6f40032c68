"""Requests to the simulated Azure Resource Manager once it is known what they are about, and how they are refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

from tui.lab.azure.http_messages import Request
from tui.lab.azure.tokens import Principal
from tui.lab.cluster_state import SUBSCRIPTION_ID_2

Content: TypeAlias = dict[str, Any]
PAGE = 10
"""Entries of a list in one page."""


class RefusedError(Exception):
    """An answer with an error: its status, Azure's code and words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    """One request of somebody, with what its path says."""

    request: Request
    """The request."""
    principal: Principal
    """Who asks."""
    path: str
    """Its path, without what all paths begin with."""
    parts: Mapping[str, str]
    """Words of the path by what they name: `subscription`, `group`, `name`, `scope`..."""
    root: str
    """URL that the path stands below, for links."""

    @property
    def subscription(self) -> str:
        """Id of the subscription it is about, in lower case; empty for none."""
        named = self.parts.get("subscription")
        if named is None:
            words = self.parts.get("scope", "").split("/")
            named = words[2] if len(words) > 2 else ""
        return named.lower()

    @property
    def elsewhere(self) -> bool:
        """Whether it is about the subscription that nothing is in."""
        return self.subscription == SUBSCRIPTION_ID_2

    @property
    def api_version(self) -> str:
        """The version it was written for."""
        return self.request.query.get("api-version", "")

    def page(self, entries: list[Content]) -> Content:
        """Return a page of a list, and the absolute link to the next one where there is one."""
        start = int(self.request.query.get("$skiptoken", "0"))
        page: Content = {"value": entries[start : start + PAGE]}
        if start + PAGE < len(entries):
            query = {**self.request.query, "$skiptoken": str(start + PAGE)}
            page["nextLink"] = f"{self.root}{self.path}?{urlencode(query)}"
        return page

    def holds(self, document: Content) -> bool:
        """Whether a resource is in the group that it names, if it names one."""
        group = self.parts.get("group")
        return group is None or f"/resourcegroups/{group.lower()}/" in document["id"].lower()

    def missing(self) -> RefusedError:
        """Return that what the path names does not exist."""
        kind, name = self.path.rstrip("/").split("/providers/")[-1].rsplit("/", 1)
        return RefusedError(404, "ResourceNotFound", f"The resource '{kind}/{name}' was not found.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered with another status than 200, or with headers."""

    status: int
    """HTTP status."""
    content: Content | None = None
    """JSON object; `None` for no content."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers beside those of every answer."""


Answerer: TypeAlias = Callable[[Call], Content | Answer]
Route: TypeAlias = tuple[str, str, str, Answerer]
"""Method, pattern of the path, the action that has to be allowed (empty for none), and what answers."""

SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
GROUP = SUBSCRIPTION + r"/resourcegroups/(?P<group>[^/]+)"
CLUSTERS = r"/providers/microsoft\.azurestackhci/clusters"
MACHINES = r"/providers/microsoft\.hybridcompute/machines"
ROLES_AT = r"(?P<scope>/subscriptions/.+?)/providers/microsoft\.authorization"
NAME = r"/(?P<name>[^/]+)"
