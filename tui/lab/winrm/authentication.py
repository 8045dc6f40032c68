"""Signing in to one connection: Negotiate and NTLM, Basic and certificates over TLS, CredSSP."""

import base64
import binascii
import logging
from dataclasses import dataclass

import spnego
from spnego.channel_bindings import GssChannelBindings

from tui.lab.certificates import user_principal_names
from tui.lab.winrm.accounts import Account, AccountStore
from tui.lab.winrm.channel_binding import carries_channel_binding, server_end_point
from tui.lab.winrm.config_document import ServiceAuthentication

MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TlsEnds:
    """Both certificates of a TLS connection."""

    server_certificate: bytes
    """Our own, DER."""
    client_certificate: bytes | None
    """The client's, DER, already verified against the lab's CA; None when it showed none."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where a connection stands after a request's Authorization header."""

    account: Account | None
    """Who it is; None while that is not settled."""
    challenges: tuple[str, ...] = ()
    """Values for WWW-Authenticate headers: offers or the next token of the exchange."""


class ConnectionAuthentication:
    """The security state of one connection: NTLM, Negotiate and CredSSP belong to it, the others to each request."""

    def __init__(self, store: AccountStore, options: ServiceAuthentication, tls: TlsEnds | None) -> None:
        self._store = store
        self._options = options
        self._tls = tls
        self._account: Account | None = None
        self._context: spnego.ContextProxy | None = None
        self._bindings: GssChannelBindings | None = None
        if tls and options.channel_binding != "None":
            self._bindings = server_end_point(tls.server_certificate)

    @property
    def context(self) -> spnego.ContextProxy | None:
        """What seals this connection's messages, once somebody signed in with it."""
        return self._context if self._account else None

    def sign_in(self, authorization: str | None) -> SignIn:
        """Take a request's Authorization header, or None, and say who it is or what to send next."""
        if authorization is None:
            return SignIn(self._account, () if self._account else self._offers())
        scheme, _, value = authorization.partition(" ")
        match scheme.lower():
            case "negotiate" | "ntlm" | "kerberos":
                return self._step(scheme, value)
            case "credssp" if self._options.credssp:
                return self._step(scheme, value)
            case "basic" if self._tls and self._options.basic:
                return self._settled(self._basic(value))
            case _ if authorization == MUTUAL:
                return self._settled(self._certificate())
            case _:
                return SignIn(None, self._offers())

    def _offers(self) -> tuple[str, ...]:
        offers = ["Negotiate", "Kerberos"]
        if self._options.credssp:
            offers.append("CredSSP")
        if self._tls and self._options.basic:
            offers.append('Basic realm="WSMAN"')
        return tuple(offers)

    def _settled(self, account: Account | None) -> SignIn:
        return SignIn(account, () if account else self._offers())

    def _basic(self, value: str) -> Account | None:
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self._store.check(user, password)

    def _certificate(self) -> Account | None:
        if not (self._options.certificate and self._tls and self._tls.client_certificate):
            return None
        names = user_principal_names(self._tls.client_certificate)
        return next((account for name in names if (account := self._store.find(name))), None)

    def _step(self, scheme: str, value: str) -> SignIn:
        try:
            token = base64.b64decode(value)
            with self._store.offered_to_ntlm():
                context = self._context_for(scheme.lower(), token)
                answer = context.step(token, channel_bindings=self._bindings_for(token))
        # A stranger's token can make NTLM, SPNEGO and CredSSP's inner TLS fail in any way; the connection survives it.
        except Exception:
            _log.info("sign-in refused", exc_info=True)
            self._context = self._account = None
            return SignIn(None, self._offers())
        next_token = (f"{scheme} {base64.b64encode(answer).decode()}",) if answer else ()
        if not context.complete:
            return SignIn(None, next_token or self._offers())
        self._account = self._store.find(context.client_principal or "")
        return SignIn(self._account, next_token if self._account else self._offers())

    def _context_for(self, scheme: str, token: bytes) -> spnego.ContextProxy:
        if self._context is None or self._context.complete:
            self._account = None
            if scheme == "credssp":
                self._context = spnego.server(protocol="credssp", options=spnego.NegotiateOptions.use_negotiate)
            elif token.startswith(b"NTLMSSP\x00"):
                # Python's NTLM on every platform: SSPI would check the accounts of the machine the lab runs on.
                self._context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
            else:
                self._context = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
        return self._context

    def _bindings_for(self, token: bytes) -> GssChannelBindings | None:
        if self._options.channel_binding == "Relaxed" and carries_channel_binding(token) is False:
            return None
        return self._bindings
