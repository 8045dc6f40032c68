<#
.SYNOPSIS
    Stubs of Cluster-Aware Updating: a run, how it stands, and its report.
.DESCRIPTION
    They behave as "cau" of the scenario says, in the file that AZSCONFIG_STUB_SCENARIO names. "before" and "after" are
    the newest report before and after the run, "runs" what Get-CauRun tells of it, one after the other. A run ends when
    all of that has been told; "breaks" is what it breaks off with then, "throws" what it does not even begin with.
    "errors", "warnings" and "progress" are what it says meanwhile.
#>

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$script:scenario = (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($env:AZSCONFIG_STUB_SCENARIO))).cau
$script:patienceSeconds = 60

function Get-Plan {
    param([string] $Name)
    if ($null -eq $script:scenario.PSObject.Properties[$Name]) { return $null }
    return $script:scenario.$Name
}

function Get-StateFile {
    param([string] $Name)
    return [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, "cau-$Name")
}

function Write-StubCall {
    param($Value)
    $file = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'calls.jsonl')
    [System.IO.File]::AppendAllText($file, (ConvertTo-Json -InputObject $Value -Compress -Depth 5) + "`n")
}

function ConvertTo-NodeResult {
    # The node is an object of its own, as in the real report.
    param($Results)
    foreach ($result in @($Results | Where-Object { $null -ne $_ })) {
        $told = [ordered] @{}
        foreach ($property in $result.PSObject.Properties) { $told[$property.Name] = $property.Value }
        $told['Node'] = [pscustomobject] @{ NodeName = $result.Node }
        [pscustomobject] $told
    }
}

function Invoke-CauRun {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [string] $ClusterName, [string] $CauPluginName, [hashtable] $CauPluginArguments, [int] $MaxFailedNodes,
        [switch] $RequireAllNodesOnline, [int] $RebootTimeoutMinutes, [switch] $Force
    )
    $bound = [ordered] @{}
    foreach ($name in @($PSBoundParameters.Keys | Sort-Object)) {
        $value = $PSBoundParameters[$name]
        $bound[$name] = if ($value -is [switch]) { [bool] $value } else { $value }
    }
    Write-StubCall -Value @{ Command = 'Invoke-CauRun'; Bound = $bound }
    if (-not $PSCmdlet.ShouldProcess($ClusterName)) { return }
    if (-not $Force -and -not $PSCmdlet.ShouldContinue('Nodes may restart.', 'Cluster-Aware Updating')) { return }
    foreach ($text in @(Get-Plan -Name 'warnings')) { if ($text) { Write-Warning -Message $text } }
    foreach ($text in @(Get-Plan -Name 'errors')) { if ($text) { Write-Error -Message $text -ErrorAction Continue } }
    if (Get-Plan -Name 'throws') { throw (Get-Plan -Name 'throws') }
    foreach ($text in @(Get-Plan -Name 'progress')) {
        if ($text) { Write-Progress -Activity 'Updating run' -Status $text -PercentComplete 40 }
    }
    [System.IO.File]::WriteAllText((Get-StateFile -Name 'goes-on'), '')
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($null -ne (Get-Plan -Name 'runs') -and -not [System.IO.File]::Exists((Get-StateFile -Name 'told'))) {
        if ($clock.Elapsed.TotalSeconds -gt $script:patienceSeconds) { throw 'Nobody asked how the run stands.' }
        [System.Threading.Thread]::Sleep(5)
    }
    [System.IO.File]::Delete((Get-StateFile -Name 'goes-on'))
    if (Get-Plan -Name 'breaks') { throw (Get-Plan -Name 'breaks') }
    [System.IO.File]::WriteAllText((Get-StateFile -Name 'over'), '')
    [pscustomobject] @{ ClusterName = $ClusterName }
}

function Get-CauRun {
    [CmdletBinding()]
    param([string] $ClusterName)
    # That there is none is told in words.
    if (-not [System.IO.File]::Exists((Get-StateFile -Name 'goes-on'))) { return 'RunNotInProgress' }
    $runs = @(Get-Plan -Name 'runs')
    $script:asked++
    if ($script:asked -gt $runs.Count) { return 'RunNotInProgress' }
    $run = $runs[$script:asked - 1]
    if ($script:asked -eq $runs.Count) { [System.IO.File]::WriteAllText((Get-StateFile -Name 'told'), '') }
    if ($run -is [string]) { throw $run }
    [pscustomobject] @{
        RunId = $run.RunId; CurrentOrchestrator = 'HCI-N1'
        NodeStatusNotifications = @(ConvertTo-NodeResult -Results $run.NodeStatusNotifications)
        NodeResults = @(ConvertTo-NodeResult -Results $run.NodeResults)
    }
}

function Get-CauReport {
    [CmdletBinding()]
    param([string] $ClusterName, [switch] $Last, [switch] $Detailed)
    $when = if ([System.IO.File]::Exists((Get-StateFile -Name 'over'))) { 'after' } else { 'before' }
    $report = Get-Plan -Name $when
    if ($report -is [string]) { throw $report }
    if ($null -eq $report) { return }
    if (-not ($Last -and $Detailed)) { throw 'A report without -Last and -Detailed has other properties.' }
    [pscustomobject] @{
        ClusterResult = [pscustomobject] @{
            ClusterName = $ClusterName; RunId = $report.RunId; Status = $report.Status
            NodeResults = @(ConvertTo-NodeResult -Results $report.NodeResults)
        }
    }
}

$script:asked = 0
