"""What an expert asks of Azure itself; names and parameters: Az.Accounts, Az.StackHCI, Az.ConnectedMachine."""

from tui.cluster.azure_resources import AzureView
from tui.cluster.facts import Reading
from tui.nodes.quoting import quoted
from tui.pages.powershell.command import Command


def azure_commands(view: AzureView | None) -> tuple[Command, ...]:
    """Return how to read what Azure knows of the cluster; nothing where azsconfig itself read nothing there."""
    if view is None or view.cluster_id is None:
        return ()
    cluster = view.cluster_id
    place = (
        f"$place = @{{\n    SubscriptionId    = {quoted(cluster.subscription)}\n"
        f"    ResourceGroupName = {quoted(cluster.resource_group)}\n}}"
    )
    setting = view.arc_setting.value.value if isinstance(view.arc_setting, Reading) else None
    group = setting.resource_group if setting and setting.resource_group else cluster.resource_group
    return (
        Command(
            "Sign in to Azure, once in a session; needs the modules Az.StackHCI and Az.ConnectedMachine.",
            f"Connect-AzAccount -UseDeviceAuthentication -Environment {quoted(view.cloud)}",
        ),
        Command("Where the cluster's resource is.", place),
        Command("The cluster as Azure knows it.", f"Get-AzStackHciCluster @place -Name {quoted(cluster.name)}"),
        Command(
            "Its Arc settings.",
            f"Get-AzStackHciArcSetting @place -ClusterName {quoted(cluster.name)} |\n"
            "    Select-Object AggregateState, PerNodeDetail",
        ),
        Command(
            "Its Arc machines.",
            f"$place.ResourceGroupName = {quoted(group)}\nGet-AzConnectedMachine @place |\n"
            "    Select-Object Name, Status, AgentVersion, LastStatusChange",
        ),
    )
