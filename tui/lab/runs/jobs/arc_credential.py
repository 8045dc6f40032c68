"""With what nodes are Arc-enabled, and whether it may: an application of the user's, or the cluster's own identity."""

from tui.lab.node_state import version_numbers
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import Cmdlet
from tui.lab.runs.jobs.target import Target, text_of

_ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/write"
_WITHOUT_PROVIDER_ROLE = (1, 4, 1)
"""Last version that gives the resource provider no role of its own."""


def credential_problem(cmdlet: Cmdlet, azure: AzureCalls, target: Target) -> str | None:
    """Return the cmdlet's `ErrorDetail` where permissions are missing, else `None`."""
    may_assign = azure.may(_ROLE_ASSIGNMENTS, target.arc_scope)
    application = text_of(cmdlet.run, "ArcSpnApplicationId")
    if application:
        if not _has_roles(cmdlet, application, target):
            cmdlet.host_error(
                f"The application {application} needs the roles Azure Connected Machine Onboarding and Azure Connected "
                f"Machine Resource Administrator on {target.arc_scope}."
            )
            return _gave_up(cmdlet, "ArcPermissionsMissing")
        if not may_assign and version_numbers(cmdlet.version) > _WITHOUT_PROVIDER_ROLE:
            cmdlet.host_error("Failed to assign Azure Connected Machine Resource Manager to the resource provider.")
            cmdlet.event(9132, f"Failed to assign a role to the resource provider on {target.arc_scope}.")
            return _gave_up(cmdlet, "ArcFailed")
        return None
    if not may_assign:
        cmdlet.host_error(
            "The signed-in account must be an Owner or User Access Administrator of the Arc resource group."
        )
        return _gave_up(cmdlet, "ArcPermissionsMissing")
    return None


def agent_signs_in(cmdlet: Cmdlet) -> bool:
    """Whether agents get in with what they are given: the secret of the user's application may be wrong."""
    application = text_of(cmdlet.run, "ArcSpnApplicationId")
    secret = cmdlet.run.secrets.get("ArcSpnSecret", "")
    return not application or cmdlet.run.world.azure.signs_in(application, secret)


def _has_roles(cmdlet: Cmdlet, application: str, target: Target) -> bool:
    """Whether an application may onboard machines; one that nobody knows is not checked, as by the cmdlet."""
    allowed = cmdlet.run.world.azure.application_may(
        application, "Microsoft.HybridCompute/machines/write", target.arc_scope
    )
    return allowed is not False


def _gave_up(cmdlet: Cmdlet, problem: str) -> str:
    cmdlet.event(9006, f"Azure Arc for servers registration gave up: {problem}.")
    return problem
