<#
.SYNOPSIS
    The Azure connected machine agent of this node, as jobs ask it: functions alone.
#>

$agentServices = @('himds', 'GCArcService', 'ExtensionService')

function Get-AgentProgram {
    # azcmagent.exe by its full path, null where no agent is installed.
    if (-not $env:ProgramFiles) { return $null }
    $program = Join-Path -Path $env:ProgramFiles -ChildPath 'AzureConnectedMachineAgent\azcmagent.exe'
    if (Test-Path -LiteralPath $program -PathType Leaf) { return $program }
    return $null
}

function Get-AgentVersion {
    # Its version as text, null where there is none, or none that tells it.
    try {
        $program = Get-AgentProgram
        if ($null -eq $program) { return $null }
        $told = Invoke-Program -Program $program -ArgumentList 'version'
    } catch {
        # While it is replaced it cannot be started.
        return $null
    }
    if ($told.Text -match '\b(\d+\.\d+\.\d+\.\d+)\b') { return $Matches[1] }
    return $null
}

function Get-AgentService {
    # Its services with their status; null for one that is not there.
    foreach ($name in $agentServices) {
        $status = $null
        $service = Get-Service -Name $name -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($null -ne $service) { $status = [string] $service.Status }
        [pscustomobject] [ordered] @{ Name = $name; Status = $status }
    }
}

function Get-StoppedService {
    param($Services)
    foreach ($service in @($Services)) {
        if ($service.Status -ne 'Running') { "$($service.Name) ($(if ($service.Status) { $service.Status } else { 'not there' }))" }
    }
}
