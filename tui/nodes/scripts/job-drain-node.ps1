<#
.SYNOPSIS
    Drains this node: moves its roles to other nodes and pauses it, as the job of a detached run.
.DESCRIPTION
    Calls Suspend-ClusterNode -Drain and follows the drain until it has ended. A node that is paused already stays as it
    is. Where the drain fails or takes too long, the node is left as it is then. Step: drain. Run by the runner under
    SYSTEM, which gives Write-RunStep, Write-RunResult, Write-Progress and Stop-Run.
.PARAMETER Parameters
    Timeout, in minutes: how long a drain may take; 60 where none is given.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result is State and DrainStatus of the node, Before, the state it had, and Groups, the names of the
    roles that are still on it.
.EXAMPLE
    .\job-drain-node.ps1 -Parameters $request.Parameters -Secrets $null
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include cluster-node-functions

$pauseSeconds = 2
$activity = "Draining $env:COMPUTERNAME"

function Test-Drained {
    param($Node)
    return (Get-NodeText -Node $Node -Name 'DrainStatus') -eq 'Completed' -and (Get-NodeText -Node $Node -Name 'State') -eq 'Paused'
}

function Write-DrainProgress {
    param($Node, [int] $Left, [int] $Most)
    $status = Get-NodeText -Node $Node -Name 'DrainStatus'
    if ($null -eq $status) { $status = 'Starting' }
    $percent = [Math]::Max(0, [Math]::Floor(100 * ($Most - $Left) / [Math]::Max($Most, 1)))
    Write-Progress -Id 1 -Activity $activity -Status "$status, $Left roles left" -PercentComplete $percent
}

function Wait-Drain {
    # Follows the drain until it has ended or the time is over. Returns the node as it was seen last, and whether it was
    # resumed meanwhile.
    param([double] $Minutes)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $told = @{ Node = $null; Cancelled = $false }
    $begun = $false
    $left = 0
    $most = 0
    $warned = $false
    while ($true) {
        try {
            $told.Node = Get-OwnNode
            $left = @(Get-OwnedGroup).Count
        } catch {
            # The cluster may not answer for a moment while its own group moves.
            if (-not $warned) { Write-Warning -Message "The cluster does not answer: $(ConvertTo-ToldLine -Text $_.Exception.Message)" }
            $warned = $true
        }
        $most = [Math]::Max($most, $left)
        $status = Get-NodeText -Node $told.Node -Name 'DrainStatus'
        if ((Test-Drained -Node $told.Node) -or $status -eq 'Failed') { break }
        $told.Cancelled = $begun -and $status -eq 'NotInitiated'
        if ($told.Cancelled) { break }
        if ($status -eq 'InProgress') { $begun = $true }
        Write-DrainProgress -Node $told.Node -Left $left -Most $most
        if ($clock.Elapsed.TotalMinutes -ge $Minutes) { break }
        Start-Sleep -Seconds $pauseSeconds
    }
    Write-Progress -Id 1 -Activity $activity -Completed
    return $told
}

$minutes = Get-Given -Source $Parameters -Name 'Timeout'
if ($null -eq $minutes) { $minutes = 60 }
Write-RunStep -Id drain -Status started -Text "Move the roles of $env:COMPUTERNAME to other nodes and pause it"
Confirm-Clustered -Id drain
try {
    $node = Get-OwnNode
} catch {
    Stop-Step -Id drain -Message "The cluster does not answer: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
}
if ($null -eq $node) { Stop-Step -Id drain -Reason refused -Message "The cluster has no node $env:COMPUTERNAME." }
$before = Get-NodeText -Node $node -Name 'State'
$goesOn = $before -ne 'Paused' -or (Get-NodeText -Node $node -Name 'DrainStatus') -eq 'InProgress'
if ($before -ne 'Paused') {
    try {
        # What it returns is how the node was when the drain began.
        $null = Suspend-ClusterNode -Name $env:COMPUTERNAME -Drain -ErrorAction Stop
    } catch {
        Stop-Step -Id drain -Message "The drain could not be started: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
    }
}
$cancelled = $false
if ($goesOn) {
    $told = Wait-Drain -Minutes $minutes
    $cancelled = $told.Cancelled
    # The cluster may not have answered since.
    if ($null -ne $told.Node) { $node = $told.Node }
}

$state = Get-NodeText -Node $node -Name 'State'
$status = Get-NodeText -Node $node -Name 'DrainStatus'
$groups = Read-OwnedGroup
Write-RunResult -Data ([pscustomobject] [ordered] @{ State = $state; DrainStatus = $status; Before = $before; Groups = $groups })
$left = if ($groups) { " Still on it: $($groups -join ', ')." } else { '' }
if ($cancelled) { Stop-Step -Id drain -Message "The drain of $env:COMPUTERNAME was cancelled: the node was resumed.$left" }
if ($status -eq 'Failed') { Stop-Step -Id drain -Message "The drain of $env:COMPUTERNAME failed.$left" }
if ($goesOn -and -not (Test-Drained -Node $node)) {
    Stop-Step -Id drain -Message "The drain of $env:COMPUTERNAME has not ended in $minutes minutes; it is $status.$left"
}
$text = if ($before -eq 'Paused') { "$env:COMPUTERNAME was paused already.$left" } else { "$env:COMPUTERNAME is $state" }
Write-RunStep -Id drain -Status done -Text $text
