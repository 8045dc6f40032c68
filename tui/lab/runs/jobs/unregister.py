"""The job of unregistering: `Unregister-AzStackHCI` with what it leaves behind."""

from tui.lab.cluster_state import TENANT_ID
from tui.lab.runs.jobs.arc_disablement import disable_arc
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.binding import bind_unregister, check_given
from tui.lab.runs.jobs.cmdlet import Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.evidence import complete
from tui.lab.runs.jobs.identity import reach_peers
from tui.lab.runs.jobs.modules import install_modules
from tui.lab.runs.jobs.target import Target, known_registration, target_of, text_of
from tui.lab.runs.jobs.unregister_effects import delete_cluster, forget_on_nodes
from tui.lab.runs.runner import JobRun

_ACTIVITY = "Unregistering Azure Stack HCI from Azure..."
_UNREGISTERED = "Azure Stack HCI is successfully unregistered."
_ARC_DISABLED = "Azure Arc integration is successfully disabled."


def unregister(run: JobRun) -> None:
    """Do the steps `identity`, `install-modules`, `cmdlet` and `evidence`."""
    check_given(run, "Unregister-AzStackHCI")
    reach_peers(run)
    install_modules(run)
    run.step("cmdlet", "started", "Unregister-AzStackHCI")
    version = bind_unregister(run)
    cmdlet = Cmdlet(run, "Unregister-AzStackHCI", version, _ACTIVITY, "UnregisterHCI")
    complete(cmdlet, _call(cmdlet))


def _call(cmdlet: Cmdlet) -> str | None:
    """Call the cmdlet; return what it claims, `None` where it claims nothing."""
    cmdlet.begin()
    try:
        details = _unregister(cmdlet)
    except CmdletFailedError as error:
        return cmdlet.failed(error, 9118)
    cmdlet.properties |= {"Result": "Success", "Details": details}
    cmdlet.write_list()
    return "Success"


def _unregister(cmdlet: Cmdlet) -> str:
    """Do all of it, or Arc alone; return what it praises itself for."""
    run, azure, cluster = cmdlet.run, AzureCalls(cmdlet.run), cmdlet.run.world.cluster
    cmdlet.event(9005, "Unregistration started.")
    cmdlet.bar(1, "Checking that the required modules are installed.", "modules")
    cmdlet.check_modules()
    cmdlet.bar(2, "Checking whether the cluster is registered.", "state")
    target = _target(cmdlet)
    cmdlet.bar(5, "Validating cmdlet parameters.", "parameters")
    cmdlet.bar(10, "Importing Az.Resources.", "import")
    cmdlet.bar(30, "Logging in to Azure.", "login")
    azure.sign_in()
    # What the account cannot see is, to the cmdlet, not there: then there is nothing to delete, and that is no error.
    there = azure.may("Microsoft.AzureStackHCI/clusters/read", target.group_scope) and _is_there(cmdlet, target)
    if not there:
        cmdlet.log("DEBUG", f"Resource Group Not Found: {target.group}")
    cmdlet.bar(40, "Arc for servers unregistration triggered.", "arc")
    disable_arc(cmdlet, azure, target, there=there)
    if run.parameters.get("ArcOnly"):
        cmdlet.event(9008, "Azure Arc integration was disabled.")
        return _ARC_DISABLED
    cmdlet.bar(45, "Cleaning up the registration on every clustered node.", "cleanup")
    forget_on_nodes(cluster)
    cmdlet.bar(80, f"Deleting Azure Resource {target.name}.", "resource")
    if there:
        delete_cluster(azure, cluster, target)
    cmdlet.event(9007, f"Unregistration of {target.resource_id} completed.")
    return _UNREGISTERED


def _target(cmdlet: Cmdlet) -> Target:
    """Return what is to be unregistered: as given, else as the node knows it."""
    run = cmdlet.run
    recorded = known_registration(run.world.cluster, run.node)
    if recorded is None and not (text_of(run, "ResourceName") and text_of(run, "SubscriptionId")):
        raise CmdletFailedError(
            "Additional parameters are required to unregister: the cluster isn't registered, so ResourceName and "
            "SubscriptionId have to be given.",
            9115,
        )
    tenant = text_of(run, "TenantId") or (recorded.tenant_id if recorded else TENANT_ID)
    return target_of(run, tenant, recorded)


def _is_there(cmdlet: Cmdlet, target: Target) -> bool:
    cluster = cmdlet.run.world.cluster
    with cluster.locked():
        found = cluster.azure.cluster
    return found is not None and target.is_of(found)
