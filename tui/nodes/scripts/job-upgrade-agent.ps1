<#
.SYNOPSIS
    Upgrades the Azure connected machine agent of this node, as the job of a detached run.
.DESCRIPTION
    Lets the agent upgrade itself (azcmagent upgrade, which agents from 1.62 on have) or installs an MSI file that was
    copied to the node, then waits until the agent's services run. The node is not restarted. Steps: check, upgrade,
    services. Run by the runner under SYSTEM, which gives Write-RunStep, Write-RunResult, Write-Progress and Stop-Run.
.PARAMETER Parameters
    Way, "azcmagent" or "msi"; with "msi" File, the path of the MSI file, and Sha256, the hash it must have.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result is Before and After, versions of the agent; ExitCode of the program that upgraded it;
    RestartNeeded; Services, each with Name and Status; Log, the file the installation wrote.
.EXAMPLE
    .\job-upgrade-agent.ps1 -Parameters $request.Parameters -Secrets $null
.NOTES
    Microsoft, azcmagent upgrade: --background is for scripts, which have no desktop for its windows. It may come back
    before the new version is there.
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include program-functions
#include agent-functions

$firstWithUpgrade = [version] '1.62'
$restartCodes = @(3010, 1641)
$longestSeconds = 300
$pauseSeconds = 5
$activity = 'Upgrading the connected machine agent'

function Confirm-Installer {
    # The file has to be the one that was looked at before.
    param([string] $Id, [string] $Path, [string] $Sha256)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) {
        Stop-Step -Id $Id -Reason refused -Message "There is no file $Path on this node."
    }
    $hash = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
    if ($hash -ne $Sha256) {
        Stop-Step -Id $Id -Reason refused -Message "The file $Path is not the one that was checked: its SHA-256 is $($hash.ToLowerInvariant())."
    }
}

function Wait-Agent {
    # Waits until the services run, and for another version where one is still to come.
    param([string] $Before, [bool] $ForVersion)
    for ($waited = 0; $waited -le $longestSeconds; $waited += $pauseSeconds) {
        $services = @(Get-AgentService)
        $stopped = @(Get-StoppedService -Services $services)
        $version = Get-AgentVersion
        $older = $null -eq $version -or ($ForVersion -and $version -eq $Before)
        if ($stopped.Count -eq 0 -and -not $older) { break }
        $status = if ($stopped.Count -gt 0) { "Waiting for $($stopped -join ', ')" } else { "Waiting for a version after $Before" }
        Write-Progress -Id 1 -Activity $activity -Status $status -PercentComplete ([Math]::Floor(100 * $waited / $longestSeconds))
        Start-Sleep -Seconds $pauseSeconds
    }
    Write-Progress -Id 1 -Activity $activity -Completed
    return @{ Services = $services; Stopped = $stopped; Version = $version }
}

$way = Get-Given -Source $Parameters -Name 'Way'
$file = Get-Given -Source $Parameters -Name 'File'
$sha256 = Get-Given -Source $Parameters -Name 'Sha256'
if ($way -notin 'azcmagent', 'msi') { Stop-Run -Reason refused -Message "Way is '$way'; it has to be azcmagent or msi." }
if ($way -eq 'msi' -and ($null -eq $file -or $null -eq $sha256)) {
    Stop-Run -Reason refused -Message 'With msi both File and Sha256 have to be given.'
}

Write-RunStep -Id check -Status started -Text 'Look at the agent that is installed'
if ($null -eq (Get-AgentProgram)) { Stop-Step -Id check -Reason refused -Message 'No connected machine agent is installed on this node.' }
$before = Get-AgentVersion
$called = if ($before) { $before } else { 'of an unknown version' }
if ($way -eq 'azcmagent') {
    if ($null -eq $before -or [version] $before -lt $firstWithUpgrade) {
        Stop-Step -Id check -Reason refused `
            -Message "The agent is ${called}: azcmagent upgrade comes with $firstWithUpgrade. Use an MSI file."
    }
} else {
    Confirm-Installer -Id check -Path $file -Sha256 $sha256
}
Write-RunStep -Id check -Status done -Text "The agent is $called"

Write-RunStep -Id upgrade -Status started -Text $(if ($way -eq 'msi') { "Install $file" } else { 'azcmagent upgrade' })
Write-Progress -Id 1 -Activity $activity -Status $(if ($way -eq 'msi') { 'msiexec' } else { 'azcmagent upgrade' })
if ($way -eq 'msi') {
    $name = 'msiexec'
    $program = Get-SystemProgram -Name 'msiexec.exe'
    # The run's folder, where nobody but administrators can write.
    $log = Join-Path -Path (Get-Location).ProviderPath -ChildPath 'agent-msiexec.log'
    $arguments = @('/i', $file, '/qn', '/norestart', '/l*v', $log)
    # Again: it has been some time since.
    Confirm-Installer -Id upgrade -Path $file -Sha256 $sha256
} else {
    $name = 'azcmagent upgrade'
    $program = Get-AgentProgram
    $log = Join-Path -Path $env:ProgramData -ChildPath 'AzureConnectedMachineAgent\Log\azcmagent.log'
    $arguments = @('upgrade', '--background')
}
try {
    $done = Invoke-Program -Program $program -ArgumentList $arguments
} catch {
    Stop-Step -Id upgrade -Message "$name could not be started: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
}
if ($done.Text) { Write-Host -Object $done.Text }
$restart = $restartCodes -contains $done.ExitCode
$succeeded = $done.ExitCode -eq 0 -or ($way -eq 'msi' -and $restart)
$told = [ordered] @{
    Before = $before; After = $null; ExitCode = $done.ExitCode; RestartNeeded = $succeeded -and $restart; Services = @(); Log = $log
}
if (-not $succeeded) {
    $told['After'] = Get-AgentVersion
    $told['Services'] = @(Get-AgentService)
    Write-RunResult -Data ([pscustomobject] $told)
    Write-Progress -Id 1 -Activity $activity -Completed
    Stop-Step -Id upgrade -Message ("$name ended with $($done.ExitCode). $(ConvertTo-ToldLine -Text $done.Text)".Trim())
}
Write-RunStep -Id upgrade -Status done -Text "$name ended with $($done.ExitCode)"

Write-RunStep -Id services -Status started -Text "Wait for $($agentServices -join ', ')"
$agent = Wait-Agent -Before $before -ForVersion ($way -eq 'azcmagent')
$told['After'] = $agent.Version
$told['Services'] = $agent.Services
Write-RunResult -Data ([pscustomobject] $told)
if ($agent.Stopped.Count -eq 0 -and $agent.Version -eq $before) {
    Write-Warning -Message "$name ended with $($done.ExitCode), and the agent is still $before."
}
if ($agent.Stopped.Count -gt 0) {
    Stop-Step -Id services -Message "After $longestSeconds seconds these services of the agent do not run: $($agent.Stopped -join ', ')."
}
Write-RunStep -Id services -Status done -Text "The agent is $(if ($agent.Version) { $agent.Version } else { 'of an unknown version' })"
