"""The way to Azure: which certificates are trusted, which proxy is used, how long one waits, and how to stop.

Figures: measured with azure-core 1.41. Its own defaults wait 300 s for a connection and obey any `Retry-After`.
"""

import contextlib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from tui.azure.errors import Cancelled, Misconfigured, Throttled
from tui.cluster.clouds import Cloud

CONNECT_SECONDS = 5
READ_SECONDS = 20
LONGEST_WAIT_SECONDS = 60
"""A longer `Retry-After` than this is no wait but a refusal."""
RETRIES: dict[str, Any] = {"retry_total": 2, "retry_connect": 1, "retry_backoff_factor": 0.4, "retry_backoff_max": 5}
"""Retries while somebody waits at a screen."""
DIRECT = "direct"
"""In place of a proxy: none, whatever the system says."""

OnWait = Callable[[float], None]
"""Told how many seconds Azure asks to wait."""


@dataclass(frozen=True, slots=True)
class Network:
    """How this machine reaches Azure."""

    ca_file: Path | None = None
    """PEM file of the authorities that are trusted instead of the system's."""
    proxy: str | None = None
    """URL of the proxy, `direct` for none; by default what the system says."""

    def check(self) -> None:
        """Raise Misconfigured when the CA file or the proxy cannot be used; nothing is sent."""
        _tls_context(self.ca_file)
        if self.proxy in (None, DIRECT):
            return
        parts = urlsplit(self.proxy or "")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = "The proxy is no URL of the form http://host:port."
            raise Misconfigured(message, remedy="Correct proxy in the configuration's azure table.")

    def proxies(self, url: str) -> dict[str, str]:
        """Return the proxies for a URL by scheme; empty where it is reached directly."""
        if self.proxy == DIRECT:
            return {}
        if self.proxy is not None:
            return {"http": self.proxy, "https": self.proxy}
        return dict(get_environ_proxies(url))


class CloudTransport(RequestsTransport):
    """HTTPS to one cloud and to no other host, with waits that end when the caller stops.

    azure-core waits through it between retries, for `Retry-After` and while it polls a long-running operation.
    """

    def __init__(
        self, cloud: Cloud, network: Network, cancel: threading.Event, *, on_wait: OnWait | None = None
    ) -> None:
        """Connect to nothing yet. Raises Misconfigured when the CA file cannot be used."""
        session = requests.Session()
        # Nothing out of the environment but the proxy: a .netrc would replace the token.
        session.trust_env = False
        adapter = _TrustingAdapter(_tls_context(network.ca_file))
        session.mount("https://", adapter)
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            session=session, session_owner=False, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS
        )
        self._hosts = cloud.hosts
        self._network = network
        self._cancel = cancel
        self._on_wait = on_wait
        self._own_session = session

    def send(self, request: Any, *, proxies: Any = None, **kwargs: Any) -> Any:
        """Send one request; raises Cancelled once stopped, and Misconfigured for a host that is not the cloud's."""
        if self._cancel.is_set():
            raise _cancelled()
        parts = urlsplit(str(request.url))
        host = (parts.hostname or "").casefold()
        if parts.scheme != "https" or not self._belongs(host):
            message = f"An answer leads to {host or 'nowhere'}, which is not the cloud's: nothing was sent there."
            raise Misconfigured(message, remedy="Check the endpoints in the configuration's azure table.")
        kwargs.pop("connection_verify", None)
        proxies = proxies or self._network.proxies(str(request.url))
        sender: Any = super()
        return sender.send(request, proxies=proxies, **kwargs)

    def sleep(self, duration: float) -> None:
        """Wait; raises Cancelled once stopped, and Throttled for a wait that nobody would sit through."""
        if duration > LONGEST_WAIT_SECONDS:
            message = f"Azure asks to wait {duration:.0f} s before the next request."
            raise Throttled(message, remedy=f"Try again in {duration / 60:.0f} minutes.")
        if self._on_wait is not None:
            self._on_wait(duration)
        if self._cancel.wait(duration):
            raise _cancelled()

    def close(self) -> None:
        """Close its connections; it can be used again."""
        with contextlib.suppress(Exception):  # closing what is broken may fail in any way, and does not matter
            self._own_session.close()

    def _belongs(self, host: str) -> bool:
        return any(host == known or host.endswith(f".{known}") for known in self._hosts)


class _TrustingAdapter(HTTPAdapter):
    """HTTPS with our idea of trust instead of requests' list of public authorities."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **proxy_kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave trust to the context."""


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        if ca_file is None:
            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        message = f"The CA file {ca_file} cannot be used: {error}."
        raise Misconfigured(message, remedy="Name a PEM file as ca_file in the configuration's azure table.") from error
    return context


def _cancelled() -> Cancelled:
    return Cancelled("The request to Azure was stopped.")
