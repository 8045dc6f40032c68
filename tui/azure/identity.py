"""Who is to sign in to Azure, and how."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from tui.azure.errors import Misconfigured
from tui.secret import Secret

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""Public client of Azure CLI: what a device code is asked for unless an application of one's own is named."""


class Method(StrEnum):
    """Ways to sign in, as `--auth` spells them."""

    DEVICE = "device"
    SECRET = "secret"  # noqa: S105 - the name of a way, no secret
    CERTIFICATE = "certificate"
    TOKEN = "token"  # noqa: S105 - the name of a way, no token
    CLI = "cli"


NEED_SECRET = frozenset({Method.SECRET, Method.TOKEN})
"""Ways that are none without a secret; a certificate may have a password."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is to sign in, and what proves it."""

    method: Method = Method.DEVICE
    """How."""
    tenant: str | None = None
    """Tenant's id or domain name; a person's own where none is named."""
    application: str | None = None
    """Application (client) id: of the service principal, or of the public client that asks for device codes."""
    secret: Secret | None = None
    """The application's secret, the certificate's password, or the access token."""
    certificate: Path | None = None
    """PEM or PFX file with the certificate and its private key."""

    @property
    def complete(self) -> bool:
        """Whether there is a secret where this way needs one."""
        return bool(self.secret) or self.method not in NEED_SECRET

    def check(self) -> None:
        """Raise Misconfigured when something is missing; nothing is sent."""
        if self.method in {Method.SECRET, Method.CERTIFICATE}:
            if not self.tenant:
                raise Misconfigured("A service principal signs in to a tenant.", remedy="Name it with --tenant.")
            if not self.application:
                message = "A service principal signs in with its application's id."
                raise Misconfigured(
                    message, remedy="Name it with --application, or in the configuration's azure table."
                )
        if self.method is Method.CERTIFICATE and self.certificate is None:
            message = "No certificate was named to sign in with."
            remedy = "Name its file with --certificate, or as certificate_file in the configuration's azure table."
            raise Misconfigured(message, remedy=remedy)
        if not self.complete:
            what = "secret of the application" if self.method is Method.SECRET else "access token"
            remedy = "Give it with --secrets-stdin, or under 11) Azure access in the menu."
            raise Misconfigured(f"There is no {what} to sign in with.", remedy=remedy)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person enters to sign in."""

    url: str
    """Where to enter it."""
    code: str
    """What to enter."""
    expires_at: datetime
    """Until when it is good, UTC."""


class AccountKind(StrEnum):
    """Who signed in."""

    USER = "user"
    SERVICE_PRINCIPAL = "service principal"


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in."""

    name: str
    """A user's principal name, or an application's id: what `-AccountId` takes."""
    kind: AccountKind
    """What it is."""
    tenant: str | None
    """Id of the tenant."""
    object_id: str | None
    """Id in that tenant: what role assignments name."""
