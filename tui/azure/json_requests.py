"""Plain requests for what no package of Azure's covers well, or small enough: JSON in, JSON out."""

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

_ERRORS: dict[int, type[HttpResponseError]] = {
    401: ClientAuthenticationError,
    404: ResourceNotFoundError,
    409: ResourceExistsError,
}
_MOST_PAGES = 1000
"""More pages than this are a list that leads round in a circle."""


class JsonRequests:
    """Requests to one service of a cloud; raises azure-core's exceptions, as the typed clients do."""

    def __init__(self, url: str, policies: Sequence[Any], transport: CloudTransport) -> None:
        """Connect to nothing yet; paths are below `url`, `policies` are the steps of every request."""
        self._url = url
        self._client: Any = ARMPipelineClient(base_url=url, policies=list(policies), transport=transport)

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
        *,
        once: bool = False,
    ) -> dict[str, Any]:
        """Return the JSON object that answers; empty where it has none.

        `once` is for what must not be done twice: a request that may have arrived is not sent again.
        """
        return self._sent(method, self._url + path, query or {}, content, once=once)

    def pages(self, path: str, query: Mapping[str, str], link: str) -> Iterator[dict[str, Any]]:
        """Yield every object of a list, page after page; `link` names the address of the next one in an answer."""
        page = self.send("GET", path, query)
        for _ in range(_MOST_PAGES):
            entries = page.get("value", [])
            if not isinstance(entries, list):
                raise Unreadable(f"Azure's list at {path} is no list.")
            for entry in cast("list[object]", entries):
                yield mapping(entry)
            address = page.get(link)
            if not isinstance(address, str) or not address:
                return
            # The transport refuses a link that leads away from the cloud, before the token is sent there.
            page = self._sent("GET", address, {}, None)
        raise Unreadable(f"Azure's list at {path} does not end.")

    def _sent(
        self,
        method: str,
        url: str,
        query: Mapping[str, str],
        content: Mapping[str, Any] | None,
        *,
        once: bool = False,
    ) -> dict[str, Any]:
        request = HttpRequest(method, url, params=dict(query), json=dict(content) if content is not None else None)
        more = {"retry_status": 0, "retry_read": 0} if once else {}
        response: Any = self._client.send_request(request, **more)
        if response.status_code >= 300:
            # Redirections too: a token goes nowhere but where it was meant to.
            map_error(response.status_code, response, _ERRORS)
            raise HttpResponseError(response=response, error_format=ARMErrorFormat)
        return mapping(response.json()) if response.content else {}
