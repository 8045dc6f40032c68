"""What an exception of pywinrm, requests or pyspnego means for a conversation.

Codes and texts: `facts/winrm.md`, sections 1, 3 and 7.
"""

# ruff: noqa: N818 - states of a conversation that its owner acts on, not errors a caller sees

import ssl
from collections.abc import Iterator

import requests
import spnego.exceptions
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from tui.nodes.carrier import Gone
from tui.nodes.connection import Connection, TransportKind
from tui.nodes.errors import (
    Configuration,
    NodeError,
    NotAnAdministrator,
    PowerShellNotStarted,
    QuotaExceeded,
    TlsNotTrusted,
    Unreachable,
    WrongCredentials,
)
from tui.nodes.negotiate import NotOffered, WeakEncryption
from tui.nodes.plain_text import plain

ACCESS_DENIED = 5
BUSY = 170
IO_ABORTED = 995
TIMEOUT = 1460
OPERATION_TIMEOUT = 2150858793
INVALID_SELECTORS = 2150858843
"""No shell or command of that id: it ended, or its idle timeout passed."""
QUOTAS = frozenset({2150859173, 2150859174})
"""Too many shells, too many operations of one user."""
BAD_REQUEST = 400
FORBIDDEN = 403
NOT_WINRM = frozenset({404, 405})


class Broken(Exception):
    """The conversation broke. Whether the node acted on the message is not known, and its answer may be gone."""

    def __init__(self, cause: BaseException, *, odd: bool = False, untouched: bool = False) -> None:
        super().__init__(f"{type(cause).__name__}: {plain(str(cause))[:300]}")
        self.cause = cause
        """What a library raised."""
        self.odd = odd
        """Whether the node answered, with something that is no answer."""
        self.untouched = untouched
        """Whether the node is known not to have acted on the message."""


def words_for(error: BaseException) -> str:
    """Return what happened, for an administrator; the log has the library's own words."""
    cause = error.cause if isinstance(error, Broken) else error
    match cause:
        case NodeError():
            words = cause.message.rstrip(".")
        case requests.exceptions.Timeout() | Silent():
            words = "no answer in time"
        case requests.exceptions.RequestException():
            words = "the connection was cut"
        case WinRMTransportError():
            words = f"HTTP {cause.code}"
        case Busy():
            words = "it stays busy"
        case _:
            words = "its answer cannot be read"
    return words


class Silent(Exception):
    """The operation's time passed without an answer; it may have been done."""


class Aborted(Gone):
    """The operation was aborted with its shell; a line that was being sent may have been read before."""


class Busy(Exception):
    """The node is still busy with what was sent before; this was not taken."""


def understood(error: BaseException, connection: Connection, *, worked: bool) -> Exception:
    """Return what an exception means: a NodeError, or Broken, Silent, Busy or Gone.

    `worked` is whether this connection was accepted by the node before: then a refusal is an accident of the
    connection and not of the credentials.
    """
    if isinstance(error, NodeError | Gone | Broken | Silent | Busy):
        return error
    meaning: Exception | None = None
    match error:
        case WinRMOperationTimeoutError():
            meaning = Silent()
        case WSManFaultError():
            meaning = _fault(error, connection)
        case WinRMTransportError():
            meaning = _status(error, connection)
        case requests.exceptions.SSLError():
            meaning = _tls(error, connection)
        case requests.exceptions.TooManyRedirects():
            meaning = Unreachable(connection.node, "Something that is not WinRM answers at the address: it redirects.")
        case requests.exceptions.ConnectTimeout():
            meaning = Broken(error, untouched=True)
        case requests.exceptions.RequestException():
            meaning = Broken(error)
        case InvalidCredentialsError() if worked:
            meaning = Broken(error, untouched=True)
        case _:
            meaning = None if worked else _refused(error, connection)
    return meaning or Broken(error, odd=True)


def _fault(error: WSManFaultError, connection: Connection) -> Exception:
    code = error.wsman_fault_code if error.wsman_fault_code is not None else error.wmierror_code
    reason = plain(error.reason).strip()
    if code == ACCESS_DENIED:
        return NotAnAdministrator(connection.node, f"The node does not let this user open a shell: {reason}")
    if code in QUOTAS:
        return QuotaExceeded(connection.node, f"A quota of WinRM is exceeded: {reason}")
    states = {BUSY: Busy, TIMEOUT: Silent, OPERATION_TIMEOUT: Silent, INVALID_SELECTORS: Gone, IO_ABORTED: Aborted}
    state = states.get(code) if code is not None else None
    return state() if state else PowerShellNotStarted(connection.node, f"WinRM refuses (code {code}): {reason}")


def _status(error: WinRMTransportError, connection: Connection) -> Exception:
    node = connection.node
    if error.code == FORBIDDEN:
        return NotAnAdministrator(node, f"The node forbids this user to use WinRM (HTTP {error.code}).")
    if error.code in NOT_WINRM:
        return Unreachable(
            node,
            f"Something answers at the address, but not as WinRM (HTTP {error.code}).",
            remedy="Check host, port and path; WinRM's path is /wsman.",
        )
    # A body sealed for another connection is refused before anything looks into it.
    return Broken(error, untouched=error.code == BAD_REQUEST)


def _refused(error: BaseException, connection: Connection) -> NodeError | None:
    """Return what a failure before the node has accepted us means; None when it means nothing in particular."""
    node, transport = connection.node, connection.transport
    details = plain(str(error))[:200]
    kind: type[NodeError] = Configuration
    message: str | None = None
    remedy: str | None = None
    if isinstance(error, InvalidCredentialsError):
        kind, message = WrongCredentials, _who(connection)
    elif isinstance(error, ImportError | spnego.exceptions.FeatureMissingError):
        message = f"{transport} is not possible here: {details}"
        remedy = "Install the package pyspnego[kerberos], or allow NTLM and give a user and a password."
    elif isinstance(error, NotOffered | PermissionError):
        message = f"The node does not offer what {transport} needs."
        remedy = "Use another transport, or enable this one in the node's WinRM service (winrm get winrm/config)."
    elif isinstance(error, WeakEncryption):
        message = "Kerberos chose RC4 for this node, which is refused."
        remedy = "Let the account and the domain use AES for Kerberos, or use https."
    elif isinstance(error, spnego.exceptions.SpnegoError) and connection.password is None:
        kind, message = WrongCredentials, f"There are no credentials to use: {details}"
        remedy = "Give a user and a password, or get a Kerberos ticket (kinit)."
    elif isinstance(error, spnego.exceptions.SpnegoError) or type(error).__module__.startswith("requests_credssp"):
        kind, message = WrongCredentials, f"{_who(connection)} ({details})"
    return kind(node, message, remedy=remedy) if message else None


def _who(connection: Connection) -> str:
    if connection.transport is TransportKind.CERTIFICATE:
        return "The node does not accept the client certificate."
    return f"The node does not accept {connection.user or 'the logged-on user'} with {connection.transport}."


def _tls(error: requests.exceptions.SSLError, connection: Connection) -> Exception:
    causes = list(_causes(error))
    verification = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    text = str(error).lower()
    if verification is not None:
        reason = plain(verification.verify_message or str(verification)).rstrip(".")
        return TlsNotTrusted(connection.node, f"The node's certificate is not trusted: {reason}.")
    if "fingerprint" in text:
        return TlsNotTrusted(
            connection.node,
            "The node's certificate is not the pinned one.",
            remedy="If the node's certificate was renewed, compare the new one on the node and change pin_sha256.",
        )
    if connection.transport is TransportKind.CERTIFICATE and "alert" in text:
        return WrongCredentials(connection.node, _who(connection))
    if any(word in text for word in _OTHER_PROTOCOL):
        return Unreachable(
            connection.node,
            "The node's port does not speak the TLS that was asked for.",
            remedy="Check that the address names WinRM's https listener (port 5986).",
        )
    return Broken(error)


_OTHER_PROTOCOL = ("wrong version number", "wrong_version_number", "record layer", "record_layer", "http request")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and everything it wraps, also as an argument, as urllib3 does."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__]
        waiting += [
            value for value in (*cause.args, getattr(cause, "reason", None)) if isinstance(value, BaseException)
        ]
