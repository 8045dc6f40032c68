"""Azure Resource Manager as plain requests: for what no package of Azure's covers well, or small enough."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    map_error,
)
from azure.core.rest import HttpRequest
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.exceptions import ARMErrorFormat

from tui.azure.answers import mapping
from tui.azure.errors import Unreadable
from tui.azure.network import CloudTransport
from tui.cluster.clouds import Cloud

_ERRORS: dict[int, type[HttpResponseError]] = {
    401: ClientAuthenticationError,
    404: ResourceNotFoundError,
    409: ResourceExistsError,
}
_MOST_PAGES = 1000
"""More pages than this are a list that leads round in a circle."""


class ResourceManager:
    """Requests to one cloud's Azure Resource Manager; raises azure-core's exceptions, as the typed clients do."""

    def __init__(self, cloud: Cloud, policies: Sequence[Any], transport: CloudTransport) -> None:
        """Connect to nothing yet; `policies` are the steps of every request."""
        self._url = cloud.resource_manager
        self._client: Any = ARMPipelineClient(base_url=self._url, policies=list(policies), transport=transport)

    def get(self, path: str, api_version: str, **query: str) -> dict[str, Any]:
        """Return the JSON object at a path that begins with a slash."""
        return self._send("GET", self._url + path, {"api-version": api_version, **query})

    def list(self, path: str, api_version: str, **query: str) -> Iterator[dict[str, Any]]:
        """Yield every object of a list, page after page."""
        page = self.get(path, api_version, **query)
        for _ in range(_MOST_PAGES):
            entries = page.get("value", [])
            if not isinstance(entries, list):
                raise Unreadable(f"Azure's list at {path} is no list.")
            for entry in cast("list[object]", entries):
                yield mapping(entry)
            link = page.get("nextLink")
            if not isinstance(link, str) or not link:
                return
            # The transport refuses a link that leads away from the cloud, before the token is sent there.
            page = self._send("GET", link, {})
        raise Unreadable(f"Azure's list at {path} does not end.")

    def put(self, path: str, api_version: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Create or replace what is at a path, and return it."""
        return self._send("PUT", self._url + path, {"api-version": api_version}, content)

    def post(self, path: str, api_version: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask for an action at a path, and return its answer; empty where it has none."""
        return self._send("POST", self._url + path, {"api-version": api_version}, content or {})

    def delete(self, path: str, api_version: str) -> None:
        """Delete what is at a path."""
        self._send("DELETE", self._url + path, {"api-version": api_version})

    def _send(
        self, method: str, url: str, query: Mapping[str, str], content: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        request = HttpRequest(method, url, params=dict(query), json=dict(content) if content is not None else None)
        response: Any = self._client.send_request(request)
        if response.status_code >= 400:
            map_error(response.status_code, response, _ERRORS)
            raise HttpResponseError(response=response, error_format=ARMErrorFormat)
        return mapping(response.json()) if response.content else {}
