"""Second step of a registration: modules that the node lacks."""

import re
from typing import Any, cast

from tui.lab.runs.jobs.module_versions import NEWEST
from tui.lab.runs.network import GALLERY, reaches
from tui.lab.runs.runner import JobRun

_FOLDER = re.compile(r"[A-Za-z]:\\|\\\\[^\\]")


def install_modules(run: JobRun) -> None:
    """Do the step `install-modules`: from the gallery, or from a folder by its absolute path."""
    wanted = cast("list[dict[str, Any]]", run.parameters.get("InstallModules") or [])
    if not wanted:
        run.step("install-modules", "skipped", "The modules that are needed are there")
        return
    source = str(run.parameters.get("ModuleSource") or "gallery")
    place = "the PowerShell Gallery" if source == "gallery" else source
    run.step("install-modules", "started", f"Install PowerShell modules from {place}")
    done = [_install(run, str(module.get("Name")), module.get("Version"), source, place) for module in wanted]
    run.step("install-modules", "done", ", ".join(done))


def _install(run: JobRun, name: str, version: str | None, source: str, place: str) -> str:
    """Install one module, unless the version that is wanted is there; return what was done in words."""
    cluster = run.world.cluster
    if version is not None and version in cluster.node(run.node).module_versions(name):
        return f"{name} {version} is there"
    reason = None
    if source == "gallery" and not reaches(run.world, run.node, GALLERY):
        reason = f"Unable to resolve package source 'https://{GALLERY}/api/v2'."
    elif source != "gallery" and not _FOLDER.match(source):
        reason = f"The folder {source} cannot be read."
    elif name not in NEWEST:
        reason = f"No match was found for the specified search criteria and module name '{name}'."
    if reason is not None:
        message = f"{name} could not be installed from {place}: {reason}"
        run.step("install-modules", "failed", message)
        run.stop("failed", message)
    run.stage(f"install-{name}")
    version = version or NEWEST[name]
    with cluster.locked():
        cluster.node(run.node).install_module(name, version)
    return f"{name} {version} installed"
