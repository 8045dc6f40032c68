"""Calls that a cmdlet makes to Azure in the name of the access token it was given."""

from tui.lab.azure.tokens import InvalidTokenError, Principal
from tui.lab.runs.jobs.cmdlet import CmdletFailedError
from tui.lab.runs.network import LOGIN, RESOURCE_MANAGER, reaches
from tui.lab.runs.runner import JobRun

CLOUD = "AzureCloud"
"""Cloud that the simulated Azure stands for."""


class AzureCalls:
    """Azure as one call of a cmdlet sees it: the token is looked at again whenever it is used."""

    def __init__(self, run: JobRun) -> None:
        self._run = run

    def sign_in(self) -> Principal:
        """Return whose the token is; raises `CmdletFailedError` for a wrong one or one that has expired."""
        for host in (LOGIN, RESOURCE_MANAGER):
            if not reaches(self._run.world, self._run.node, host):
                raise CmdletFailedError(f"No such host is known. ({host}:443)", listed=False)
        try:
            return self._run.world.azure.principal(self._run.secrets["ArmAccessToken"])
        except InvalidTokenError as error:
            raise CmdletFailedError(f"{error.code}: {error.message}", listed=False) from error

    def may(self, action: str, scope: str) -> bool:
        """Whether the token's owner may do something at a scope; raises as `sign_in` does.

        In another cloud than the lab's there is nothing of it.
        """
        principal = self.sign_in()
        trouble = self._run.world.azure.trouble(scope)
        if trouble is not None:
            raise CmdletFailedError(trouble, listed=False)
        here = str(self._run.parameters.get("EnvironmentName") or CLOUD) == CLOUD
        return here and self._run.world.azure.may(principal, action, scope)

    def demand(self, action: str, scope: str) -> None:
        """Do something at a scope, or fail as Azure Resource Manager refuses it."""
        if not self.may(action, scope):
            principal = self.sign_in()
            raise CmdletFailedError(
                f"AuthorizationFailed: The client '{principal.name}' with object id '{principal.object_id}' does not "
                f"have authorization to perform action '{action}' over scope '{scope}'.",
                listed=False,
            )
        forbidden = self.locked(action, scope)
        if forbidden:
            raise CmdletFailedError(forbidden, listed=False)

    def locked(self, action: str, scope: str) -> str | None:
        """Return why a lock forbids something at a scope, as Azure Resource Manager says it."""
        cluster = self._run.world.cluster
        with cluster.locked():
            said = cluster.azure.locked(scope, deleting=action.endswith("/delete"))
        return f"ScopeLocked: {said}" if said and not action.endswith("/read") else None
