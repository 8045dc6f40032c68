<#
.SYNOPSIS
    Restarts this node, as the job of a detached run.
.DESCRIPTION
    Has Windows restart after a delay, as a planned restart with a reason that the System log keeps; the run ends before
    the node goes down. Where updates wait for the restart, the Windows Update Agent is told before: a feature update is
    not finished without. Nothing is drained. The node may be told to resume itself afterwards: a task at its next start
    does, within a day. Step: restart. Run by the runner under SYSTEM, which gives Write-RunStep, Write-RunResult and
    Stop-Run.
.PARAMETER Parameters
    Reason, one line; Delay, in seconds, 5 to 3600; Resume, whether the node resumes itself afterwards, where it is paused.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result is BootTime, when the node started last, ISO 8601 in UTC; Delay; and Resumes, whether the node
    resumes itself.
.EXAMPLE
    .\job-restart-node.ps1 -Parameters $request.Parameters -Secrets $null
.NOTES
    Microsoft, IUpdateInstaller4::Commit: call it once, just before the restart; it is safe with updates of any kind.
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include program-functions

$resumeScript = @'
#include resume-after-restart
'@
$resumeTask = 'azsconfig-resume'
$longestReason = 500
# A restart or shutdown has been scheduled; one is going on.
$scheduledCodes = @(1190, 1115)

function Get-BootTime {
    try {
        $system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop | Select-Object -First 1
        return $system.LastBootUpTime.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
    } catch {
        Write-Warning -Message "When the node started cannot be read: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
        return $null
    }
}

function Complete-PendingUpdate {
    # Has the agent finish what it staged; an agent that cannot is no reason to stay.
    try {
        if (-not (New-Object -ComObject Microsoft.Update.SystemInfo).RebootRequired) { return }
        $installer = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateInstaller()
        $null = $installer.Commit(0)
    } catch {
        Write-Warning -Message "The Windows Update Agent did not prepare the restart: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
    }
}

function Register-Resume {
    # Has the node resume itself when it starts next. A restart that does not come must not resume a node that somebody
    # pauses long afterwards: then the task goes away by itself.
    param([int] $Delay)
    # The run's folder, where nobody but administrators can write.
    $file = Join-Path -Path (Get-Location).ProviderPath -ChildPath 'resume-after-restart.ps1'
    [System.IO.File]::WriteAllText($file, $resumeScript, [System.Text.Encoding]::ASCII)
    $log = [System.IO.Path]::ChangeExtension($file, '.log')
    $action = New-ScheduledTaskAction -Execute (Get-SystemProgram -Name 'WindowsPowerShell\v1.0\powershell.exe') `
        -Argument "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$file`" -TaskName $resumeTask -Log `"$log`""
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $trigger.EndBoundary = [System.DateTime]::UtcNow.AddSeconds($Delay).AddDays(1).ToString(
        "yyyy-MM-dd'T'HH:mm:ss'Z'", [System.Globalization.CultureInfo]::InvariantCulture)
    $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -MultipleInstances IgnoreNew `
        -ExecutionTimeLimit ([System.TimeSpan]::FromHours(1)) -DeleteExpiredTaskAfter ([System.TimeSpan]::FromHours(1))
    $null = Register-ScheduledTask -TaskName $resumeTask -Action $action -Trigger $trigger -Principal $principal `
        -Settings $settings -Description 'azsconfig resumes this node after a restart' -Force -ErrorAction Stop
}

function Unregister-Resume {
    # Nothing restarts.
    try {
        Unregister-ScheduledTask -TaskName $resumeTask -Confirm:$false -ErrorAction Stop
    } catch {
        Write-Warning -Message "The task $resumeTask is still there: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
    }
}

$delay = Get-Given -Source $Parameters -Name 'Delay'
if ($null -eq $delay -or $delay -lt 5 -or $delay -gt 3600) {
    Stop-Run -Reason refused -Message "Delay is '$delay'; it has to be between 5 and 3600 seconds."
}
$reason = ConvertTo-ToldLine -Text (Get-Given -Source $Parameters -Name 'Reason')
# Neither quotes nor a backslash before the closing one get through a command line of 5.1.
$reason = $reason.Replace('"', "'")
if ($reason.Length -gt $longestReason) { $reason = $reason.Substring(0, $longestReason) }
$reason = $reason.TrimEnd('\', ' ')
if (-not $reason) { Stop-Run -Reason refused -Message 'A restart needs a reason.' }

Write-RunStep -Id restart -Status started -Text "Restart $env:COMPUTERNAME in $delay seconds: $reason"
$bootTime = Get-BootTime
$resumes = (Get-Given -Source $Parameters -Name 'Resume') -eq $true
if ($resumes) {
    try {
        Register-Resume -Delay $delay
    } catch {
        $why = ConvertTo-ToldLine -Text $_.Exception.Message
        Stop-Step -Id restart -Message "The node could not be told to resume itself, and is not restarted: $why"
    }
}
Complete-PendingUpdate
# Planned (p), operating system (2), hot fix (17).
$arguments = @('/r', '/t', [string] [int] $delay, '/d', 'p:2:17', '/c', $reason)
try {
    $done = Invoke-Program -Program (Get-SystemProgram -Name 'shutdown.exe') -ArgumentList $arguments
} catch {
    if ($resumes) { Unregister-Resume }
    Stop-Step -Id restart -Message "shutdown.exe could not be started: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
}
$said = ConvertTo-ToldLine -Text $done.Text
if ($done.ExitCode -in $scheduledCodes) {
    Write-Warning -Message ("A restart or a shutdown is scheduled already: shutdown.exe ended with $($done.ExitCode). $said".Trim())
} elseif ($done.ExitCode -ne 0) {
    if ($resumes) { Unregister-Resume }
    Stop-Step -Id restart -Message "shutdown.exe ended with $($done.ExitCode): $said"
}
Write-RunResult -Data ([pscustomobject] [ordered] @{ BootTime = $bootTime; Delay = [int] $delay; Resumes = $resumes })
Write-RunStep -Id restart -Status done -Text 'Windows restarts the node'
