"""What `Register-AzStackHCI` refuses, each with its code (facts of the module: events of the Application log)."""

from tui.lab.azure.resource_reads import REGIONS
from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import AzureRegistration, version_numbers
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import Cmdlet, CmdletFailedError
from tui.lab.runs.jobs.target import Target, text_of


def check_before_sign_in(cmdlet: Cmdlet, target: Target, recorded: AzureRegistration | None) -> None:
    """Refuse what does not fit to the registration that there is, before anybody signs in."""
    run, cluster = cmdlet.run, cmdlet.run.world.cluster
    if recorded is None:
        if text_of(run, "Mode") == "Repair":
            raise CmdletFailedError("Can't repair registration because the cluster isn't registered yet.", 9101)
        return
    if text_of(run, "LogsDirectory"):
        cmdlet.warn("The logs directory can't be changed after registration; LogsDirectory is ignored.")
    known = recorded.resource_id
    if version_numbers(cmdlet.version) < (2, 0, 0) and not target.is_of(recorded):
        raise CmdletFailedError(
            f"Cluster {cluster.name} is already registered with Azure resource ID {known}, which differs from "
            f"{target.resource_id}.",
            9107,
        )
    for differs, code, words in (
        (target.subscription.lower() != recorded.subscription_id.lower(), 9128, "in another subscription"),
        (target.group.lower() != recorded.resource_group.lower(), 9125, "in another resource group"),
        (target.name.lower() != recorded.resource_name.lower(), 9127, "under another name"),
    ):
        if differs:
            raise CmdletFailedError(f"Cluster {cluster.name} is already registered {words}: {known}.", code)
    arc_group = cluster.azure.arc_resource_group or recorded.resource_group
    if cluster.azure.arc_enabled and target.arc_group.lower() != arc_group.lower():
        raise CmdletFailedError(f"Arc servers are already registered in Resource Group {arc_group}.", 9129)


def check_elsewhere(cluster: ClusterState, target: Target) -> None:
    """Refuse nodes that are Arc-enabled in another group: nothing has been made yet."""
    with cluster.locked():
        homes = {node.name: node.arc_home() for node in cluster.nodes() if node.up}
    elsewhere = [
        f"{name}: {home.subscription_id}/{home.resource_group}"
        for name, home in homes.items()
        if home is not None and not home.is_at(target.subscription, target.arc_group)
    ]
    if elsewhere:
        raise CmdletFailedError(
            "Below mentioned cluster node(s) are already Arc enabled with a different ARM Resource Id:\n"
            + "\n".join(elsewhere)
        )


def check_resource(
    azure: AzureCalls, cluster: ClusterState, target: Target, recorded: AzureRegistration | None
) -> None:
    """Refuse a region or a resource that does not fit."""
    there = cluster.azure.cluster
    visible = azure.may("Microsoft.AzureStackHCI/clusters/read", target.group_scope)
    if recorded is not None and (there is None or not target.is_of(there) or not visible):
        raise CmdletFailedError(f"The Azure resource with ID {recorded.resource_id} doesn't exist.", 9106)
    offered = [region.replace(" ", "").lower() for region in REGIONS]
    if target.region not in offered:
        raise CmdletFailedError(
            f"Azure Stack HCI is not yet available in region {target.region}. Regions: {', '.join(offered)}.", 9108
        )
    if there is not None and target.is_of(there) and there.region != target.region:
        raise CmdletFailedError(
            f"There is already an Azure Stack HCI resource with the same resource ID in region {there.region}, which "
            f"is different from the input region {target.region}.",
            9104,
        )
