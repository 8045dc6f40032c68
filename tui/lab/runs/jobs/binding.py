"""Whether a version of the module takes the parameters that the job passes on."""

from collections.abc import Iterable
from typing import NoReturn

from tui.lab.node_state import version_numbers
from tui.lab.runs.jobs.module_versions import register_parameters, unregister_parameters, used_version
from tui.lab.runs.runner import JobRun

_OWN = {"Mode", "Peers", "InstallModules", "ModuleSource", "CredentialUser", "ArcSpnApplicationId", "ModuleVersion"}
"""Parameters of the job that the cmdlet never sees under this name."""


def bind_register(run: JobRun) -> str:
    """Bind the parameters of `Register-AzStackHCI`, or end the job as PowerShell refuses them.

    Returns the version of the module.
    """
    version = _version(run, "Register-AzStackHCI")
    given = _given(run)
    if run.parameters.get("ArcSpnApplicationId"):
        given.add("ArcSpnCredential")
    if run.parameters.get("Mode") == "Repair":
        given.add("RepairRegistration")
    _bind(run, given, register_parameters(version))
    mandatory = ["SubscriptionId", *(["Region"] if version_numbers(version) >= (2, 0, 0) else [])]
    lacking = [name for name in mandatory if name not in given]
    if lacking:
        words = f"Cannot process command because of one or more missing mandatory parameters: {' '.join(lacking)}."
        _stop(run, words, "MissingMandatoryParameter")
    if "Region" not in given and version_numbers(version) >= (1, 4, 0):
        _stop(
            run, "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.", "ReadPrompt"
        )
    return version


def bind_unregister(run: JobRun) -> str:
    """Bind the parameters of `Unregister-AzStackHCI` as `bind_register` does."""
    version = _version(run, "Unregister-AzStackHCI")
    given = _given(run)
    if "ArcOnly" in given:
        given = (given - {"ArcOnly"}) | {"DisableOnlyAzureArcServer"}
    _bind(run, given, unregister_parameters(version))
    return version


def _given(run: JobRun) -> set[str]:
    return {name for name, value in run.parameters.items() if value is not None and name not in _OWN}


def _version(run: JobRun, cmdlet: str) -> str:
    version = used_version(run)
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
