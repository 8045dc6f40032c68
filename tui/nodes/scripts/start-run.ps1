<#
.SYNOPSIS
    Starts a detached run on this node, as a scheduled task that lives on when whoever started it is gone.
.DESCRIPTION
    Sees that the folder of runs is safe, writes what is asked for without any secret, registers the task, starts it and
    hands the secrets to its process over a pipe that only SYSTEM, administrators and the run's user can open. A run
    that exists already under the id is told as it is, and nothing is started. When it fails, no task and no part of the
    run stay behind. Removes old runs, and tasks of runs that were ended in the middle.
.PARAMETER Id
    Id of the run.
.PARAMETER Kind
    Kind of run.
.PARAMETER Title
    What it does, in one line.
.PARAMETER Operation
    Option of azsconfig it belongs to.
.PARAMETER Cluster
    Cluster it belongs to.
.PARAMETER StartedBy
    Who starts it.
.PARAMETER Runner
    Text of runner.ps1.
.PARAMETER Job
    Text of the script that does it.
.PARAMETER Parameters
    Parameters of the job, an object.
.PARAMETER Secrets
    Secrets of the job, an object of texts by name.
.PARAMETER RunAsUser
    User whose logon the task gets; empty for SYSTEM.
.PARAMETER RunAsPassword
    That user's password.
.OUTPUTS
    The run's state, and Existing: whether it was there already.
.EXAMPLE
    .\start-run.ps1 -Id $id -Kind register -Title 'Register' -Runner $runner -Job $job -Secrets @{ ArmAccessToken = $token }
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('\A[0-9]{8}T[0-9]{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}\z', Options = 'None')]
    [string] $Id,

    [Parameter(Mandatory)]
    [string] $Kind,

    [Parameter(Mandatory)]
    [string] $Title,

    [string] $Operation,

    [string] $Cluster,

    [string] $StartedBy,

    [Parameter(Mandatory)]
    [string] $Runner,

    [Parameter(Mandatory)]
    [string] $Job,

    $Parameters,

    $Secrets,

    [string] $RunAsUser,

    [string] $RunAsPassword
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions

$keptRuns = 50
$patienceSeconds = 60
$leastFreeBytes = 33554432
# The runner frees it when the disk is full, so that it can still say so.
$reserveBytes = 65536
$pollMilliseconds = 50
$taskName = "azsconfig-$Id"
# ERROR_LOGON_FAILURE and its neighbours, no such logon session (a policy forbids to store passwords), no such account,
# logon type not granted, password must change, account locked out; what the task scheduler makes of them.
$logonCodes = '8007052e', '8007052f', '80070530', '80070531', '80070532', '80070533', '80070520', '80070534', '80070569',
    '80070773', '80070775', '8004130f', '80041310', '80041314'
# Ready, running, never run, queued: nothing that a process has ended with.
$taskCodes = '00041300', '00041301', '00041303', '00041325'

function Get-SecretTable {
    $table = @{}
    if ($null -eq $Secrets) { return $table }
    if ($Secrets -is [System.Collections.IDictionary]) {
        foreach ($key in $Secrets.Keys) { if ($null -ne $Secrets[$key]) { $table[$key] = [string] $Secrets[$key] } }
    } else {
        foreach ($property in $Secrets.PSObject.Properties) {
            if ($null -ne $property.Value) { $table[$property.Name] = [string] $property.Value }
        }
    }
    return $table
}

function Get-Existing {
    $state = Get-RunState -Id $Id
    if ($null -ne $state) { $state | Add-Member -NotePropertyName Existing -NotePropertyValue $true }
    return $state
}

function Remove-OldRun {
    # Keeps the newest; whatever still runs stays.
    foreach ($name in @(Get-RunName | Select-Object -Skip $keptRuns)) {
        $state = Get-RunState -Id $name
        if ($null -ne $state -and (Test-RunOver -State $state)) { Remove-RunFolder -Path (Get-RunFolder -Id $name) }
    }
    # Parts of runs whose start was cut off.
    $folder = [System.IO.Path]::Combine((Get-RunRoot), 'runs')
    foreach ($part in @([System.IO.Directory]::GetDirectories($folder, '*.part'))) {
        if ([System.IO.Directory]::GetLastWriteTimeUtc($part) -lt [System.DateTime]::UtcNow.AddHours(-1)) {
            Remove-RunFolder -Path $part
        }
    }
}

function Remove-OldTask {
    # A run that was ended in the middle leaves its task, with the password that it may have.
    foreach ($task in @(Get-ScheduledTask -TaskName 'azsconfig-*' -ErrorAction SilentlyContinue)) {
        $name = $task.TaskName.Substring('azsconfig-'.Length)
        if ($name -cnotmatch $runIdPattern) { continue }
        $state = Get-RunState -Id $name
        if ($null -eq $state -or (Test-RunOver -State $state)) {
            Unregister-ScheduledTask -TaskName $task.TaskName -Confirm:$false -ErrorAction SilentlyContinue
        }
    }
}

function New-RunRequest {
    # Makes the run's folder, whole or not at all; returns false where that id is there already.
    param([string] $Pipe, [string[]] $Mask)
    $runs = [System.IO.Path]::Combine((Get-RunRoot), 'runs')
    $null = [System.IO.Directory]::CreateDirectory($runs)
    $drive = New-Object -TypeName System.IO.DriveInfo -ArgumentList ([System.IO.Path]::GetPathRoot($runs))
    if ($drive.AvailableFreeSpace -lt $leastFreeBytes) {
        throw (New-Object -TypeName System.IO.IOException -ArgumentList "$($drive.AvailableFreeSpace) bytes are free", -2147024784)
    }
    $request = [ordered] @{
        Id             = $Id
        Kind           = $Kind
        Title          = Hide-RunSecret -Text $Title -Mask $Mask
        Operation      = $Operation
        Cluster        = $Cluster
        StartedBy      = $StartedBy
        Identity       = if ($RunAsUser) { $RunAsUser } else { 'NT AUTHORITY\SYSTEM' }
        Parameters     = if ($null -eq $Parameters) { @{} } else { Hide-RunData -Value $Parameters -Mask $Mask }
        Pipe           = $Pipe
        Started        = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
        # As long as its runner has not said anything, whoever starts it is its process.
        ProcessId      = $PID
        ProcessStarted = (Get-RunProcessStart -ProcessId $PID).ToString('o', $runInvariant)
    }
    # 5.1 reads a script without a byte order mark in the machine's code page.
    $marked = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $true
    $part = New-RunPart -Beside (Get-RunFolder -Id $Id)
    try {
        $null = Write-RunFile -Path ([System.IO.Path]::Combine($part, 'request.json')) -Text (ConvertTo-RunJson -Value $request)
        foreach ($file in @('runner.ps1', $Runner), @('job.ps1', $Job)) {
            Write-RunBytes -Path ([System.IO.Path]::Combine($part, $file[0])) `
                -Bytes ($marked.GetPreamble() + $marked.GetBytes($file[1]))
        }
        Write-RunBytes -Path ([System.IO.Path]::Combine($part, 'reserve')) `
            -Bytes (New-Object -TypeName byte[] -ArgumentList $reserveBytes)
        try {
            [System.IO.Directory]::Move($part, (Get-RunFolder -Id $Id))
            return $true
        } catch [System.IO.IOException] {
            if (-not [System.IO.Directory]::Exists((Get-RunFolder -Id $Id))) { throw }
            return $false
        }
    } finally {
        Remove-RunFolder -Path $part
    }
}

function New-RunPipe {
    # The near end of the pipe for secrets.
    param([string] $Name)
    $options = [System.IO.Pipes.PipeOptions]::Asynchronous
    if (-not (Test-RunWindows)) {
        # There an access list is not known; this is the same user's alone (CurrentUserOnly).
        $options = $options -bor [System.IO.Pipes.PipeOptions] 0x20000000
        return New-Object -TypeName System.IO.Pipes.NamedPipeServerStream -ArgumentList $Name, 'InOut', 1, 'Byte', $options
    }
    $security = New-Object -TypeName System.IO.Pipes.PipeSecurity
    $who = @('S-1-5-18', 'S-1-5-32-544' | ForEach-Object -Process {
            New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $_
        })
    if ($RunAsUser) {
        $account = New-Object -TypeName System.Security.Principal.NTAccount -ArgumentList $RunAsUser
        try {
            $who += $account.Translate([System.Security.Principal.SecurityIdentifier])
        } catch {
            throw (New-RunFault -Id 'AzsconfigRunLogonRefused' -Category SecurityError `
                    -Message "This node does not know the user ${RunAsUser}: $($_.Exception.Message)")
        }
    }
    foreach ($sid in $who) {
        $security.AddAccessRule((New-Object -TypeName System.IO.Pipes.PipeAccessRule -ArgumentList $sid, 'FullControl', 'Allow'))
    }
    if ($PSVersionTable.PSVersion.Major -ge 6) {
        return [System.IO.Pipes.NamedPipeServerStreamAcl]::Create($Name, 'InOut', 1, 'Byte', $options, 4096, 4096, $security, 'None', 0)
    }
    return New-Object -TypeName System.IO.Pipes.NamedPipeServerStream `
        -ArgumentList $Name, 'InOut', 1, 'Byte', $options, 4096, 4096, $security
}

function Get-TaskFault {
    # What a failure of the task scheduler means, as an error to be thrown.
    param([string] $Code, [string] $Message)
    if ($Code -in $logonCodes) {
        $why = "The task of the run could not log on as ${RunAsUser}: $Message"
        if ($Code -eq '80070520') {
            $why = "A policy of this node forbids to store passwords, so no task can run as ${RunAsUser}: $Message"
        }
        return New-RunFault -Id 'AzsconfigRunLogonRefused' -Category SecurityError -Message $why
    }
    return New-RunFault -Id 'AzsconfigRunTaskRefused' -Category PermissionDenied `
        -Message "The task scheduler refused the task of the run: $Message"
}

function Start-RunTask {
    $folder = Get-RunFolder -Id $Id
    $program = [System.IO.Path]::Combine($PSHOME, 'pwsh')
    if ($PSVersionTable.PSVersion.Major -lt 6) { $program = [System.IO.Path]::Combine($PSHOME, 'powershell') }
    if (Test-RunWindows) { $program += '.exe' }
    $script = [System.IO.Path]::Combine($folder, 'runner.ps1')
    try {
        $action = New-ScheduledTaskAction -Execute $program -WorkingDirectory $folder `
            -Argument "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`""
        # No end of time; neither a battery nor another instance stands in its way. Priority 5 is that of a program.
        $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `
            -ExecutionTimeLimit ([System.TimeSpan]::Zero) -MultipleInstances IgnoreNew -Priority 5
        $task = @{ TaskName = $taskName; Action = $action; Settings = $settings; Description = Hide-RunSecret -Text $Title -Mask $masks; Force = $true }
        if ($RunAsUser) {
            $null = Register-ScheduledTask @task -User $RunAsUser -Password $RunAsPassword -RunLevel Highest
        } else {
            $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
            $null = Register-ScheduledTask @task -Principal $principal
        }
        Start-ScheduledTask -TaskName $taskName
    } catch {
        $code = '{0:x8}' -f $_.Exception.HResult
        if ($_.FullyQualifiedErrorId -match 'HRESULT 0x([0-9a-f]{8})') { $code = $Matches[1].ToLowerInvariant() }
        throw (Get-TaskFault -Code $code -Message (Hide-RunSecret -Text $_.Exception.Message -Mask $masks))
    }
}

function Confirm-TaskRuns {
    # Throws where the task has ended, or could not begin.
    $task = Get-ScheduledTask -TaskName $taskName
    if ([string] $task.State -in 'Running', 'Queued') { return }
    $code = '{0:x8}' -f ([long] (Get-ScheduledTaskInfo -TaskName $taskName).LastTaskResult -band 4294967295)
    if ($code -in $taskCodes) { return }
    # It may have begun, and even ended, since we looked.
    if ($null -ne (Read-RunJson -Path $statePath)) { return }
    if ($code -in $logonCodes) { throw (Get-TaskFault -Code $code -Message "error 0x$code.") }
    throw (New-RunFault -Id 'AzsconfigRunDidNotStart' -Category OperationStopped `
            -Message "The process of the run ended before it said anything, with 0x$code.")
}

function Wait-RunStarted {
    # Waits for the first word of the runner.
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $looked = 0
    while (-not [System.IO.File]::Exists($statePath)) {
        if ($clock.Elapsed.TotalSeconds -gt $patienceSeconds) {
            throw (New-RunFault -Id 'AzsconfigRunDidNotStart' -Category OperationTimeout `
                    -Message "The process of the run said nothing in $patienceSeconds seconds.")
        }
        if ($clock.Elapsed.TotalSeconds -gt $looked + 1) {
            $looked = $clock.Elapsed.TotalSeconds
            Confirm-TaskRuns
        }
        Start-Sleep -Milliseconds $pollMilliseconds
    }
}

function Wait-RunPipe {
    # Waits for a step on the pipe, as long as the runner is there.
    param($Step, $Clock)
    while (-not $Step.AsyncWaitHandle.WaitOne($pollMilliseconds)) {
        $state = Get-RunState -Id $Id
        if ((Test-RunOver -State $state) -or $Clock.Elapsed.TotalSeconds -gt $patienceSeconds) {
            throw (New-RunFault -Id 'AzsconfigRunSecretsNotTaken' -Category OperationTimeout `
                    -Message "The process of the run did not take what it has to sign in with (it is $($state.Phase) $($state.Reason)).")
        }
    }
}

function Send-RunSecret {
    # Hands the secrets over as one line of JSON, and waits for the word that they were taken.
    param($Pipe, $Table)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $step = $Pipe.BeginWaitForConnection($null, $null)
        Wait-RunPipe -Step $step -Clock $clock
        $Pipe.EndWaitForConnection($step)
        $bytes = [System.Text.Encoding]::ASCII.GetBytes((ConvertTo-RunJson -Value $Table) + "`n")
        $step = $Pipe.BeginWrite($bytes, 0, $bytes.Length, $null, $null)
        Wait-RunPipe -Step $step -Clock $clock
        $Pipe.EndWrite($step)
        $word = New-Object -TypeName byte[] -ArgumentList 1
        $step = $Pipe.BeginRead($word, 0, 1, $null, $null)
        Wait-RunPipe -Step $step -Clock $clock
        $got = $Pipe.EndRead($step)
    } catch [System.IO.IOException] {
        $got = 0
    }
    if ($got -eq 0) {
        throw (New-RunFault -Id 'AzsconfigRunSecretsNotTaken' -Category OperationStopped `
                -Message 'The process of the run went away before it took what it has to sign in with.')
    }
    while ($clock.Elapsed.TotalSeconds -lt $patienceSeconds) {
        $state = Get-RunState -Id $Id
        if ((Test-RunOver -State $state) -or $state.Phase -eq 'running') { return }
        Start-Sleep -Milliseconds $pollMilliseconds
    }
}

function Undo-Start {
    # Leaves no task and no part of the run.
    foreach ($command in 'Stop-ScheduledTask', 'Unregister-ScheduledTask') {
        $more = @{}
        if ($command -like 'Unregister*') { $more['Confirm'] = $false }
        if ($null -eq (Get-ScheduledTask -TaskName $taskName -ErrorAction SilentlyContinue)) { break }
        & $command -TaskName $taskName @more -ErrorAction SilentlyContinue
    }
    Remove-RunFolder -Path (Get-RunFolder -Id $Id)
}

$existing = Get-Existing
if ($null -ne $existing) { return $existing }

$secretTable = Get-SecretTable
$masks = Get-RunMask -Secret (@($secretTable.Values) + @($RunAsPassword))
$statePath = [System.IO.Path]::Combine((Get-RunFolder -Id $Id), 'state.json')
$pipeName = 'azsconfig-' + [System.Guid]::NewGuid().ToString('N')
$pipe = $null
$started = $false
$claimed = $false
try {
    Confirm-RunRoot
    $claimed = New-RunRequest -Pipe $pipeName -Mask $masks
    if ($claimed) {
        $pipe = New-RunPipe -Name $pipeName
        Start-RunTask
        Wait-RunStarted
        Send-RunSecret -Pipe $pipe -Table $secretTable
        $started = $true
    }
} catch {
    if (-not (Test-RunDiskFull -Exception $_.Exception)) { throw }
    throw (New-RunFault -Id 'AzsconfigRunDiskFull' -Category WriteError `
            -Message "There is not enough space on the disk for a run: $($_.Exception.GetBaseException().Message).")
} finally {
    if ($null -ne $pipe) { $pipe.Dispose() }
    if ($claimed -and -not $started) { Undo-Start }
}
if (-not $claimed) {
    $existing = Get-Existing
    if ($null -ne $existing) { return $existing }
    throw (New-RunFault -Id 'AzsconfigRunDidNotStart' -Category OperationStopped `
            -Message 'Somebody else started this run in the same moment, and failed.')
}

$state = Get-RunState -Id $Id
$state | Add-Member -NotePropertyName Existing -NotePropertyValue $false
$state
try {
    Remove-OldRun
    Remove-OldTask
} catch {
    Write-Warning -Message "Old runs could not be removed: $($_.Exception.Message)"
}
