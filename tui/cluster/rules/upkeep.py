"""Build, restart, services and modules of one node."""

from collections.abc import Iterator
from datetime import timedelta

from tui.cluster.agent_version import parse_version
from tui.cluster.builds import BUILD_20H2, MINIMUM_REVISION_OF_20H2, UNREAD, Support
from tui.cluster.durations import age_text
from tui.cluster.findings import Finding, Level
from tui.cluster.registration import ConnectionStatus
from tui.cluster.rules.views import NodeView
from tui.cluster.system import Service, ServiceStatus

WARM_UP = timedelta(minutes=30)
"""After a restart no sync for so long: an incomplete census removes the node's Arc resource. Microsoft says only that a
warm-up is needed (troubleshoot-hci-registration); the length is our own choice."""
MINIMUM_MODULES = {"Az.Accounts": "2.11.2", "Az.Resources": "6.2.0", "Az.StackHCI": "1.4.2"}
"""What Register-AzStackHCI 2.x checks, and the first Az.StackHCI without the `ErrorDetail` error."""
_MUST_RUN = {"hcisvc"}
_AGENT_SERVICES = {"himds", "gcarcservice", "extensionservice"}


def build_findings(view: NodeView) -> Iterator[Finding]:
    """Yield what the build forbids or Microsoft no longer supports."""
    offer = view.offer
    if offer.support is Support.REFUSED:
        yield view.finding("build-refused", Level.ATTENTION, offer.reason or "", offer.instead or "")
    elif offer.support is Support.CAUTIOUS and offer != UNREAD:
        remedy = "Look twice before every change; azsconfig knows 20H2, 21H2 and 22H2."
        yield view.finding("build-unknown", Level.ATTENTION, offer.reason or "", remedy)
    elif offer.end_of_support and not offer.supported_on(view.our_now.date()):
        at_latest = "" if offer.release == "22H2" else " at the latest"
        message = f"{offer.release} has been out of support since {offer.end_of_support.isoformat()}{at_latest}"
        yield view.finding("end-of-support", Level.HEALTHY, message, "Plan the upgrade to a current Azure Local.")
    system = view.system
    if (
        system
        and system.build == BUILD_20H2
        and (system.revision or MINIMUM_REVISION_OF_20H2) < (MINIMUM_REVISION_OF_20H2)
    ):
        message = f"{BUILD_20H2}.{system.revision} is too old to register"
        yield view.finding("build-too-old", Level.ATTENTION, message, "Choose 6) Install updates first.")


def system_findings(view: NodeView) -> Iterator[Finding]:
    """Yield a restart so recent that a sync would do harm, and a PowerShell without elevation."""
    system = view.system
    if system is None:
        return
    if system.boot_time is not None and timedelta() <= view.now - system.boot_time < WARM_UP:
        ago = age_text(view.now - system.boot_time)
        until = WARM_UP - (view.now - system.boot_time)
        minutes = -(-until // timedelta(minutes=1))
        remedy = f"Do not choose 8) Sync with Azure for another {minutes} minutes: Arc resources could be removed."
        yield view.finding("restarted", Level.ATTENTION, f"restarted {ago}: do not sync yet", remedy)
    if system.elevated is False:
        remedy = "Start azsconfig as administrator, or name an administrator with --user."
        yield view.finding("not-elevated", Level.ATTENTION, "PowerShell runs there without elevation", remedy)


def service_findings(view: NodeView) -> Iterator[Finding]:
    """Yield the services that should run and do not."""
    for service in view.services or ():
        name = service.name.casefold()
        if not service.present:
            expected = name in _MUST_RUN and view.registration is not None and view.registration.available
            if expected:
                message = f"service {service.name} is missing"
                yield view.finding("service-missing", Level.UNHEALTHY, message, "Choose 12) Troubleshoot.")
        elif service.status is not None and service.status != ServiceStatus.RUNNING and _should_run(view, service):
            level = Level.UNHEALTHY if name in _MUST_RUN else Level.ATTENTION
            remedy = f"Start it: Start-Service {service.name}. If it stops again, 12) Troubleshoot."
            yield view.finding("service-stopped", level, f"service {service.name} is {service.status}", remedy)


def module_findings(view: NodeView) -> Iterator[Finding]:
    """Yield modules that are missing or too old: a note while registration needs nothing."""
    if view.modules is None or not view.offer.changes:
        return
    level = Level.HEALTHY if _settled(view) else Level.ATTENTION
    versions = {module.name.casefold(): module.version for module in view.modules}
    wrong = [problem for name, minimum in MINIMUM_MODULES.items() if (problem := _module(versions, name, minimum))]
    if wrong:
        wanted = ", ".join(f"{name} {minimum}" for name, minimum in MINIMUM_MODULES.items())
        remedy = f"Install-Module on this node before 3) or 4): at least {wanted}."
        yield view.finding("modules", level, "modules: " + ", ".join(wrong), remedy)


def _module(versions: dict[str, str | None], name: str, minimum: str) -> str | None:
    """Return what is wrong with a module; a version nobody can read is not held against it."""
    if name.casefold() not in versions:
        return None
    installed = versions[name.casefold()]
    if installed is None:
        return f"{name} missing"
    version = parse_version(installed)
    return f"{name} {installed} too old" if version.known and version < parse_version(minimum) else None


def _settled(view: NodeView) -> bool:
    """Whether the next step is not one that needs the modules."""
    return (
        view.registered
        and view.registration is not None
        and (view.registration.connection_status == ConnectionStatus.CONNECTED)
    )


def _should_run(view: NodeView, service: Service) -> bool:
    name = service.name.casefold()
    start = (service.start_type or "").casefold()
    if name in _MUST_RUN:
        return view.registration is None or view.registration.available
    if name in _AGENT_SERVICES:
        return start != "disabled" and (view.agent is None or view.agent.installed)
    return start.startswith("auto")
