<#
.SYNOPSIS
    Tells whether a node can be taken out of the cluster: nodes, storage, votes, and what else updates the cluster.
.DESCRIPTION
    Reads Get-ClusterNode, Get-ClusterGroup, Get-VirtualDisk, Get-PhysicalDisk, Get-StorageJob, Get-ClusterQuorum and,
    where Cluster-Aware Updating is there, its role and its run. Nothing is changed.
.OUTPUTS
    One object. Clustered is false where the machine has no cluster, or its cluster service does not answer; the rest is
    then empty. A part that cannot be read is null and a warning: nobody may take that for healthy.
.EXAMPLE
    .\get-cluster-health.ps1
.NOTES
    Enumerations are given by name. Physical disks are listed only where they are not healthy.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Get-PropertyValue {
    param($InputObject, [string] $Name)
    if ($null -eq $InputObject) { return $null }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return $property.Value
}

function ConvertTo-Text {
    param($Value)
    if ($null -eq $Value -or [string] $Value -eq '') { return $null }
    return [string] $Value
}

function ConvertTo-Texts {
    param($Value)
    return , @(@($Value) | Where-Object -FilterScript { $null -ne $_ } | ForEach-Object -Process { [string] $_ })
}

function ConvertTo-UtcText {
    param($Value)
    if ($Value -isnot [System.DateTime] -or $Value.Year -le 1601) { return $null }
    return $Value.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
}

function Read-Part {
    # What a part of the health is; null, and a warning, where it cannot be read.
    param([string] $Name, [scriptblock] $Reader)
    try {
        return , @(& $Reader)
    } catch {
        Write-Warning "$($Name): $($_.Exception.Message)"
        return $null
    }
}

function Get-RolesByNode {
    $roles = @{}
    foreach ($group in @(Get-ClusterGroup -ErrorAction Stop)) {
        $kind = [string] (Get-PropertyValue -InputObject $group -Name 'GroupType')
        # These are of the cluster itself and say nothing about where work runs.
        if ($kind -in 'Cluster', 'AvailableStorage') { continue }
        $owner = [string] (Get-PropertyValue -InputObject $group -Name 'OwnerNode')
        if (-not $roles.ContainsKey($owner)) { $roles[$owner] = @() }
        $roles[$owner] += [string] $group.Name
    }
    return $roles
}

function Get-CauState {
    # The role and the run of Cluster-Aware Updating; both null where its module is missing.
    $answer = @{ Role = $null; Run = $null }
    if (-not (Get-Command -Name Get-CauClusterRole -ErrorAction SilentlyContinue)) {
        $answer.Role = [pscustomobject] @{ Installed = $false; Enabled = $null; Status = $null }
        return $answer
    }
    try {
        # A table of names and values; an error where the cluster has no such role.
        $settings = @(Get-CauClusterRole -ErrorAction Stop)
        $status = $settings | Where-Object -FilterScript { (Get-PropertyValue -InputObject $_ -Name 'Name') -eq 'Status' } |
            Select-Object -First 1
        $word = ConvertTo-Text -Value (Get-PropertyValue -InputObject $status -Name 'Value')
        $enabled = if ($null -eq $word) { $null } else { $word -notmatch 'Disabled|Offline' }
        $answer.Role = [pscustomobject] @{ Installed = $settings.Count -gt 0; Enabled = $enabled; Status = $word }
    } catch {
        if ([string] $_.FullyQualifiedErrorId -match 'ClusterRoleNotFound|NotInstalled|ObjectNotFound' -or
            [string] $_.CategoryInfo.Category -eq 'ObjectNotFound') {
            $answer.Role = [pscustomobject] @{ Installed = $false; Enabled = $null; Status = $null }
        } else {
            Write-Warning "Cluster-Aware Updating: $($_.Exception.Message)"
        }
    }
    try {
        $run = @(Get-CauRun -ErrorAction Stop) |
            Where-Object -FilterScript { Get-PropertyValue -InputObject $_ -Name 'RunId' } | Select-Object -First 1
        if ($null -ne $run) { $answer.Run = ConvertTo-CauRun -Run $run }
    } catch {
        Write-Warning "Get-CauRun: $($_.Exception.Message)"
    }
    return $answer
}

function ConvertTo-CauRun {
    param($Run)
    $nodes = @()
    foreach ($note in @(Get-PropertyValue -InputObject $Run -Name 'NodeStatusNotifications')) {
        if ($null -eq $note) { continue }
        $nodes += [pscustomobject] @{
            Node   = [string] (Get-PropertyValue -InputObject $note -Name 'Node')
            Status = [string] (Get-PropertyValue -InputObject $note -Name 'Status')
        }
    }
    foreach ($result in @(Get-PropertyValue -InputObject $Run -Name 'NodeResults')) {
        if ($null -eq $result) { continue }
        $nodes += [pscustomobject] @{
            Node      = [string] (Get-PropertyValue -InputObject $result -Name 'Node')
            Status    = [string] (Get-PropertyValue -InputObject $result -Name 'Status')
            Succeeded = Get-PropertyValue -InputObject $result -Name 'NumberOfSucceededUpdates'
            Failed    = Get-PropertyValue -InputObject $result -Name 'NumberOfFailedUpdates'
        }
    }
    return [pscustomobject] @{
        RunId        = [string] (Get-PropertyValue -InputObject $Run -Name 'RunId')
        Started      = ConvertTo-UtcText -Value (Get-PropertyValue -InputObject $Run -Name 'RunStartTime')
        Orchestrator = ConvertTo-Text -Value (Get-PropertyValue -InputObject $Run -Name 'CurrentOrchestrator')
        Nodes        = $nodes
    }
}

$none = [pscustomobject] @{ Clustered = $false; Nodes = @() }
if (-not (Get-Command -Name Get-ClusterNode -ErrorAction SilentlyContinue)) { $none; return }
try {
    $members = @(Get-ClusterNode -ErrorAction Stop)
} catch {
    Write-Warning "Get-ClusterNode: $($_.Exception.Message)"
    $none
    return
}

$roles = Read-Part -Name 'Get-ClusterGroup' -Reader { Get-RolesByNode }
$byNode = if ($null -eq $roles) { @{} } else { $roles[0] }
$nodes = foreach ($member in @($members | Sort-Object -Property Name)) {
    $name = [string] $member.Name
    $owned = @()
    if ($byNode.ContainsKey($name)) { $owned = @($byNode[$name]) }
    [pscustomobject] [ordered] @{
        Name          = $name
        State         = [string] $member.State
        DrainStatus   = ConvertTo-Text -Value (Get-PropertyValue -InputObject $member -Name 'DrainStatus')
        NodeWeight    = Get-PropertyValue -InputObject $member -Name 'NodeWeight'
        DynamicWeight = Get-PropertyValue -InputObject $member -Name 'DynamicWeight'
        Roles         = $owned
    }
}

$virtual = Read-Part -Name 'Get-VirtualDisk' -Reader {
    foreach ($disk in @(Get-VirtualDisk -ErrorAction Stop)) {
        [pscustomobject] @{
            Name = [string] $disk.FriendlyName; Health = [string] $disk.HealthStatus
            Operational = ConvertTo-Texts -Value $disk.OperationalStatus
        }
    }
}
$physical = Read-Part -Name 'Get-PhysicalDisk' -Reader {
    foreach ($disk in @(Get-PhysicalDisk -ErrorAction Stop)) {
        if ([string] $disk.HealthStatus -eq 'Healthy') { continue }
        $serial = [string] (Get-PropertyValue -InputObject $disk -Name 'SerialNumber')
        [pscustomobject] @{
            Name = "$($disk.FriendlyName) $serial".Trim(); Health = [string] $disk.HealthStatus
            Operational = ConvertTo-Texts -Value $disk.OperationalStatus
        }
    }
}
$jobs = Read-Part -Name 'Get-StorageJob' -Reader {
    foreach ($job in @(Get-StorageJob -ErrorAction Stop)) {
        [pscustomobject] @{
            Name           = [string] $job.Name
            State          = [string] $job.JobState
            Percent        = Get-PropertyValue -InputObject $job -Name 'PercentComplete'
            BytesProcessed = Get-PropertyValue -InputObject $job -Name 'BytesProcessed'
            BytesTotal     = Get-PropertyValue -InputObject $job -Name 'BytesTotal'
        }
    }
}
$quorum = Read-Part -Name 'Get-ClusterQuorum' -Reader {
    $witness = Get-PropertyValue -InputObject (Get-ClusterQuorum -ErrorAction Stop) -Name 'QuorumResource'
    $cluster = Get-Cluster -ErrorAction Stop
    $dynamic = Get-PropertyValue -InputObject $cluster -Name 'DynamicQuorum'
    [pscustomobject] @{
        Witness       = ConvertTo-Text -Value (Get-PropertyValue -InputObject $witness -Name 'Name')
        WitnessState  = ConvertTo-Text -Value (Get-PropertyValue -InputObject $witness -Name 'State')
        WitnessWeight = Get-PropertyValue -InputObject $cluster -Name 'WitnessDynamicWeight'
        Dynamic       = if ($null -eq $dynamic) { $null } else { [int] $dynamic -ne 0 }
    }
}
$cau = Get-CauState

[pscustomobject] [ordered] @{
    Clustered     = $true
    Nodes         = @($nodes)
    VirtualDisks  = $virtual
    PhysicalDisks = $physical
    StorageJobs   = $jobs
    Quorum        = if ($null -eq $quorum) { $null } else { $quorum[0] }
    CauRole       = $cau.Role
    CauRun        = $cau.Run
}
