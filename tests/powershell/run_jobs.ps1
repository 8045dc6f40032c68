<#
.SYNOPSIS
    Runs jobs for the tests as a runner does: in the main runspace, with -NonInteractive; one case a line in, one answer
    a line out.
.DESCRIPTION
    A case names the file of the job, its parameters and secrets, the environment and modules to import. What the job
    tells with Write-RunStep, Write-RunResult, Write-Progress and Stop-Run is kept in order. An answer begins with the
    character 30: other lines of output are what the job wrote to its host. A line of one character 30 on standard error
    ends what the job wrote there.
#>
$ErrorActionPreference = 'Stop'
$global:told = $null

function global:Write-RunStep {
    param([string] $Id, [string] $Status, [string] $Text)
    [void] $global:told.Add([ordered] @{ step = $Id; status = $Status; text = $Text })
}

function global:Write-RunResult {
    param($Data)
    [void] $global:told.Add([ordered] @{ result = $Data })
}

function global:Write-Progress {
    param([string] $Activity, [string] $Status, [int] $Id, [int] $ParentId = -1, [int] $PercentComplete = -1, [switch] $Completed)
    [void] $global:told.Add([ordered] @{ activity = $Activity; id = $Id; parent = $ParentId; percent = $PercentComplete; text = $Status })
}

function global:Stop-Run {
    param([ValidateSet('refused', 'failed')] [string] $Reason, [string] $Message)
    $failure = New-Object -TypeName System.OperationCanceledException -ArgumentList $Message
    throw (New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $failure, $Reason, 'OperationStopped', $null)
}

function Invoke-Job {
    param([string] $Path, $Parameters, $Secrets)
    . $Path -Parameters $Parameters -Secrets $Secrets
}

while ($null -ne ($line = [System.Console]::In.ReadLine())) {
    $case = ConvertFrom-Json -InputObject $line -DateKind String
    foreach ($variable in $case.environment.PSObject.Properties) {
        [System.Environment]::SetEnvironmentVariable($variable.Name, $variable.Value)
    }
    foreach ($module in $case.modules) { Import-Module -Name $module -DisableNameChecking -Force -Global }
    $global:told = New-Object -TypeName System.Collections.ArrayList
    $answer = [ordered] @{ told = $global:told; stop = $null; message = $null; fqid = $null; confirm = $null }
    $place = (Get-Location).ProviderPath
    try {
        $answer['out'] = @(Invoke-Job -Path $case.job -Parameters $case.parameters -Secrets $case.secrets)
    } catch {
        $answer['fqid'] = $_.FullyQualifiedErrorId
        $answer['message'] = $_.Exception.Message
        $answer['stack'] = $_.ScriptStackTrace
        if ($_.Exception -is [System.OperationCanceledException]) { $answer['stop'] = $_.FullyQualifiedErrorId }
    }
    $answer['confirm'] = [string] $ConfirmPreference
    $answer['moved'] = (Get-Location).ProviderPath -ne $place
    Get-Module -Name 'Az.*', 'NodeCommands', 'UpdateCommands', 'ClusterAwareUpdating' | Remove-Module -Force
    [System.Console]::Out.WriteLine([char] 30 + (ConvertTo-Json -InputObject $answer -Compress -Depth 8))
    [System.Console]::Out.Flush()
    [System.Console]::Error.WriteLine([char] 30)
}
