<#
.SYNOPSIS
    Resumes this node in its cluster after a restart, as a task that is run once when the node starts.
.DESCRIPTION
    Waits until the cluster service of this node answers and the node has joined its cluster; then resumes it, with the
    roles it had, where it is paused. A node that is up stays as it is. Removes its own task in the end, whatever came of
    it. job-restart-node registers that task where nobody else is left to resume the node.
.PARAMETER TaskName
    Task to remove; none where it is run by hand.
.PARAMETER Log
    File to which one line about what happened is added; none where it is run by hand.
.PARAMETER LongestMinutes
    How long to wait for the cluster.
.OUTPUTS
    One object: State, the state of the node that was seen last; Resumed, whether it was resumed; Trouble, null for none.
.EXAMPLE
    .\resume-after-restart.ps1 -LongestMinutes 5
#>
[CmdletBinding()]
param([string] $TaskName, [string] $Log, [double] $LongestMinutes = 30)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include cluster-node-functions

$pauseSeconds = 10

function Wait-Resumed {
    # Waits for the node to be up, resumes it where it is paused, and tells what came of it.
    $told = [pscustomobject] [ordered] @{ State = $null; Resumed = $false; Trouble = $null }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            $told.State = Get-NodeText -Node (Get-OwnNode) -Name 'State'
            $told.Trouble = "$env:COMPUTERNAME is $($told.State)."
            if ($told.State -eq 'Up') {
                $told.Trouble = $null
                return $told
            }
            if ($told.State -eq 'Paused' -and -not $told.Resumed) {
                $null = Resume-ClusterNode -Name $env:COMPUTERNAME -Failback Immediate -ErrorAction Stop
                $told.Resumed = $true
                continue
            }
        } catch {
            # The cluster service starts after the task; it may also be busy.
            $told.Trouble = ConvertTo-ToldLine -Text $_.Exception.Message
        }
        if ($clock.Elapsed.TotalMinutes -ge $LongestMinutes) { return $told }
        Start-Sleep -Seconds $pauseSeconds
    }
}

function Add-Told {
    param($Told)
    $time = [System.DateTime]::UtcNow.ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
    $words = "State: $($Told.State). Resumed: $($Told.Resumed). $($Told.Trouble)".Trim()
    [System.IO.File]::AppendAllText($Log, "$time $words`r`n")
}

try {
    if ($null -eq (Get-Command -Name Get-ClusterNode -ErrorAction SilentlyContinue)) {
        $told = [pscustomobject] [ordered] @{ State = $null; Resumed = $false; Trouble = "$env:COMPUTERNAME is in no cluster." }
    } else {
        $told = Wait-Resumed
    }
    $told
    if ($Log) { Add-Told -Told $told }
} finally {
    if ($TaskName) { Unregister-ScheduledTask -TaskName $TaskName -Confirm:$false }
}
