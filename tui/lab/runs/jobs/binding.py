"""Whether a version of the module takes the parameters that the job passes on."""

from collections.abc import Iterable
from typing import NoReturn

from tui.lab.runs.jobs.module_versions import register_parameters, unregister_parameters, version_of
from tui.lab.runs.runner import JobRun

_OWN = {"Mode", "Peers", "InstallModules", "ModuleSource", "CredentialUser", "ArcSpnApplicationId", "ArcOnly"}
"""Parameters of the job that the cmdlet never sees under this name."""


def bind_register(run: JobRun) -> None:
    """Bind the parameters of `Register-AzStackHCI`, or end the job as PowerShell refuses them."""
    version = _version(run, "Register-AzStackHCI")
    given = _given(run)
    if "ArcSpnApplicationId" in run.parameters:
        given.add("ArcSpnCredential")
    if run.parameters.get("Mode") == "Repair":
        given.add("RepairRegistration")
    _bind(run, given, register_parameters(version))
    if "Region" not in given and version_of(version) >= (1, 4, 0):
        _stop(
            run,
            "Cannot process command because of one or more missing mandatory parameters: Region.",
            "MissingMandatoryParameter",
        )
    if "SubscriptionId" not in given:
        _stop(
            run,
            "Cannot process command because of one or more missing mandatory parameters: SubscriptionId.",
            "MissingMandatoryParameter",
        )


def bind_unregister(run: JobRun) -> None:
    """Bind the parameters of `Unregister-AzStackHCI`, or end the job as PowerShell refuses them."""
    version = _version(run, "Unregister-AzStackHCI")
    _bind(run, _given(run), unregister_parameters(version))


def _given(run: JobRun) -> set[str]:
    return {name for name, value in run.parameters.items() if value is not None and name not in _OWN}


def _version(run: JobRun, cmdlet: str) -> str:
    version = run.world.cluster.node(run.node).modules.get("Az.StackHCI")
    if version is None:
        _stop(
            run,
            f"The term '{cmdlet}' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program.",
            "CommandNotFoundException",
        )
    return version


def _bind(run: JobRun, given: Iterable[str], known: tuple[str, ...]) -> None:
    folded = {name.lower() for name in known}
    for name in sorted(given):
        if name.lower() not in folded:
            _stop(run, f"A parameter cannot be found that matches parameter name '{name}'.", "NamedParameterNotFound")


def _stop(run: JobRun, message: str, fqid: str) -> NoReturn:
    run.error(message, category="InvalidArgument", fqid=fqid)
    run.step("cmdlet", "failed", message)
    run.stop("failed", message)
