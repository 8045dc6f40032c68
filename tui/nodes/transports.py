"""pywinrm's protocol over our own HTTP: every way to identify ourselves, and what protects the messages.

Over http every message is sealed by the authentication; nothing is ever sent that is not. Over https TLS protects them.
"""

import contextlib
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import requests.auth
from winrm.exceptions import WinRMTransportError
from winrm.protocol import Protocol
from winrm.transport import Transport

from tui.nodes.connection import Connection, TransportKind
from tui.nodes.errors import Configuration
from tui.nodes.http import new_session
from tui.nodes.negotiate import NegotiateAuth
from tui.nodes.sockets import OpenSockets

_CERTIFICATE_PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_SEALS = {TransportKind.NTLM: "ntlm", TransportKind.CREDSSP: "credssp"}
"""What pywinrm's Encryption calls them; the others seal as its Kerberos does."""
_PER_REQUEST = frozenset({TransportKind.BASIC, TransportKind.CERTIFICATE})
"""Transports that identify us in every request, not once a connection."""


def new_protocol(connection: Connection, sockets: OpenSockets) -> Protocol:
    """Return pywinrm's protocol for a node. Connects to nothing. Raises Configuration when the parts do not fit."""
    connection.check()
    # "kerberos" is the one transport for which pywinrm does not check what we check ourselves.
    protocol = Protocol(connection.url, transport="kerberos", ca_trust_path=cast("Any", None), proxy=None)
    protocol.transport = NodeTransport(connection, sockets)
    return protocol


class NodeTransport(Transport):
    """pywinrm's transport with our session, trust and authentication."""

    def __init__(self, connection: Connection, sockets: OpenSockets) -> None:
        super().__init__(
            connection.url, auth_method="kerberos", ca_trust_path=cast("Any", None), proxy=None, read_timeout_sec=30
        )
        # How pywinrm's Encryption seals; "kerberos" asks the authentication itself, as NegotiateAuth answers.
        self.auth_method = cast("Any", _SEALS.get(connection.transport, "kerberos"))
        self._connection = connection
        self._sockets = sockets
        self._secure = connection.encrypted_by_tls

    @property
    def authentication(self) -> str:
        """How the node knows us: the transport, or what Negotiate came to."""
        auth = self.session.auth if self.session is not None else None
        mechanism = auth.mechanism if isinstance(auth, NegotiateAuth) else None
        return mechanism or str(self._connection.transport)

    def build_session(self) -> requests.Session:
        """Return the session, connected and authenticated.

        One that could not be authenticated is never kept: without its context the next message would go in clear.
        """
        if self.session is not None:
            return self.session
        session = new_session(self._connection, self._sockets)
        try:
            session.auth = self._authentication(session)
            session.headers.update(self.default_headers)
            if not self._secure:
                self.setup_encryption(session)
            elif self._connection.transport not in _PER_REQUEST:
                self._authenticate(session)
        except BaseException:
            session.close()
            self._sockets.drop()
            self.encryption = None
            raise
        self.session = session
        return session

    def forget(self) -> None:
        """Drop the connection and everything that was agreed on it; the next message makes them anew."""
        with contextlib.suppress(Exception):  # closing what is broken may fail in any way, and does not matter
            self.close_session()
        self.session = None
        self._sockets.drop()
        # pywinrm keeps it, and then answers 400 for ever.
        self.encryption = None

    def _authenticate(self, session: requests.Session) -> None:
        """Identify ourselves with an empty message, so that the first real one needs no handshake."""
        empty = session.prepare_request(requests.Request("POST", self.endpoint, data=None))
        with contextlib.suppress(WinRMTransportError):  # some listeners do not like empty messages; we are known by now
            self._send_message_request(session, empty)

    def _authentication(self, session: requests.Session) -> requests.auth.AuthBase | None:
        connection = self._connection
        user, password = connection.user or "", connection.password.reveal() if connection.password else ""
        match connection.transport:
            case TransportKind.NEGOTIATE | TransportKind.KERBEROS:
                return NegotiateAuth(connection, urlsplit(self.endpoint).hostname or "", self._sockets)
            case TransportKind.NTLM:
                from requests_ntlm import HttpNtlmAuth

                return HttpNtlmAuth(user, password)
            case TransportKind.CREDSSP:
                return _credssp(connection.node, user, password)
            case TransportKind.BASIC:
                if not self._secure:
                    raise Configuration(connection.node, "basic is refused over http.")
                return requests.auth.HTTPBasicAuth(user, password)
            case TransportKind.CERTIFICATE:
                session.headers["Authorization"] = _CERTIFICATE_PROFILE
                return None


def _credssp(node: str, user: str, password: str) -> requests.auth.AuthBase:
    try:
        from requests_credssp import HttpCredSSPAuth
    except ImportError as error:
        raise Configuration(
            node, "The transport credssp needs the package requests-credssp.", remedy="pip install requests-credssp"
        ) from error
    return HttpCredSSPAuth(user, password)
