"""Signing in once, and the tokens that follow from it. Tokens live in memory only."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.credentials import AccessToken
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
)

from tui.azure.error_map import understood
from tui.azure.errors import AzureError, SignInNeeded
from tui.azure.identity import AZURE_CLI, Account, DeviceCode, Identity, Method
from tui.azure.network import RETRIES, CloudTransport, Network
from tui.azure.token_claims import account_of, expiry_of
from tui.cluster.clouds import Cloud

DEVICE_CODE_SECONDS = 900
ANY_TENANT = "organizations"
LIBRARIES = ("azure", "msal", "urllib3")
ShowCode = Callable[[DeviceCode], None]


class SignedIn:
    """Somebody is signed in to a cloud: a credential for Azure's clients. Safe to use from any thread."""

    def __init__(
        self, cloud: Cloud, network: Network, account: Account, source: "_Source", expires_at: datetime
    ) -> None:
        self.cloud = cloud
        """The cloud that is signed in to."""
        self.network = network
        """How it is reached."""
        self.account = account
        """Who is signed in."""
        self._source = source
        self._lock = threading.Lock()
        self._expires_at = expires_at
        self._lapsed: SignInNeeded | None = None

    @property
    def lapsed(self) -> SignInNeeded | None:
        """Why there is no token for Azure Resource Manager any more until somebody signs in again."""
        return self._lapsed

    @property
    def expires_at(self) -> datetime:
        """Until when the last token for Azure Resource Manager is good, UTC; a person's sign-in renews it."""
        return self._expires_at

    def get_token(self, *scopes: str, claims: str | None = None, **_: Any) -> AccessToken:
        """Return a token for scopes, as Azure's clients ask for it.

        Raises one of our errors: SignInNeeded when a person has to sign in again.
        """
        manages = self.cloud.resource_manager_scope in scopes
        with self._lock:
            try:
                token = self._source.token(scopes, claims)
            except SignInNeeded as error:
                self._lapsed = error if manages else self._lapsed
                raise
            if manages:
                self._expires_at, self._lapsed = datetime.fromtimestamp(token.expires_on, UTC), None
            return token

    def token_for_powershell(self, at_least: timedelta) -> AccessToken:
        """Return a token for Azure Resource Manager that is good for at least that long.

        A cmdlet cannot renew the token it was given. Raises SignInNeeded when no such token can be had.
        """
        scope = self.cloud.resource_manager_scope
        token = self.get_token(scope)
        if self._source.renews and _left(token) < at_least:
            # The one public way around the cache: a token that is not older than now.
            now = int(datetime.now(UTC).timestamp())
            token = self.get_token(scope, claims=f'{{"access_token":{{"nbf":{{"essential":true,"value":"{now}"}}}}}}')
        if (left := _left(token)) < at_least:
            minutes, needed = left.total_seconds() / 60, at_least.total_seconds() / 60
            message = f"The access token is good for {minutes:.0f} more minutes; {needed:.0f} are needed."
            raise SignInNeeded(message, remedy=self._source.how_to_renew)
        return token

    def close(self) -> None:
        """Forget every token."""
        self._source.close()


def sign_in(
    cloud: Cloud,
    network: Network,
    identity: Identity,
    *,
    show_code: ShowCode | None = None,
    cancel: threading.Event | None = None,
    claims: str | None = None,
) -> SignedIn:
    """Sign in; with a device code, wait until a person has entered what `show_code` was given.

    `claims` is what Microsoft Entra ID wants a person's sign-in to prove this time (`SignInNeeded.claims`).
    Blocks, so call it on an engine thread. Raises one of our errors; Cancelled within some seconds of `cancel`.
    """
    identity.check()
    network.check()
    _keep_quiet()
    source = _source(cloud, network, identity, _Asking(show_code, cancel or threading.Event(), claims))
    try:
        account, token = source.first()
    except BaseException:
        source.close()
        raise
    return SignedIn(cloud, network, account, source, datetime.fromtimestamp(token.expires_on, UTC))


def _left(token: AccessToken) -> timedelta:
    return timedelta(seconds=token.expires_on - datetime.now(UTC).timestamp())


@dataclass(frozen=True, slots=True)
class _Asking:
    """How a person is asked, and how to stop."""

    show_code: ShowCode | None
    cancel: threading.Event
    claims: str | None


class _Source:
    """Where tokens come from."""

    renews = True
    """Whether it gives a fresh token before the last one has expired."""
    how_to_renew: str | None = None
    """What gets a fresh one where it does not."""

    def __init__(self, cloud: Cloud) -> None:
        self.scope = cloud.resource_manager_scope

    def first(self) -> tuple[Account, AccessToken]:
        """Sign in and return who that was."""
        token = self.token((self.scope,), None)
        return account_of(token.token), token

    def token(self, scopes: tuple[str, ...], claims: str | None) -> AccessToken:
        raise NotImplementedError

    def close(self) -> None:
        """Forget everything."""


class _Given(_Source):
    """A token that somebody brought."""

    renews = False
    how_to_renew = "Bring a fresh one: az account get-access-token, or sign in another way."

    def __init__(self, cloud: Cloud, token: str) -> None:
        super().__init__(cloud)
        self._token = AccessToken(token, int(expiry_of(token).timestamp()))

    def token(self, scopes: tuple[str, ...], claims: str | None) -> AccessToken:  # noqa: ARG002 - there is no other
        if scopes != (self.scope,):
            raise SignInNeeded("The access token that was given is good for Azure Resource Manager alone.")
        if self._token.expires_on <= datetime.now(UTC).timestamp():
            raise SignInNeeded("The access token that was given has expired.")
        return self._token


class _Credential(_Source):
    """A credential of azure-identity."""

    def __init__(self, cloud: Cloud, credential: Any, transport: CloudTransport | None) -> None:
        super().__init__(cloud)
        self._credential = credential
        self._transport = transport

    def token(self, scopes: tuple[str, ...], claims: str | None) -> AccessToken:
        more = {"claims": claims} if claims else {}
        return _ours(lambda: self._credential.get_token(*scopes, **more))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _AzureCli(_Credential):
    """Azure CLI, which is signed in already and gives what it has in its own cache."""

    renews = False
    how_to_renew = "Sign in again with az login, or sign in another way."


class _Person(_Credential):
    """A person who enters a code; later tokens never ask again by themselves."""

    def __init__(self, cloud: Cloud, credential: Any, transport: CloudTransport, claims: str | None) -> None:
        super().__init__(cloud, credential, transport)
        self._claims = claims

    def first(self) -> tuple[Account, AccessToken]:
        more = {"claims": self._claims} if self._claims else {}
        record = _ours(lambda: self._credential.authenticate(scopes=[self.scope], **more))
        token = self.token((self.scope,), None)
        return account_of(token.token, name=record.username), token


def _source(cloud: Cloud, network: Network, identity: Identity, asking: _Asking) -> _Source:
    secret = identity.secret.reveal() if identity.secret else None
    if identity.method is Method.TOKEN:
        return _Given(cloud, (secret or "").strip())
    if identity.method is Method.CLI:
        return _AzureCli(cloud, AzureCliCredential(tenant_id=identity.tenant or ""), None)
    transport = CloudTransport(cloud, network, asking.cancel)
    common: dict[str, Any] = {
        "authority": cloud.authority,
        "transport": transport,
        # Else the public cloud would be asked about every other cloud's authority.
        "disable_instance_discovery": True,
        **RETRIES,
    }
    if identity.method is Method.DEVICE:

        def prompt(url: str, code: str, expires_at: datetime) -> None:
            if asking.show_code is not None:
                asking.show_code(DeviceCode(url, code, expires_at.astimezone(UTC)))

        credential = _ours(
            lambda: DeviceCodeCredential(
                client_id=identity.application or AZURE_CLI,
                tenant_id=identity.tenant or ANY_TENANT,
                prompt_callback=prompt,
                timeout=DEVICE_CODE_SECONDS,
                disable_automatic_authentication=True,
                **common,
            )
        )
        return _Person(cloud, credential, transport, asking.claims)
    tenant, application = identity.tenant or "", identity.application or ""
    if identity.method is Method.SECRET:
        return _Credential(
            cloud, _ours(lambda: ClientSecretCredential(tenant, application, secret or "", **common)), transport
        )
    path = str(identity.certificate)
    password = {"password": secret} if secret else {}
    return _Credential(
        cloud,
        _ours(lambda: CertificateCredential(tenant, application, certificate_path=path, **password, **common)),
        transport,
    )


def _ours(call: Callable[[], Any]) -> Any:
    """Call into azure-identity; whatever it raises becomes one of our errors."""
    try:
        return call()
    except AzureError:
        raise
    except Exception as error:  # the one place where azure-identity's errors get a meaning
        raise understood(error) from error


def _keep_quiet() -> None:
    """Keep Azure's packages off the terminal: what they say may hold more than is good, and draws over a screen."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
