"""The job of a registration, a repair and enabling Arc: `Register-AzStackHCI` with what it leaves behind."""

from typing import Any, cast

from tui.lab.cluster_state import TENANT_ID
from tui.lab.runs.jobs.arc_enablement import enable_arc
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.binding import bind_register, check_given
from tui.lab.runs.jobs.cmdlet import LOG_FOLDER, Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.evidence import complete
from tui.lab.runs.jobs.identity import reach_peers
from tui.lab.runs.jobs.modules import install_modules
from tui.lab.runs.jobs.node_certificates import adopt_certificates, check_thumbprint, make_certificates
from tui.lab.runs.jobs.register_checks import check_before_sign_in, check_elsewhere, check_resource
from tui.lab.runs.jobs.register_effects import create_cluster, create_group, register_nodes, register_provider
from tui.lab.runs.jobs.target import Target, known_registration, target_of, text_of
from tui.lab.runs.runner import JobRun

_MODES = ("Register", "Repair", "EnableArc")
_ACTIVITY = "Registering Azure Stack HCI with Azure..."
_REGISTERED = (
    "Azure Stack HCI is successfully registered. An Azure resource representing Azure Stack HCI has been created in "
    "your Azure subscription to enable an Azure-consistent monitoring, billing, and support experience."
)


def register(run: JobRun) -> None:
    """Do the steps `identity`, `install-modules`, `cmdlet` and `evidence`."""
    mode = text_of(run, "Mode")
    if mode not in _MODES:
        run.stop("refused", f"Mode is '{mode}'; it has to be one of {', '.join(_MODES)}.")
    check_given(run, "Register-AzStackHCI")
    reach_peers(run)
    install_modules(run)
    run.step("cmdlet", "started", "Register-AzStackHCI")
    version = bind_register(run)
    folder = text_of(run, "LogsDirectory") or LOG_FOLDER
    cmdlet = Cmdlet(run, "Register-AzStackHCI", version, _ACTIVITY, "RegisterHCI", folder)
    complete(cmdlet, _call(cmdlet))


def _call(cmdlet: Cmdlet) -> str | None:
    """Call the cmdlet; return what it claims, `None` where it claims nothing."""
    cmdlet.begin()
    try:
        target = _register(cmdlet)
        problem = enable_arc(cmdlet, target)
    except CmdletFailedError as error:
        return cmdlet.failed(error, 9114)
    # The details praise the registration even where Arc failed.
    claimed = "Success" if problem is None else "RegisterSucceededButArcFailed"
    cmdlet.properties |= {"Result": claimed} if problem is None else {"ErrorDetail": problem, "Result": claimed}
    cmdlet.properties |= {
        "AzurePortalResourceURL": target.portal_url,
        "AzureResourceId": target.resource_id,
        "Details": _REGISTERED,
    }
    cmdlet.event(9004, "; ".join(f"{name}: {value}" for name, value in cmdlet.properties.items()))
    cmdlet.write_list()
    return claimed


def _register(cmdlet: Cmdlet) -> Target:
    """Do everything before Arc; a cluster that is registered already is left as it is, unless it is to be repaired."""
    run, azure = cmdlet.run, AzureCalls(cmdlet.run)
    recorded = known_registration(run.world.cluster, run.node)
    target = target_of(run, text_of(run, "TenantId") or TENANT_ID, recorded)
    cmdlet.event(9001, f"Registration of {target.resource_id} started.")
    cmdlet.bar(1, "Checking that the required modules are installed.", "modules")
    cmdlet.check_modules()
    cmdlet.bar(2, "Checking whether the cluster is already registered.", "state")
    check_before_sign_in(cmdlet, target, recorded)
    cmdlet.bar(4, "Checking that RSAT-Clustering-PowerShell is installed.", "rsat")
    cmdlet.bar(8, "Validating cmdlet parameters.", "parameters")
    check_thumbprint(run)
    cmdlet.bar(10, "Importing Az.Resources.", "import")
    cmdlet.bar(30, "Logging in to Azure.", "login")
    azure.demand("Microsoft.Resources/subscriptions/read", target.subscription_scope)
    check_elsewhere(run.world.cluster, target)
    check_resource(azure, run.world.cluster, target, recorded)
    if recorded is None or text_of(run, "Mode") == "Repair":
        _create(cmdlet, azure, target, repair=recorded is not None)
    cmdlet.bar(93, "Arc for servers registration triggered.", "arc")
    return target


def _create(cmdlet: Cmdlet, azure: AzureCalls, target: Target, *, repair: bool) -> None:
    """Make the group, the resource and the nodes' keys, or in a repair what of it is missing."""
    run, cluster = cmdlet.run, cmdlet.run.world.cluster
    cmdlet.bar(40, "Registering the Microsoft.AzureStackHCI provider.", "provider")
    register_provider(azure, cluster, target, "Microsoft.AzureStackHCI")
    cmdlet.bar(55, f"Creating Azure Resource Group {target.group}.", "group")
    create_group(azure, cluster, target, target.group)
    cmdlet.bar(60, f"{'Repairing' if repair else 'Creating'} Azure Resource {target.name}.", "resource")
    tags = cast("dict[str, Any]", run.parameters.get("Tag") or {})
    create_cluster(azure, cluster, target, {str(name): str(value) for name, value in tags.items()})
    cmdlet.bar(70, "Getting new certificate.", "certificate")
    make_certificates(run)
    cmdlet.bar(80, "Adding certificate as application credential.", "credential")
    adopt_certificates(azure, run, target)
    cmdlet.bar(90, "Registering and syncing cluster census information.", "registration")
    register_nodes(cluster, target, renew=repair)
    cmdlet.bar(91, "Configuring Cloud Management agent.", "cloud-management")
