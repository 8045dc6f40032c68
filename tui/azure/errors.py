"""What can go wrong between us and Azure.

    AzureError                  message, remedy, kind, code, request_id, may_have_run
    +-- SignInError             nobody is signed in any more, or could not be
    |   +-- SignInNeeded        a person has to sign in (again): nothing less helps
    |   +-- SignInRefused       Microsoft Entra ID refused: secret, certificate, tenant, policy
    +-- Forbidden               signed in, but without the permission
    +-- NotFound                it does not exist
    +-- Conflict                it exists already, or stands in the way of itself
    +-- Throttled               too many requests
    +-- BadRequest              Azure says that the request itself is wrong
    +-- Unreachable             nobody answers at the address
    |   +-- TlsNotTrusted       the certificate is not one we trust
    |   +-- TimedOut            no answer in time
    +-- Unavailable             an error of Azure's own
    +-- Unreadable              what answered is not Azure, or says what nobody described
    +-- Cancelled               the caller stopped it
    +-- Misconfigured           what was asked for does not fit together; nothing was sent

Every one carries words for an administrator and what to do about it; `problem` is the same as a fact of the domain.
"""

# ruff: noqa: N818 - the names are what a caller reads in an except clause; that they are errors, the tree says

from typing import ClassVar

from tui.cluster.azure_resources import AzureProblem, AzureProblemKind


class AzureError(Exception):
    """Something that failed on the way to, or in, Azure."""

    kind: ClassVar[AzureProblemKind] = AzureProblemKind.UNAVAILABLE
    """What a caller tells apart."""
    default_remedy: ClassVar[str] = "Try again; if it stays, look at Azure's status page."
    """What to do when the place that raised it knows nothing better."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None = None,
        code: str | None = None,
        request_id: str | None = None,
        may_have_run: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        """What happened, in words for an administrator."""
        self.remedy = remedy or self.default_remedy
        """What to do about it."""
        self.code = code
        """Azure's own code: `AuthorizationFailed`, `AADSTS50076`."""
        self.request_id = request_id
        """What Microsoft's support finds the request by."""
        self.may_have_run = may_have_run
        """Whether Azure may have acted on the request although no answer came."""

    @property
    def problem(self) -> AzureProblem:
        """The same, as the domain keeps it in place of a fact."""
        return AzureProblem(self.kind, self.message, self.remedy, self.code, self.request_id)


class SignInError(AzureError):
    """Nobody is signed in any more, or could not be."""

    kind = AzureProblemKind.REFUSED
    default_remedy = "Sign in again."


class SignInNeeded(SignInError):
    """A person has to sign in: for the first time, again, or more strongly."""

    kind = AzureProblemKind.SIGN_IN_NEEDED
    default_remedy = "Sign in (again): 11) Azure access in the menu, or a command with --auth."

    def __init__(
        self, message: str, *, claims: str | None = None, code: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.claims = claims
        """What Microsoft Entra ID wants the next sign-in to prove, as it came."""


class SignInRefused(SignInError):
    """Microsoft Entra ID refused."""

    kind = AzureProblemKind.REFUSED


class Forbidden(AzureError):
    """Signed in, but without the permission."""

    kind = AzureProblemKind.FORBIDDEN
    default_remedy = "Have the role assigned that it needs, wait a few minutes and sign in again."


class NotFound(AzureError):
    """It does not exist."""

    kind = AzureProblemKind.NOT_FOUND
    default_remedy = "Check its name, its group, and the subscription that is signed in to."


class Conflict(AzureError):
    """It exists already, or stands in the way of itself."""

    kind = AzureProblemKind.CONFLICT
    default_remedy = "Wait until the other operation has ended, or choose another name."


class Throttled(AzureError):
    """Too many requests."""

    kind = AzureProblemKind.THROTTLED
    default_remedy = "Wait some minutes, then try again."


class BadRequest(AzureError):
    """Azure says that the request itself is wrong."""

    kind = AzureProblemKind.BAD_REQUEST
    default_remedy = "Read what Azure says of it; the log has the request's id."


class Unreachable(AzureError):
    """Nobody answers at the address."""

    kind = AzureProblemKind.UNREACHABLE
    default_remedy = "Check name resolution, the firewall and the proxy of this machine."


class TlsNotTrusted(Unreachable):
    """The certificate is not one we trust."""

    kind = AzureProblemKind.TLS_NOT_TRUSTED
    default_remedy = (
        "A proxy that inspects TLS shows a certificate of its own: put its authority into the system's store, or name "
        "its PEM file as ca_file in the configuration's azure table."
    )


class TimedOut(Unreachable):
    """No answer in time."""

    kind = AzureProblemKind.TIMED_OUT


class Unavailable(AzureError):
    """An error of Azure's own."""


class Unreadable(AzureError):
    """What answered is not Azure, or says what nobody described."""

    kind = AzureProblemKind.UNREADABLE
    default_remedy = "A proxy or a sign-in page of the network may have answered instead: check the way out."


class Cancelled(AzureError):
    """The caller stopped it."""

    kind = AzureProblemKind.CANCELLED
    default_remedy = "Nothing is needed; ask again when you want it."


class Misconfigured(AzureError):
    """What was asked for does not fit together; nothing was sent."""

    kind = AzureProblemKind.CONFIGURATION
    default_remedy = "Correct the configuration or the command."
