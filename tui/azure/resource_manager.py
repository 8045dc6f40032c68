"""Azure Resource Manager as plain requests: for what no package of Azure's covers well, or small enough."""

from collections.abc import Iterator, Mapping
from typing import Any

from tui.azure.json_requests import JsonRequests


class ResourceManager:
    """Requests to one cloud's Azure Resource Manager; raises azure-core's exceptions, as the typed clients do."""

    def __init__(self, requests: JsonRequests) -> None:
        """Connect to nothing yet."""
        self._requests = requests

    def get(self, path: str, api_version: str, **query: str) -> dict[str, Any]:
        """Return the JSON object at a path that begins with a slash."""
        return self._requests.send("GET", path, {"api-version": api_version, **query})

    def list(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield every object of a list, page after page."""
        return self._requests.pages(path, {"api-version": api_version, **(query or {})}, "nextLink")

    def put(self, path: str, api_version: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Create or replace what is at a path, and return it."""
        return self._requests.send("PUT", path, {"api-version": api_version}, content)

    def post(self, path: str, api_version: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask for an action at a path, and return its answer; empty where it has none."""
        return self._requests.send("POST", path, {"api-version": api_version}, content or {})

    def delete(self, path: str, api_version: str) -> None:
        """Delete what is at a path."""
        self._requests.send("DELETE", path, {"api-version": api_version})
