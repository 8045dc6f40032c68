"""What Azure says to the cmdlets of a run: whose a token is, and what he may do."""

from dataclasses import dataclass

from tui.lab.azure.directory import Directory
from tui.lab.azure.faults import AzureFaults
from tui.lab.azure.roles import Roles
from tui.lab.azure.tokens import Principal, Tokens


@dataclass(frozen=True, slots=True)
class AzureGate:
    """The simulated Azure as cmdlets on nodes meet it. Safe to use from any thread."""

    tokens: Tokens
    """Who knows a token."""
    roles: Roles
    """Who may do what."""
    directory: Directory
    """Users and applications."""
    audience: str
    """What tokens for Azure Resource Manager are for."""
    faults: AzureFaults | None = None
    """What goes wrong there on demand."""

    def trouble(self, scope: str) -> str | None:
        """Return what goes wrong with a request at a scope, in the cmdlet's words; `None` for nothing."""
        return self.faults.strike_cmdlet(scope) if self.faults is not None else None

    def principal(self, token: str) -> Principal:
        """Return whose an access token is; raises `InvalidTokenError`, for one that has expired too."""
        return self.tokens.verify(token, self.audience)

    def may(self, principal: Principal, action: str, scope: str) -> bool:
        """Whether somebody may do something at a scope."""
        return self.roles.allowed(principal.object_id, action, scope)

    def application_may(self, app_id: str, action: str, scope: str) -> bool | None:
        """Whether an application may do something at a scope; `None` for one that the tenant does not have."""
        found = self.directory.application(app_id)
        return None if found is None else self.roles.allowed(found.object_id, action, scope)

    def signs_in(self, app_id: str, secret: str) -> bool:
        """Whether an application signs in with a secret."""
        found = self.directory.application(app_id)
        return found is not None and self.directory.secret_fault(found, secret) is None
