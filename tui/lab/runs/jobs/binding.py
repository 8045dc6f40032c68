"""Whether a version of the module takes the parameters that the job passes on."""

from collections.abc import Iterable
from typing import NoReturn

from tui.lab.node_state import version_numbers
from tui.lab.runs.jobs.module_versions import STACK_HCI, register_parameters, unregister_parameters, used_version
from tui.lab.runs.runner import JobRun

_OWN = {"Mode", "Peers", "InstallModules", "ModuleSource", "CredentialUser", "ArcSpnApplicationId"}
"""Parameters of the job that the cmdlet never sees under this name."""


def check_given(run: JobRun, cmdlet: str) -> None:
    """Refuse a job that lacks what the cmdlet would ask somebody for, or the secret of a name it is given."""
    for name, found in (
        ("AccountId", run.parameters.get("AccountId")),
        ("ArmAccessToken", run.secrets.get("ArmAccessToken")),
    ):
        if not found:
            run.stop("refused", f"{cmdlet} needs -{name}, which was not given.")
    for user, secret in (("ArcSpnApplicationId", "ArcSpnSecret"), ("CredentialUser", "CredentialPassword")):
        if run.parameters.get(user) and not run.secrets.get(secret):
            run.stop("refused", f"{user} is given, and the secret {secret} that belongs to it is not.")


def bind_register(run: JobRun) -> str:
    """Return the version of the module whose `Register-AzStackHCI` takes what is given, or refuse the job."""
    version = _version(run)
    given = _given(run)
    if run.parameters.get("ArcSpnApplicationId"):
        given.add("ArcSpnCredential")
    if run.parameters.get("Mode") == "Repair":
        given.add("RepairRegistration")
    _bind(run, given, register_parameters(version), f"Register-AzStackHCI of Az.StackHCI {version}")
    for name in ("SubscriptionId", *(("Region",) if version_numbers(version) >= (2, 0, 0) else ())):
        if name not in given:
            _refuse(run, f"Register-AzStackHCI of Az.StackHCI {version} needs -{name}, which was not given.")
    return version


def bind_unregister(run: JobRun) -> str:
    """Return the version of the module whose `Unregister-AzStackHCI` takes what is given, or refuse the job."""
    version = _version(run)
    given = _given(run)
    if "ArcOnly" in given:
        given = (given - {"ArcOnly"}) | {"DisableOnlyAzureArcServer"}
    _bind(run, given, unregister_parameters(version), f"Unregister-AzStackHCI of Az.StackHCI {version}")
    return version


def _given(run: JobRun) -> set[str]:
    return {name for name, value in run.parameters.items() if value not in (None, "", False) and name not in _OWN}


def _version(run: JobRun) -> str:
    if not run.world.cluster.node(run.node).module_versions(STACK_HCI):
        _refuse(run, f"{STACK_HCI} is not installed on this node for all users: have it installed first.")
    version = used_version(run)
    if version is None:
        _refuse(run, f"{STACK_HCI} could not be loaded: the version that is wanted is not there.")
    return version


def _bind(run: JobRun, given: Iterable[str], known: tuple[str, ...], told: str) -> None:
    folded = {name.lower() for name in known}
    for name in sorted(given):
        if name.lower() not in folded:
            _refuse(run, f"{told} has no -{name}.")


def _refuse(run: JobRun, message: str) -> NoReturn:
    run.step("cmdlet", "failed", message)
    run.stop("refused", message)
