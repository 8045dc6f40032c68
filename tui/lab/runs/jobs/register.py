"""The job of a registration, a repair and enabling Arc: `Register-AzStackHCI` with what it leaves behind."""

from typing import Any, cast

from tui.lab.cluster_state import TENANT_ID
from tui.lab.runs.jobs.arc_enablement import enable_arc
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.binding import bind_register
from tui.lab.runs.jobs.cmdlet import LOG_FOLDER, Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.identity import reach_peers
from tui.lab.runs.jobs.modules import install_modules
from tui.lab.runs.jobs.prerequisites import check_modules, failed_result
from tui.lab.runs.jobs.register_checks import check_before, check_provider
from tui.lab.runs.jobs.register_effects import create_cluster, create_group, register_nodes, renew_nodes
from tui.lab.runs.jobs.target import Target, known_registration, target_of, text_of
from tui.lab.runs.runner import JobRun

_ACTIVITY = "Registering Azure Stack HCI with Azure..."
_REGISTERED = (
    "Azure Stack HCI is successfully registered. An Azure resource representing Azure Stack HCI has been created in "
    "your Azure subscription to enable an Azure-consistent monitoring, billing, and support experience."
)


def register(run: JobRun) -> None:
    """Do the steps `identity`, `install-modules`, `cmdlet` and `evidence`."""
    reach_peers(run)
    install_modules(run)
    run.step("cmdlet", "started", "Run Register-AzStackHCI")
    folder = text_of(run, "LogsDirectory") or LOG_FOLDER
    cmdlet = Cmdlet(run, "Register-AzStackHCI", _ACTIVITY, "RegisterHCI", folder)
    bind_register(run)
    claimed = _call(cmdlet)
    run.step("cmdlet", "done" if claimed == "Success" else "failed", claimed)
    finish(cmdlet, claimed)


def finish(cmdlet: Cmdlet, claimed: str | None) -> None:
    """Do the step `evidence`; a cmdlet that did not even claim to have come to something has failed."""
    run = cmdlet.run
    run.step("evidence", "started", "Collect what it left behind")
    run.result(cmdlet.evidence(claimed))
    run.step("evidence", "done")


def _call(cmdlet: Cmdlet) -> str | None:
    """Call the cmdlet; return what it claims, `None` where it claims nothing."""
    cmdlet.begin()
    cmdlet.event(9009, f"Parameters: {', '.join(sorted(cmdlet.run.parameters))}")
    try:
        target = _register(cmdlet)
        claimed = "Success" if (problem := enable_arc(cmdlet, target)) is None else "RegisterSucceededButArcFailed"
    except CmdletFailedError as error:
        cmdlet.fail(error, 9114)
        if not error.listed:
            return None
        cmdlet.properties |= {"Result": failed_result(cmdlet), "Details": str(error)}
        cmdlet.write_list()
        return cmdlet.properties["Result"]
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
    """Do everything before Arc."""
    run, azure = cmdlet.run, AzureCalls(cmdlet.run)
    cluster = run.world.cluster
    recorded = known_registration(cluster, run.node)
    target = target_of(run, text_of(run, "TenantId") or TENANT_ID, recorded)
    repair = text_of(run, "Mode") == "Repair"
    cmdlet.event(9001, f"Registration of {target.resource_id} started.")
    cmdlet.bar(1, "Checking that the required modules are installed.", "modules")
    check_modules(cmdlet)
    cmdlet.bar(2, "Checking whether the cluster is already registered.", "state")
    check_before(run, target, recorded)
    cmdlet.bar(4, "Checking that RSAT-Clustering-PowerShell is installed.", "rsat")
    cmdlet.bar(8, "Validating cmdlet parameters.", "parameters")
    cmdlet.bar(10, "Importing Az.Resources.", "import")
    cmdlet.bar(30, "Logging in to Azure.", "login")
    azure.demand("Microsoft.Resources/subscriptions/read", target.subscription_scope)
    if recorded is None or repair:
        cmdlet.bar(40, "Registering the Microsoft.AzureStackHCI provider.", "provider")
        check_provider(azure, run, target, recorded)
        cmdlet.bar(55, f"Creating Azure Resource Group {target.group}.", "group")
        create_group(azure, cluster, target, target.group)
        cmdlet.bar(60, f"{'Repairing' if repair else 'Creating'} Azure Resource {target.name}.", "resource")
        tags = cast("dict[str, Any]", run.parameters.get("Tag") or {})
        create_cluster(azure, cluster, target, {str(name): str(value) for name, value in tags.items()})
        cmdlet.bar(70, "Getting new certificate.", "certificate")
        cmdlet.bar(80, "Adding certificate as application credential.", "credential")
        azure.demand("Microsoft.AzureStackHCI/clusters/write", target.cluster_scope)
        cmdlet.bar(90, "Registering and syncing cluster census information.", "registration")
        if repair:
            renew_nodes(cluster)
        else:
            register_nodes(cluster, target)
        cmdlet.bar(91, "Configuring Cloud Management agent.", "cloud-management")
    cmdlet.bar(93, "Arc for servers registration triggered.", "arc")
    return target
