"""HTTP and HTTPS to one node: which certificate is trusted, and connections that can be cut."""

import ssl
from typing import Any, cast

import requests
import truststore
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tui.nodes.connection import Connection, TransportKind, fingerprint
from tui.nodes.errors import Configuration
from tui.nodes.sockets import OpenSockets


def tls_context(connection: Connection) -> ssl.SSLContext:
    """Return how the node's certificate is checked: by the system's store, a CA file, or not at all (it is pinned).

    Raises Configuration when a file cannot be used.
    """
    try:
        if connection.pin_sha256 is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            # The pin is compared after the handshake and before a byte of ours is sent; it replaces name and issuer.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif connection.ca_file is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cafile=str(connection.ca_file))
        else:
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    except (OSError, ssl.SSLError) as error:
        raise Configuration(connection.node, f"The CA file {connection.ca_file} cannot be used: {error}.") from error
    if connection.transport is TransportKind.CERTIFICATE:
        _load_client_certificate(context, connection)
    return context


def _load_client_certificate(context: ssl.SSLContext, connection: Connection) -> None:
    def no_password() -> str:
        message = "the private key is encrypted"
        raise ValueError(message)

    try:
        context.load_cert_chain(str(connection.certificate_file), str(connection.key_file), password=no_password)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise Configuration(connection.node, f"The client certificate cannot be used: {error}.") from error


class NodeAdapter(HTTPAdapter):
    """Connects to one node, with its own idea of trust instead of requests'."""

    def __init__(self, connection: Connection, sockets: OpenSockets) -> None:
        self._tls: dict[str, Any] = {}
        if connection.encrypted_by_tls:
            self._tls["ssl_context"] = tls_context(connection)
            if connection.pin_sha256 is not None:
                self._tls["assert_fingerprint"] = fingerprint(connection.node, connection.pin_sha256)
        self._http, self._https = _watched(sockets)
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Make the pool with our trust."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs, **self._tls)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave trust to the context: requests would add its own list of public authorities to it."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Return the pool, making connections that can be cut."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        if isinstance(pool, HTTPSConnectionPool):
            pool.ConnectionCls = cast("Any", self._https)
        else:
            pool.ConnectionCls = cast("Any", self._http)
        return pool


def _watched(sockets: OpenSockets) -> tuple[type[HTTPConnection], type[HTTPSConnection]]:
    """Return connection classes that tell their sockets."""

    class WatchedHTTPConnection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            if self.sock is not None:
                sockets.add(self.sock)

    class WatchedHTTPSConnection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            if self.sock is not None:
                sockets.add(self.sock)

    return WatchedHTTPConnection, WatchedHTTPSConnection


def new_session(connection: Connection, sockets: OpenSockets) -> requests.Session:
    """Return a session that takes nothing from the environment: no proxy, no .netrc, no CA bundle, no redirects."""
    session = requests.Session()
    session.trust_env = False
    session.proxies = {}
    session.max_redirects = 0
    session.verify = connection.pin_sha256 is None
    adapter = NodeAdapter(connection, sockets)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers["Accept-Encoding"] = "identity"
    return session
