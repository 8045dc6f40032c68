<#
.SYNOPSIS
    Resumes this node and moves its roles back, as the job of a detached run.
.DESCRIPTION
    Calls Resume-ClusterNode -Failback Immediate and waits until the node is no longer paused. A node that is not paused
    stays as it is. Step: resume. Run by the runner under SYSTEM, which gives Write-RunStep, Write-RunResult and Stop-Run.
.PARAMETER Parameters
    None are needed.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result is State, the state of the node, and Before, the state it had.
.EXAMPLE
    .\job-resume-node.ps1
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include cluster-node-functions

$pauseSeconds = 2
$longestSeconds = 120

Write-RunStep -Id resume -Status started -Text "Resume $env:COMPUTERNAME and move its roles back"
Confirm-Clustered -Id resume
try {
    $node = Get-OwnNode
} catch {
    Stop-Step -Id resume -Message "The cluster does not answer: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
}
if ($null -eq $node) { Stop-Step -Id resume -Reason refused -Message "The cluster has no node $env:COMPUTERNAME." }
$before = Get-NodeText -Node $node -Name 'State'
$state = $before
$trouble = $null
if ($before -eq 'Paused') {
    try {
        $null = Resume-ClusterNode -Name $env:COMPUTERNAME -Failback Immediate -ErrorAction Stop
    } catch {
        $trouble = "$env:COMPUTERNAME could not be resumed: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
    }
}
for ($waited = 0; $before -eq 'Paused' -and $null -eq $trouble; $waited += $pauseSeconds) {
    $why = ''
    try {
        $state = Get-NodeText -Node (Get-OwnNode) -Name 'State'
        if ($state -ne 'Paused') { break }
    } catch {
        # It may not answer for a moment.
        $why = " The cluster does not answer: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
    }
    if ($waited -lt $longestSeconds) {
        Start-Sleep -Seconds $pauseSeconds
    } else {
        $trouble = "$env:COMPUTERNAME is still $state after $longestSeconds seconds.$why"
    }
}
Write-RunResult -Data ([pscustomobject] [ordered] @{ State = $state; Before = $before })
if ($null -ne $trouble) { Stop-Step -Id resume -Message $trouble }
$text = if ($before -eq 'Paused') { "$env:COMPUTERNAME is $state" } else { "$env:COMPUTERNAME was not paused: it is $state" }
Write-RunStep -Id resume -Status done -Text $text
