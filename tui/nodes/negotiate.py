"""Negotiate authentication through pyspnego: the logged-on user (SSPI), a ticket cache, or a password.

pywinrm's own Kerberos has no message encryption on Windows and no fall back; this has both. It is an authentication of
requests, and what pywinrm's `Encryption` asks to wrap messages with.
"""

import base64
import re
import ssl
from typing import Any

import requests
import requests.auth
import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

from tui.nodes.connection import Connection, TransportKind
from tui.nodes.sockets import OpenSockets

_TOKEN = re.compile(r"(?:Negotiate|Kerberos)\s+([A-Za-z0-9+/=]+)", re.IGNORECASE)
MAX_ROUNDS = 8
"""Kerberos takes one, NTLM two; a node that wants more is not authenticating."""


class NotOffered(Exception):  # noqa: N818 - a state of the far end
    """The node does not offer what we would identify ourselves with."""


class WeakEncryption(Exception):  # noqa: N818 - a state of the far end
    """Kerberos chose RC4, whose padding WinRM's messages cannot carry."""


class NegotiateAuth(requests.auth.AuthBase):
    """Authenticates one TCP connection and seals what goes over it."""

    def __init__(self, connection: Connection, host: str, sockets: OpenSockets) -> None:
        self._connection = connection
        self._host = connection.kerberos_host or host
        self._sockets = sockets
        self._context: spnego.ContextProxy | None = None

    @property
    def mechanism(self) -> str | None:
        """`kerberos` or `ntlm`, once the node has accepted us."""
        return self._context.negotiated_protocol if self._context is not None else None

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Attach to a request."""
        r.headers["Connection"] = "Keep-Alive"
        r.register_hook("response", self._answer)
        return r

    def wrap_winrm(self, _host: object, message: bytes) -> tuple[bytes, bytes]:
        """Seal a message; returns the sealed message and its signature."""
        wrapped = self._need_context().wrap_winrm(message)
        if wrapped.padding_length:
            raise WeakEncryption
        return wrapped.data, wrapped.header

    def unwrap_winrm(self, _host: object, message: bytes, signature: bytes) -> bytes:
        """Open a sealed message."""
        return self._need_context().unwrap_winrm(signature, message)

    def _need_context(self) -> spnego.ContextProxy:
        if self._context is None or not self._context.complete:
            # The node let us in without asking who we are: nothing may be sent that nobody seals.
            raise NotOffered
        return self._context

    def _answer(self, response: requests.Response, **kwargs: Any) -> requests.Response:
        if response.status_code != 401 or "encrypted" in str(response.request.headers.get("Content-Type", "")):
            # A sealed body cannot be sent again under another context: whoever sent it starts anew.
            return response
        offered = str(response.headers.get("www-authenticate", "")).lower()
        if "negotiate" in offered:
            scheme = "Negotiate"
        elif "kerberos" in offered and not self._ntlm_allowed:
            scheme = "Kerberos"
        else:
            raise NotOffered
        context = self._new_context()
        response = self._exchange(response, context, scheme, kwargs)
        self._context = context
        return response

    def _exchange(
        self, response: requests.Response, context: spnego.ContextProxy, scheme: str, kwargs: dict[str, Any]
    ) -> requests.Response:
        token = context.step()
        for _ in range(MAX_ROUNDS):
            if token is None:
                break
            _ = response.content  # read to its end, so that the connection, which is what is authenticated, is used on
            response.raw.release_conn()
            request = response.request.copy()
            request.headers["Authorization"] = f"{scheme} {base64.b64encode(token).decode('ascii')}"
            response = response.connection.send(request, **kwargs)  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue, reportUnknownVariableType]
            answer = _TOKEN.search(str(response.headers.get("www-authenticate", "")))
            if answer is None or context.complete:
                break
            token = context.step(base64.b64decode(answer[1]))
        return response

    @property
    def _ntlm_allowed(self) -> bool:
        return self._connection.transport is TransportKind.NEGOTIATE and self._connection.allow_ntlm_fallback

    def _new_context(self) -> spnego.ContextProxy:
        options = spnego.NegotiateOptions.none
        if not self._connection.encrypted_by_tls:
            options |= spnego.NegotiateOptions.wrapping_winrm
        password = self._connection.password
        return spnego.client(
            self._connection.user,
            password.reveal() if password is not None else None,
            hostname=self._host,
            service="HTTP",
            channel_bindings=self._channel_bindings(),
            protocol="negotiate" if self._ntlm_allowed else "kerberos",
            options=options,
        )

    def _channel_bindings(self) -> GssChannelBindings | None:
        sock = self._sockets.last
        certificate = sock.getpeercert(True) if isinstance(sock, ssl.SSLSocket) else None
        if not certificate:
            return None
        return GssChannelBindings(application_data=b"tls-server-end-point:" + end_point_hash(certificate))


def end_point_hash(certificate: bytes) -> bytes:
    """Return a certificate's hash as RFC 5929, 4.1 wants it: by its signature's own hash, at least SHA-256."""
    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    if algorithm is None or algorithm.name in {"md5", "sha1"}:
        algorithm = hashes.SHA256()
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return digest.finalize()
