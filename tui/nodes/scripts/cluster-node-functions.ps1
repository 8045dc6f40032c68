<#
.SYNOPSIS
    What the jobs that drain and resume this node have in common: functions alone.
.DESCRIPTION
    A node is drained and resumed by itself: SYSTEM may do that with its own cluster, and reaches no other node.
#>

function Get-NodeText {
    # A property of the node as text, null where it has none.
    param($Node, [string] $Name)
    $value = Get-Given -Source $Node -Name $Name
    if ($null -eq $value) { return $null }
    return [string] $value
}

function Confirm-Clustered {
    # Ends the job where this machine has no cluster.
    param([string] $Id)
    if ($null -eq (Get-Command -Name Get-ClusterNode -ErrorAction SilentlyContinue)) {
        Stop-Step -Id $Id -Reason refused -Message "$env:COMPUTERNAME is in no cluster."
    }
}

function Get-OwnNode {
    return Get-ClusterNode -Name $env:COMPUTERNAME -ErrorAction Stop | Select-Object -First 1
}

function Get-OwnedGroup {
    # Names of the roles that run on this node; the groups of the cluster itself are none.
    foreach ($group in @(Get-ClusterGroup -ErrorAction Stop)) {
        if ((Get-NodeText -Node $group -Name 'GroupType') -in 'Cluster', 'AvailableStorage') { continue }
        if ((Get-NodeText -Node $group -Name 'OwnerNode') -eq $env:COMPUTERNAME) { [string] $group.Name }
    }
}

function Read-OwnedGroup {
    # The same as a list; null, and a warning, where it cannot be read.
    try {
        return , [string[]] @(Get-OwnedGroup)
    } catch {
        Write-Warning -Message "Get-ClusterGroup: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
        return $null
    }
}
