<#
.SYNOPSIS
    The commands of a cluster as the stub commands of updates have them: sourced by UpdateCommands.
#>

enum StubNodeState { Up; Down; Paused; Joining }
enum StubDrainStatus { NotInitiated; InProgress; Completed; Failed }
enum StubFailback { NoFailback; Immediate; Policy }

$script:cluster = Get-Scenario -Name 'cluster'
# What the scenario lists is seen one after the other: "now", and "after suspend" or "after resume" from then on.
$script:asked = 'now'
$script:last = ''

function Get-ClusterNode {
    [CmdletBinding()]
    param([string] $Name)
    Confirm-NoTrouble -Source $script:cluster
    if ($Name -ne $script:cluster.name) { throw "An error occurred opening node '$Name'." }
    $seen = Step-Scenario -Key $script:asked -Answers (Get-Scenario -Source $script:cluster -Name $script:asked)
    if ($seen -is [string]) { throw $seen }
    $script:last = $seen.state
    $script:groups = Get-Scenario -Source $seen -Name 'groups' -Default @()
    [pscustomobject] @{
        Name = $Name; State = [StubNodeState] $seen.state
        DrainStatus = [StubDrainStatus] (Get-Scenario -Source $seen -Name 'drain' -Default 'NotInitiated')
    }
}

function Get-ClusterGroup {
    [CmdletBinding()]
    param()
    if (Get-Scenario -Source $script:cluster -Name 'groups_throw') { throw 'The cluster service is busy.' }
    foreach ($group in $script:groups) {
        [pscustomobject] @{ Name = $group; GroupType = 'VirtualMachine'; OwnerNode = [pscustomobject] @{ Name = $script:cluster.name } |
                Add-Member -MemberType ScriptMethod -Name ToString -Value { $this.Name } -Force -PassThru
        }
    }
    [pscustomobject] @{ Name = 'vm-elsewhere'; GroupType = 'VirtualMachine'; OwnerNode = 'HCI-N9' }
    [pscustomobject] @{ Name = 'Cluster Group'; GroupType = 'Cluster'; OwnerNode = $script:cluster.name }
    [pscustomobject] @{ Name = 'Available Storage'; GroupType = 'AvailableStorage'; OwnerNode = $script:cluster.name }
}

function Suspend-ClusterNode {
    [CmdletBinding()]
    param([string] $Name, [switch] $Drain, [switch] $ForceDrain, [switch] $Wait)
    Write-StubCall -Value @{ Command = 'Suspend-ClusterNode'; Name = $Name; Drain = [bool] $Drain; Force = [bool] $ForceDrain }
    Confirm-NoTrouble -Source (Get-Scenario -Source $script:cluster -Name 'suspend')
    # ERROR_CLUSTER_NODE_PAUSED
    if ($script:last -eq 'Paused') { throw (New-StubError -Code '0x800713CE') }
    $script:asked = 'after suspend'
    [pscustomobject] @{ Name = $Name; State = [StubNodeState]::Up }
}

function Resume-ClusterNode {
    [CmdletBinding()]
    param([string] $Name, [StubFailback] $Failback)
    Write-StubCall -Value @{ Command = 'Resume-ClusterNode'; Name = $Name; Failback = [string] $Failback }
    Confirm-NoTrouble -Source (Get-Scenario -Source $script:cluster -Name 'resume')
    # ERROR_CLUSTER_NODE_NOT_PAUSED
    if ($script:last -ne 'Paused') { throw (New-StubError -Code '0x800713C2') }
    $script:asked = 'after resume'
    [pscustomobject] @{ Name = $Name; State = [StubNodeState]::Up }
}
