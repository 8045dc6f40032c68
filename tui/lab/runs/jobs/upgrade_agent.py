"""The job of upgrading the connected machine agent, as `job-upgrade-agent` does it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from tui.cluster.system import ServiceStatus
from tui.lab.cluster_state import AGENT_SERVICES
from tui.lab.node_state import newest_agent, version_numbers
from tui.lab.runs.jobs.target import text_of
from tui.lab.runs.network import DOWNLOADS, reaches
from tui.lab.runs.runner import JobRun
from tui.lab.updates.install import replace_agent
from tui.lab.updates.installers import AGENT_PRODUCT, read_installer
from tui.lab.updates.node_files import file_at

_FIRST_WITH_UPGRADE = (1, 62)
_RESTART_CODES = frozenset({3010, 1641})
_NO_PACKAGE, _OTHER_VERSION, _NO_NETWORK = 1620, 1638, 26
"""`msiexec`: no package that can be opened, another version is there already. `azcmagent`: a network error."""
_UPGRADE_STAGES = 6
_LONGEST_SECONDS, _PAUSE_SECONDS = 300, 5
_ACTIVITY = "Upgrading the connected machine agent"


@dataclass(frozen=True, slots=True)
class _Way:
    """How the agent is upgraded."""

    msi: bool
    file: str
    sha256: str

    @property
    def name(self) -> str:
        return "msiexec" if self.msi else "azcmagent upgrade"


def upgrade_agent(run: JobRun) -> None:
    """Do the steps `check`, `upgrade` and `services`."""
    way = _way(run)
    run.step("check", "started", "Look at the agent that is installed")
    before = _check(run, way)
    run.step("check", "done", f"The agent is {before}")
    run.step("upgrade", "started", f"Install {way.file}" if way.msi else way.name)
    run.progress(1, _ACTIVITY, way.name, None)
    if way.msi:
        _confirm(run, way, "upgrade")
    run.stages("upgrading", _UPGRADE_STAGES)
    code, words = _install(run, way)
    restart = code in _RESTART_CODES
    succeeded = code == 0 or (way.msi and restart)
    told = {
        "Before": before,
        "After": _version(run),
        "ExitCode": code,
        "RestartNeeded": succeeded and restart,
        "Services": _services(run),
        "Log": _log(run, way),
    }
    if not succeeded:
        run.result(told)
        run.completed(1, _ACTIVITY)
        run.fail("upgrade", f"{way.name} ended with {code}. {words}".strip())
    run.step("upgrade", "done", f"{way.name} ended with {code}")
    run.step("services", "started", f"Wait for {', '.join(AGENT_SERVICES)}")
    services = _wait(run, None if way.msi else before)
    run.result({**told, "After": _version(run), "Services": services})
    if stopped := _stopped(services):
        run.fail(
            "services",
            f"After {_LONGEST_SECONDS} seconds these services of the agent do not run: {', '.join(stopped)}.",
        )
    run.step("services", "done", f"The agent is {_version(run)}")


def _way(run: JobRun) -> _Way:
    way, file, sha256 = (text_of(run, name).strip() for name in ("Way", "File", "Sha256"))
    if way not in {"azcmagent", "msi"}:
        run.stop("refused", f"Way is '{way}'; it has to be azcmagent or msi.")
    if way == "msi" and not (file and sha256):
        run.stop("refused", "With msi both File and Sha256 have to be given.")
    return _Way(way == "msi", file, sha256)


def _check(run: JobRun, way: _Way) -> str:
    """Return the version that is installed; the job is refused where it cannot be upgraded in this way."""
    before = _version(run)
    if before is None:
        run.fail("check", "No connected machine agent is installed on this node.", "refused")
    if way.msi:
        _confirm(run, way, "check")
    elif version_numbers(before) < _FIRST_WITH_UPGRADE:
        told = f"The agent is {before}: azcmagent upgrade comes with 1.62. Use an MSI file."
        run.fail("check", told, "refused")
    return before


def _confirm(run: JobRun, way: _Way, step: str) -> None:
    """Refuse a file that is not the one that was looked at before."""
    data = file_at(run.world.cluster.node(run.node), way.file)
    if data is None:
        run.fail(step, f"There is no file {way.file} on this node.", "refused")
    found = hashlib.sha256(data).hexdigest()
    if found != way.sha256.lower():
        told = f"The file {way.file} is not the one that was checked: its SHA-256 is {found}."
        run.fail(step, told, "refused")


def _install(run: JobRun, way: _Way) -> tuple[int, str]:
    """Put the new version in place unless that fails; return the exit code of the program, and its words."""
    fault = run.world.faults(run.node).get("agent-upgrade-exits")
    cluster = run.world.cluster
    node = cluster.node(run.node)
    if fault is not None and not (way.msi and fault in _RESTART_CODES):
        return int(fault), ""
    if not way.msi:
        if not reaches(run.world, run.node, DOWNLOADS):
            return _NO_NETWORK, f"{DOWNLOADS} cannot be reached."
        replace_agent(run.world, run.node, newest_agent(cluster.clock.now()))
        return 0, ""
    package = read_installer(way.file, file_at(node, way.file) or b"")
    if package.product is None or package.version is None:
        return _NO_PACKAGE, ""
    if package.product == AGENT_PRODUCT:
        have = _version(run)
        if have is not None and version_numbers(package.version) < version_numbers(have):
            return _OTHER_VERSION, ""
        replace_agent(run.world, run.node, package.version)
    if fault is not None:
        with cluster.locked():
            node.updates.renamed_files = True
    return int(fault or 0), ""


def _wait(run: JobRun, before: str | None) -> list[dict[str, Any]]:
    """Wait until the services run, and where a version is given until it is another one; return the services."""
    services: list[dict[str, Any]] = []
    for waited in range(0, _LONGEST_SECONDS + 1, _PAUSE_SECONDS):
        services = _services(run)
        stopped = _stopped(services)
        if not stopped and _version(run) != before:
            break
        status = f"Waiting for {', '.join(stopped)}" if stopped else f"Waiting for a version after {before}"
        run.progress(1, _ACTIVITY, status, 100 * waited // _LONGEST_SECONDS)
        run.glance("agent-services")
    run.completed(1, _ACTIVITY)
    return services


def _services(run: JobRun) -> list[dict[str, Any]]:
    cluster = run.world.cluster
    node = cluster.node(run.node)
    return [{"Name": name, "Status": str(cluster.service_status(node, name))} for name in AGENT_SERVICES]


def _stopped(services: list[dict[str, Any]]) -> list[str]:
    running = str(ServiceStatus.RUNNING)
    return [f"{service['Name']} ({service['Status']})" for service in services if service["Status"] != running]


def _version(run: JobRun) -> str | None:
    agent = run.world.cluster.node(run.node).agent
    return agent.version if agent else None


def _log(run: JobRun, way: _Way) -> str:
    if way.msi:
        return rf"C:\ProgramData\azsconfig\runs\{run.id}\agent-msiexec.log"
    return r"C:\ProgramData\AzureConnectedMachineAgent\Log\azcmagent.log"
