<#
.SYNOPSIS
    Has Cluster-Aware Updating update the whole cluster, as the job of a detached run.
.DESCRIPTION
    Calls Invoke-CauRun with Microsoft.WindowsUpdatePlugin, which drains, updates, restarts and resumes one node after
    the other, tells meanwhile how the run stands, and reads its report. Step: cau. Needs an administrator of the
    cluster, so that it is run under a given credential. It does not get past a restart of the node it runs on: the run of
    Cluster-Aware Updating itself goes on there. Run by the runner, which gives Write-RunStep, Write-RunResult,
    Write-Progress and Stop-Run.
.PARAMETER Parameters
    ClusterName; MaxFailedNodes; RequireAllNodesOnline; IncludeRecommended; RebootTimeout in minutes. What is absent is
    not passed, so that the cmdlet's own default holds.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result is RunId, Status and Nodes, each with Node, Status, Succeeded and Failed, the numbers of its
    updates; from the report, or from the run where there is no report yet.
.EXAMPLE
    .\job-cau-run.ps1 -Parameters $request.Parameters -Secrets $null
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions

$pauseSeconds = 10
$activity = 'Cluster-Aware Updating'

function Get-CauArgument {
    # What the cmdlet is called with: what it does not know is left out, and told.
    param($Parameters, $Known)
    $wanted = @{ CauPluginName = 'Microsoft.WindowsUpdatePlugin'; Force = $true; Confirm = $false }
    foreach ($name in 'ClusterName', 'MaxFailedNodes') { $wanted[$name] = Get-Given -Source $Parameters -Name $name }
    $wanted['RebootTimeoutMinutes'] = Get-Given -Source $Parameters -Name 'RebootTimeout'
    if ((Get-Given -Source $Parameters -Name 'RequireAllNodesOnline') -eq $true) { $wanted['RequireAllNodesOnline'] = $true }
    if ((Get-Given -Source $Parameters -Name 'IncludeRecommended') -eq $true) {
        $wanted['CauPluginArguments'] = @{ IncludeRecommendedUpdates = 'True' }
    }
    $arguments = @{}
    foreach ($name in $wanted.Keys) {
        if ($null -eq $wanted[$name]) { continue }
        if ($Known.ContainsKey($name)) {
            $arguments[$name] = $wanted[$name]
        } elseif ($name -notin 'Force', 'Confirm') {
            Write-Warning -Message "Invoke-CauRun has no -$name here: its default holds."
        }
    }
    return $arguments
}

function ConvertTo-CauNode {
    # How one node stands, of a result or of a notification.
    param($Source)
    $node = Get-Given -Source $Source -Name 'Node'
    $name = Get-Given -Source $node -Name 'NodeName'
    if ($null -eq $name) { $name = $node }
    return [pscustomobject] [ordered] @{
        Node      = [string] $name
        Status    = [string] (Get-Given -Source $Source -Name 'Status')
        Succeeded = Get-Given -Source $Source -Name 'NumberOfSucceededUpdates'
        Failed    = Get-Given -Source $Source -Name 'NumberOfFailedUpdates'
    }
}

function ConvertTo-CauResult {
    param($RunId, $Status, $Sources)
    $nodes = [ordered] @{}
    # Of two about the same node the later one holds.
    foreach ($source in @($Sources | Where-Object -FilterScript { $null -ne $_ })) {
        $node = ConvertTo-CauNode -Source $source
        $nodes[$node.Node] = $node
    }
    return [pscustomobject] [ordered] @{ RunId = [string] $RunId; Status = [string] $Status; Nodes = @($nodes.Values) }
}

function Read-CauReport {
    # What the newest report says, null where there is none.
    param($Cluster)
    try {
        $report = @(Get-CauReport @Cluster -Last -Detailed -ErrorAction Stop) | Select-Object -First 1
    } catch {
        Write-Warning -Message "Get-CauReport: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
        return $null
    }
    $result = Get-Given -Source $report -Name 'ClusterResult'
    if ($null -eq $result) { $result = $report }
    $id = Get-Given -Source $result -Name 'RunId'
    if ($null -eq $id) { return $null }
    return ConvertTo-CauResult -RunId $id -Status (Get-Given -Source $result -Name 'Status') `
        -Sources @(Get-Given -Source $result -Name 'NodeResults')
}

function Read-CauRun {
    # How the run stands now, null where none is going on, or none that tells.
    param($Cluster)
    try {
        $run = @(Get-CauRun @Cluster -ErrorAction Stop) | Where-Object -FilterScript { Get-Given -Source $_ -Name 'RunId' } |
            Select-Object -First 1
    } catch {
        return $null
    }
    if ($null -eq $run) { return $null }
    return ConvertTo-CauResult -RunId $run.RunId -Status 'InProgress' `
        -Sources (@(Get-Given -Source $run -Name 'NodeStatusNotifications') + @(Get-Given -Source $run -Name 'NodeResults'))
}

function Write-CauProgress {
    # The newest word of the cmdlet, and where each node stands.
    param($Shell, $Run)
    $percent = -1
    $words = @()
    if ($Shell.Streams.Progress.Count -gt 0) {
        $record = $Shell.Streams.Progress[$Shell.Streams.Progress.Count - 1]
        $percent = $record.PercentComplete
        if ($record.StatusDescription) { $words += $record.StatusDescription.Trim() }
    }
    if ($null -ne $Run) { $words += @($Run.Nodes | ForEach-Object -Process { "$($_.Node) $($_.Status)" }) }
    if ($words.Count -gt 0) { Write-Progress -Id 1 -Activity $activity -Status ($words -join ', ') -PercentComplete $percent }
}

function Invoke-Cau {
    # Runs the cmdlet beside this, because what a cmdlet tells of its progress is seen there alone. Returns how the run
    # stood last, and the error that ended it, null for none.
    param($Arguments, $Cluster)
    $shell = [powershell]::Create()
    $seen = $null
    $failure = $null
    try {
        $null = $shell.AddCommand('Invoke-CauRun').AddParameters($Arguments)
        $handle = $shell.BeginInvoke()
        while (-not $handle.AsyncWaitHandle.WaitOne($pauseSeconds * 1000)) {
            $run = Read-CauRun -Cluster $Cluster
            if ($null -ne $run) { $seen = $run }
            Write-CauProgress -Shell $shell -Run $seen
        }
        # What it returns, the report says too.
        $null = $shell.EndInvoke($handle)
    } catch {
        $failure = $_.Exception.GetBaseException().Message
    } finally {
        foreach ($record in $shell.Streams.Warning) { Write-Warning -Message $record.Message }
        foreach ($record in $shell.Streams.Error) { Write-Error -ErrorRecord $record -ErrorAction Continue }
        $shell.Dispose()
    }
    Write-Progress -Id 1 -Activity $activity -Completed
    return @{ Seen = $seen; Failure = $failure }
}

Write-RunStep -Id cau -Status started -Text 'Cluster-Aware Updating updates the cluster'
$command = Get-Command -Name Invoke-CauRun -ErrorAction SilentlyContinue
if ($null -eq $command) {
    Stop-Step -Id cau -Reason refused `
        -Message 'This node has no Cluster-Aware Updating: its feature RSAT-Clustering-PowerShell is missing.'
}
$cluster = @{}
$name = Get-Given -Source $Parameters -Name 'ClusterName'
if ($null -ne $name) { $cluster['ClusterName'] = $name }
$arguments = Get-CauArgument -Parameters $Parameters -Known $command.Parameters

$previous = Read-CauReport -Cluster $cluster
$done = Invoke-Cau -Arguments $arguments -Cluster $cluster
$result = Read-CauReport -Cluster $cluster
if ($null -eq $result -or ($null -ne $previous -and $result.RunId -eq $previous.RunId)) {
    # This run has left none.
    $result = $done.Seen
}
if ($null -ne $result) { Write-RunResult -Data $result }
if ($null -ne $done.Failure) { Stop-Step -Id cau -Message "Invoke-CauRun failed: $(ConvertTo-ToldLine -Text $done.Failure)" }
if ($null -eq $result) { Stop-Step -Id cau -Message 'Invoke-CauRun ended, and neither a run nor a report of it is there.' }
Write-RunStep -Id cau -Status $(if ($result.Status -eq 'Succeeded') { 'done' } else { 'failed' }) -Text "The run ended as $($result.Status)"
