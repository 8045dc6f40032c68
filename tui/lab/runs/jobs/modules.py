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
        run.step("install-modules", "skipped")
        return
    source = str(run.parameters.get("ModuleSource") or "gallery")
    run.step("install-modules", "started", f"Install PowerShell modules from {source}")
    if source == "gallery" and not reaches(run.world, run.node, GALLERY):
        _fail(run, f"Unable to resolve package source 'https://{GALLERY}/api/v2'.")
    if source != "gallery" and not _FOLDER.match(source):
        _fail(run, f"Cannot find path '{source}' because it does not exist.")
    cluster = run.world.cluster
    for module in wanted:
        name = str(module.get("Name"))
        if name not in NEWEST:
            _fail(run, f"No match was found for the specified search criteria and module name '{name}'.")
        run.stage(f"install-{name}")
        version = str(module.get("Version") or NEWEST[name])
        with cluster.locked():
            cluster.node(run.node).install_module(name, version)
        run.output(f"{name} {version}", "host")
    run.step("install-modules", "done")


def _fail(run: JobRun, message: str) -> None:
    run.error(message, category="ObjectNotFound", fqid="NoMatchFoundForCriteria")
    run.step("install-modules", "failed", message)
    run.stop("failed", message)
