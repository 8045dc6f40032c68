"""One client's connection: TLS, requests one after the other, sign-in, sealing, and the faults asked for."""

import contextlib
import logging
import socket
import ssl
import struct
from dataclasses import dataclass
from http import HTTPStatus

from tui.lab.winrm import encryption
from tui.lab.winrm.accounts import Account, AccountStore
from tui.lab.winrm.authentication import ConnectionAuthentication, TlsEnds
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.dispatcher import Caller, Dispatcher, identify_answer, is_identify
from tui.lab.winrm.faults import ConnectionCutError, Faults
from tui.lab.winrm.http_messages import BadHttpError, HttpRequest, answer_bytes, read_request

_PATHS = {"/wsman", "/wsman/"}
_ANONYMOUS_PATH = "/wsman-anon/identify"
_SOAP = "application/soap+xml;charset=UTF-8"
_HANDSHAKE_SECONDS = 10.0
_PACKET_SECONDS = 120.0
"""MaxPacketRetrievalTimeSeconds: how long the rest of a request may take."""
_LINGER_ZERO = struct.pack("ii", 1, 0) if socket.SO_LINGER else b""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EndpointParts:
    """What every connection of an endpoint shares."""

    store: AccountStore
    """Who may sign in."""
    authentication: ServiceAuthentication
    """How."""
    dispatcher: Dispatcher
    """What their requests do."""
    faults: Faults
    """What goes wrong on demand."""
    idle_seconds: float
    """When a silent connection is closed; HTTP.sys closes after two minutes."""


class Connection:
    """Serves one connection in the thread that calls `serve`; `cut` may be called from any other."""

    def __init__(
        self, client: socket.socket, address: str, parts: EndpointParts, tls: tuple[ssl.SSLContext, bytes] | None
    ) -> None:
        """`tls` is the server's context and its certificate in DER, or None for plain HTTP."""
        self._raw = client
        self._socket: socket.socket = client
        self._address = address
        self._parts = parts
        self._tls = tls

    def serve(self) -> None:
        """Answer requests until either side ends the connection."""
        try:
            self._parts.faults.wait_while_hanging()
            self._serve(self._authenticate())
        except ConnectionCutError:
            self.cut()
        except OSError as error:
            _log.debug("connection from %s ended: %s", self._address, error)
        except Exception:
            _log.exception("connection from %s failed", self._address)
        finally:
            for end in {self._socket, self._raw}:
                with contextlib.suppress(OSError):
                    end.close()

    def cut(self) -> None:
        """End the connection at once; the client sees a reset."""
        with contextlib.suppress(OSError):
            self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown: it would drop the TLS layer under a thread that is using it.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _authenticate(self) -> ConnectionAuthentication:
        ends = None
        if self._tls:
            context, certificate = self._tls
            self._raw.settimeout(_HANDSHAKE_SECONDS)
            secured = context.wrap_socket(self._raw, server_side=True)
            self._socket = secured
            ends = TlsEnds(certificate, secured.getpeercert(binary_form=True))
        return ConnectionAuthentication(self._parts.store, self._parts.authentication, ends)

    def _serve(self, authentication: ConnectionAuthentication) -> None:
        with self._socket.makefile("rb") as stream:
            while True:
                self._socket.settimeout(self._parts.idle_seconds)
                if not stream.peek(1):
                    return
                self._socket.settimeout(_PACKET_SECONDS)
                try:
                    request = read_request(stream, self._socket.sendall)
                    if request is None:
                        return
                    answer = self._answer(request, authentication)
                except BadHttpError as error:
                    self._socket.sendall(answer_bytes(error.status, close=True))
                    return
                self._socket.sendall(answer)
                if request.closes:
                    return

    def _answer(self, request: HttpRequest, authentication: ConnectionAuthentication) -> bytes:
        if request.path == _ANONYMOUS_PATH or "wsmanidentify" in request.headers:
            if not is_identify(request.body):
                raise BadHttpError(HTTPStatus.BAD_REQUEST)
            return answer_bytes(HTTPStatus.OK, [("Content-Type", _SOAP)], identify_answer(known=False))
        if request.path not in _PATHS:
            raise BadHttpError(HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            raise BadHttpError(HTTPStatus.METHOD_NOT_ALLOWED)
        sign_in = authentication.sign_in(request.headers.get("authorization"))
        headers = [("WWW-Authenticate", challenge) for challenge in sign_in.challenges]
        if sign_in.account is None:
            return answer_bytes(HTTPStatus.UNAUTHORIZED, headers)
        if not request.body:
            return answer_bytes(HTTPStatus.OK, headers)
        return self._act(request, sign_in.account, authentication, headers)

    def _act(
        self,
        request: HttpRequest,
        account: Account,
        authentication: ConnectionAuthentication,
        headers: list[tuple[str, str]],
    ) -> bytes:
        content_type = request.headers.get("content-type", "")
        sealed = encryption.is_sealed(content_type)
        context = authentication.context
        if sealed and context:
            try:
                document = encryption.unseal(context, request.body)
            except encryption.UndecryptableError as error:
                raise BadHttpError(HTTPStatus.BAD_REQUEST) from error
        elif sealed:
            raise BadHttpError(HTTPStatus.BAD_REQUEST)
        elif self._tls is None:
            # AllowUnencrypted is false: Windows answers 500 with nothing in it.
            return answer_bytes(HTTPStatus.INTERNAL_SERVER_ERROR, headers)
        else:
            document = request.body
        self._parts.faults.before_acting()
        status, answer = self._parts.dispatcher.handle(document, Caller(account, self._address))
        self._parts.faults.before_answering()
        if sealed and context:
            body = encryption.seal(context, encryption.protocol_of(content_type), answer)
            return answer_bytes(status, [*headers, ("Content-Type", body.content_type)], body.body)
        return answer_bytes(status, [*headers, ("Content-Type", _SOAP)], answer)
