<#
.SYNOPSIS
    Disconnects the Azure connected machine agent of this node from Azure, on this node alone.
.DESCRIPTION
    Runs azcmagent.exe by its full path, without standard input: "disconnect --force-local-only", then "show -j" to see
    what came of it. The agent forgets which resource it is; the resource in Azure stays. This changes the node: it is
    for an agent that is connected to another resource, or to one that is gone, and so keeps the cluster from
    Arc-enabling this node.
.OUTPUTS
    One object. Disconnected tells whether the agent holds no resource any more; where it cannot be asked, whether its
    exit code was 0. ExitCode is null, and Disconnected true, where no agent is installed. Output is what it printed,
    lines joined by LF.
.EXAMPLE
    .\disconnect-agent.ps1
.NOTES
    An agent whose resourceName is empty is cleanly disconnected: Az.StackHCI judges by that too.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Invoke-Agent {
    param([string] $Program, [string[]] $ArgumentList)
    # Text on the error stream of a program must not end the script (5.1 with Stop does).
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    try {
        # An empty pipeline gives the program an empty standard input instead of ours, which holds requests.
        $lines = @(@() | & $Program @ArgumentList 2>&1 | ForEach-Object -Process { "$_" })
    } catch {
        # It could not be started.
        throw
    }
    return [pscustomobject] @{ ExitCode = $LASTEXITCODE; Text = ($lines -join "`n").TrimEnd() }
}

function Get-ResourceName {
    # The resource the agent says it is, '' for none, null where it does not tell.
    param([string] $Program)
    $shown = Invoke-Agent -Program $Program -ArgumentList 'show', '-j'
    $start = $shown.Text.IndexOf('{')
    $end = $shown.Text.LastIndexOf('}')
    if ($shown.ExitCode -ne 0 -or $start -lt 0 -or $end -lt $start) { return $null }
    try {
        $told = ConvertFrom-Json -InputObject $shown.Text.Substring($start, $end - $start + 1)
    } catch {
        Write-Warning "azcmagent show -j printed something that is no JSON: $($_.Exception.Message)"
        return $null
    }
    $property = $told.PSObject.Properties['resourceName']
    if ($null -eq $property) { return $null }
    return [string] $property.Value
}

$program = $null
if ($env:ProgramFiles) {
    $program = Join-Path -Path $env:ProgramFiles -ChildPath 'AzureConnectedMachineAgent\azcmagent.exe'
}
if (-not $program -or -not (Test-Path -LiteralPath $program -PathType Leaf)) {
    [pscustomobject] [ordered] @{
        Disconnected = $true
        ExitCode     = $null
        Output       = 'No connected machine agent is installed on this node.'
    }
    return
}

$done = Invoke-Agent -Program $program -ArgumentList 'disconnect', '--force-local-only'
$resource = Get-ResourceName -Program $program
[pscustomobject] [ordered] @{
    Disconnected = if ($null -eq $resource) { $done.ExitCode -eq 0 } else { $resource -eq '' }
    ExitCode     = $done.ExitCode
    Output       = $done.Text
}
