"""Calls that a cmdlet makes to Azure in the name of the access token it was given."""

from tui.lab.azure.tokens import InvalidTokenError, Principal
from tui.lab.runs.blocked import is_blocked
from tui.lab.runs.jobs.cmdlet import CmdletFailedError
from tui.lab.runs.runner import JobRun

LOGIN_HOST = "login.microsoftonline.com"
"""Where one signs in."""
ARM_HOST = "management.azure.com"
"""Where Azure Resource Manager is."""


class AzureCalls:
    """Azure as one call of a cmdlet sees it: the token is looked at again whenever it is used."""

    def __init__(self, run: JobRun) -> None:
        self._run = run

    def sign_in(self) -> Principal:
        """Return whose the token is; raises `CmdletFailedError` for none, a wrong one or one that has expired."""
        faults = self._run.world.faults(self._run.node)
        for host in (LOGIN_HOST, ARM_HOST):
            if is_blocked(faults, host):
                raise CmdletFailedError(f"No such host is known. ({host}:443)", listed=False)
        token = self._run.secrets.get("ArmAccessToken")
        if not token or not self._run.parameters.get("AccountId"):
            raise CmdletFailedError(
                "Cannot prompt for a device code because the session is not interactive.", listed=False
            )
        try:
            return self._run.world.azure.principal(token)
        except InvalidTokenError as error:
            raise CmdletFailedError(f"{error.code}: {error.message}", listed=False) from error

    def may(self, action: str, scope: str) -> bool:
        """Whether the token's owner may do something at a scope; raises as `sign_in` does."""
        return self._run.world.azure.may(self.sign_in(), action, scope)

    def demand(self, action: str, scope: str) -> None:
        """Do something at a scope, or fail as Azure Resource Manager refuses it."""
        principal = self.sign_in()
        if not self._run.world.azure.may(principal, action, scope):
            raise CmdletFailedError(
                f"AuthorizationFailed: The client '{principal.name}' with object id '{principal.object_id}' does not "
                f"have authorization to perform action '{action}' over scope '{scope}'.",
                listed=False,
            )
