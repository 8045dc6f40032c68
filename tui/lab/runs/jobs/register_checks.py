"""What `Register-AzStackHCI` refuses, each with its code (facts of the module: events of the Application log)."""

from tui.lab.azure.resource_manager import REGIONS
from tui.lab.node_state import AzureRegistration
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import CmdletFailedError
from tui.lab.runs.jobs.target import Target, text_of
from tui.lab.runs.runner import JobRun

_HCI = "Microsoft.AzureStackHCI"


def check_before(run: JobRun, target: Target, recorded: AzureRegistration | None) -> None:
    """Refuse what does not fit to the registration that there is, before anybody signs in."""
    if recorded is None:
        if text_of(run, "Mode") == "Repair":
            raise CmdletFailedError("Can't repair registration because the cluster isn't registered yet.", 9101)
        return
    known = recorded.resource_id
    for differs, code, words in (
        (target.subscription.lower() != recorded.subscription_id.lower(), 9128, "in another subscription"),
        (target.group.lower() != recorded.resource_group.lower(), 9125, "in another resource group"),
        (target.name.lower() != recorded.resource_name.lower(), 9127, "under another name"),
    ):
        if differs:
            raise CmdletFailedError(f"Cluster {run.world.cluster.name} is already registered {words}: {known}.", code)
    arc_group = run.world.cluster.azure.arc_resource_group or recorded.resource_group
    if text_of(run, "ArcServerResourceGroupName") and target.arc_group.lower() != arc_group.lower():
        raise CmdletFailedError(f"Arc servers are already registered in Resource Group {arc_group}.", 9129)


def check_provider(azure: AzureCalls, run: JobRun, target: Target, recorded: AzureRegistration | None) -> None:
    """Register the resource provider where it is not, and refuse a region or a name that cannot be."""
    resources = run.world.cluster.azure
    if resources.providers.get(_HCI.lower(), "Registered") != "Registered":
        azure.demand(f"{_HCI}/register/action", target.subscription_scope)
        resources.providers[_HCI.lower()] = "Registered"
    offered = [region.replace(" ", "").lower() for region in REGIONS]
    if target.region not in offered:
        raise CmdletFailedError(
            f"Azure Stack HCI is not yet available in region {target.region}. Regions: {', '.join(offered)}.", 9108
        )
    there = resources.cluster
    if there is not None and target.is_of(there) and there.region != target.region:
        raise CmdletFailedError(
            f"There is already an Azure Stack HCI resource with the same resource ID in region {there.region}.", 9104
        )
    if recorded is not None and there is None:
        raise CmdletFailedError(f"The Azure resource with ID {recorded.resource_id} doesn't exist.", 9106)
