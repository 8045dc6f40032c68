<#
.SYNOPSIS
    The process of a detached run: supervises the job, and writes down what happens.
.DESCRIPTION
    Lies in the run's folder and is started by its task. It takes the secrets from a pipe, starts this script again as
    the worker, which runs job.ps1, and appends everything that the worker says to events.jsonl. state.json always says
    how far it is. No secret is written anywhere.

    The worker tells events in lines of their own on its standard output: the character 30 and a JSON object. What
    reaches its standard output or standard error past the streams of PowerShell is output or an error too. It gives the
    job Write-RunStep, Write-RunResult and Stop-Run, and ends when this process is gone.
.PARAMETER Worker
    Be the worker.
.OUTPUTS
    None.
.EXAMPLE
    powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File runner.ps1
#>
param([switch] $Worker)

if (-not $Worker) {
    # Here it would hold for modules too; what the job calls must find what it would find at a prompt.
    Set-StrictMode -Version 2
    $ErrorActionPreference = 'Stop'
}
$ProgressPreference = 'SilentlyContinue'

#include run-functions

$runFrame = [string] [char] 30
$runFolder = $PSScriptRoot
$runJournalBytes = 5000000
$runDroppedWhenFull = @('output', 'progress', 'warning', 'error')
$runTextCharacters = 32768
$runFrameCharacters = 2097152
$runProgressMilliseconds = 300
$runHeartbeatSeconds = 15
$runSecretSeconds = 60
$runLeaveSeconds = 60
$runListWidth = 4096

function Get-RunErrorText {
    param([System.Management.Automation.ErrorRecord] $ErrorRecord)
    if ($null -ne $ErrorRecord.ErrorDetails -and $ErrorRecord.ErrorDetails.Message) { return $ErrorRecord.ErrorDetails.Message }
    if ($null -ne $ErrorRecord.Exception) { return $ErrorRecord.Exception.Message }
    return [string] $ErrorRecord
}

function Get-RunPowerShell {
    # The program that runs this.
    $program = 'pwsh'
    if ($PSVersionTable.PSVersion.Major -lt 6) { $program = 'powershell' }
    if (Test-RunWindows) { $program += '.exe' }
    return [System.IO.Path]::Combine($PSHOME, $program)
}

#region journal

function Save-RunState {
    # Replaces state.json. A disk that is full, or a file that is held, is no reason to stop the job.
    $run.State['Updated'] = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
    $run.Dirty = $false
    $run.Saved.Restart()
    try {
        $null = Write-RunFile -Path ([System.IO.Path]::Combine($runFolder, 'state.json')) -Text (ConvertTo-RunJson -Value $run.State)
        return $true
    } catch {
        if (Test-RunDiskFull -Exception $_.Exception) { $run.DiskFull = $true }
        return $false
    }
}

function Add-RunEvent {
    # Appends an event to what is written next. Fields that are null are left out.
    param([string] $Type, $Fields)
    if ($run.DiskFull) { return }
    if ($run.Good + $run.Lines.Length -gt $runJournalBytes -and $runDroppedWhenFull -contains $Type) {
        if ($run.Full) { return }
        $run.Full = $true
        $Type, $Fields = 'warning', @{ text = 'The journal is full; further output is not kept.' }
    }
    $run.Number++
    $null = $run.Lines.Append('{"n":').Append($run.Number).Append(',"time":"')
    $null = $run.Lines.Append((ConvertTo-RunTime -Time ([System.DateTime]::UtcNow))).Append('","type":"').Append($Type).Append('"')
    foreach ($name in $Fields.Keys) {
        $value = $Fields[$name]
        if ($null -eq $value) { continue }
        if ($value -is [string]) {
            $json = ConvertTo-RunJsonText -Text $value
        } else {
            $json = ConvertTo-RunJson -Value $value
        }
        $null = $run.Lines.Append(',"').Append($name).Append('":').Append($json)
    }
    $null = $run.Lines.Append("}`n")
}

function Get-RunText {
    # A text as it may be written: without secrets, and not longer than anybody reads.
    param([string] $Text)
    $left = $Text.Length - $runTextCharacters
    # Masked before it is cut: half a secret would not be known.
    $Text = Hide-RunSecret -Text $Text -Mask $run.Mask
    if ($left -le 0) { return $Text }
    return $Text.Substring(0, [Math]::Min($runTextCharacters, $Text.Length)) + "... ($left more characters)"
}

function Save-RunJournal {
    # Writes what was appended: all of it or nothing.
    if ($run.Lines.Length -eq 0) { return }
    $bytes = [System.Text.Encoding]::ASCII.GetBytes($run.Lines.ToString())
    $null = $run.Lines.Clear()
    for ($try = 1; ; $try++) {
        try {
            $run.Journal.Write($bytes, 0, $bytes.Length)
            $run.Journal.Flush()
            $run.Good += $bytes.Length
            $run.GoodNumber = $run.Number
            return
        } catch {
            $run.Journal.SetLength($run.Good)
            $null = $run.Journal.Seek($run.Good, 'Begin')
            $run.DiskFull = Test-RunDiskFull -Exception $_.Exception
            if ($run.DiskFull) {
                $run.Number = $run.GoodNumber
                return
            }
            if ($try -ge $runFileTries) { throw }
        }
        Wait-RunFile
    }
}

#endregion
#region what the worker says

function Send-RunProgress {
    # Writes the newest record of every bar; between two of them passes some time.
    param([switch] $Now)
    if ($run.Progress.Count -eq 0) { return }
    if (-not $Now -and $run.Told.ElapsedMilliseconds -lt $runProgressMilliseconds) { return }
    foreach ($fields in @($run.Progress.Values)) { Add-RunEvent -Type progress -Fields $fields }
    $run.Progress.Clear()
    $run.Told.Restart()
}

function Add-RunOutput {
    param([string] $Stream, [string] $Text)
    foreach ($line in $Text -split '\r?\n') { Add-RunEvent -Type output -Fields ([ordered] @{ stream = $Stream; text = Get-RunText -Text $line }) }
}

function Receive-RunFrame {
    # One event that the worker tells.
    param($Frame)
    if ($Frame.t -eq 'progress') {
        $fields = [ordered] @{
            id = [int] $Frame.id; activity = Get-RunText -Text $Frame.activity; status = Get-RunText -Text $Frame.status
            percent = $Frame.percent; parent = $Frame.parent
        }
        # Bars are told in the order of their first record.
        $run.Progress["$($Frame.id)"] = $fields
        Send-RunProgress
        return
    }
    Send-RunProgress -Now
    switch -CaseSensitive ($Frame.t) {
        'output' { Add-RunOutput -Stream $Frame.stream -Text $Frame.text }
        'warning' { Add-RunEvent -Type warning -Fields @{ text = Get-RunText -Text $Frame.text } }
        'error' {
            Add-RunEvent -Type error -Fields ([ordered] @{
                    text = Get-RunText -Text $Frame.text; category = $Frame.category; fqid = Get-RunText -Text $Frame.fqid
                })
        }
        'step' {
            $text = $null
            if ($Frame.text) { $text = Get-RunText -Text $Frame.text }
            if ($Frame.status -eq 'started') {
                $run.State['Step'] = if ($text) { $text } else { $Frame.step }
                $run.Dirty = $true
            }
            Add-RunEvent -Type step -Fields ([ordered] @{ step = $Frame.step; status = $Frame.status; text = $text })
        }
        'result' {
            $data = Hide-RunData -Value $Frame.data -Mask $run.Mask
            $run.State['Result'] = $data
            $run.Dirty = $true
            Add-RunEvent -Type result -Fields @{ data = $data }
        }
        'stop' {
            if ($null -eq $run.Stop) { $run.Stop = $Frame.reason }
            Add-RunEvent -Type error -Fields ([ordered] @{
                    text = Get-RunText -Text $Frame.text; category = 'OperationStopped'; fqid = 'AzsconfigJobStopped'
                })
        }
        'done' { $run.Done = $Frame }
        'left' { $run.Left = $true }
        default { throw "no frame is called $($Frame.t)" }
    }
}

function Receive-RunLine {
    # One line of the worker's standard output or standard error.
    param([string] $Line, [bool] $IsError)
    $Line = $Line.TrimEnd("`r")
    $at = if ($IsError) { -1 } else { $Line.IndexOf($runFrame) }
    if ($at -lt 0) {
        if ($run.Full -or $run.DiskFull) { return }
        Send-RunProgress -Now
        if (-not $IsError) {
            Add-RunOutput -Stream host -Text $Line
        } elseif ($Line.Trim()) {
            Add-RunEvent -Type error -Fields @{ text = Get-RunText -Text $Line }
        }
        return
    }
    # What was written without an end of line stands before it.
    if ($at -gt 0) { Add-RunOutput -Stream host -Text $Line.Substring(0, $at) }
    $json = $Line.Substring($at + 1)
    if (($run.Full -or $run.DiskFull) -and $json.StartsWith('{"t":"output"')) { return }
    try {
        Receive-RunFrame -Frame (ConvertFrom-RunJson -Json $json)
    } catch {
        Add-RunOutput -Stream host -Text $json
    }
}

function Receive-RunText {
    # A part of what comes over a pipe, wherever it is cut.
    param($Source, [string] $Text)
    if (($run.Full -or $run.DiskFull) -and -not $Source.Skip -and -not $Source.Rest.Contains($runFrame) -and -not $Text.Contains($runFrame)) {
        # Nothing of it is kept: a flood must not hold up the job.
        if ($Text.Contains("`n")) { $Source.Rest = '' }
        $Text = $Text.Substring($Text.LastIndexOf("`n") + 1)
    }
    $lines = $Text.Split("`n")
    $lines[0] = $Source.Rest + $lines[0]
    $Source.Rest = $lines[-1]
    for ($number = 0; $number -lt $lines.Count - 1; $number++) {
        if (-not $Source.Skip) { Receive-RunLine -Line $lines[$number] -IsError $Source.IsError }
        $Source.Skip = $false
    }
    # A line without end is told as far as anybody reads, and then left out.
    if ($Source.Skip) {
        $Source.Rest = ''
    } elseif ($Source.Rest.Length -gt $runFrameCharacters -or
        ($Source.Rest.Length -gt 4 * $runTextCharacters -and -not $Source.Rest.Contains($runFrame))) {
        Receive-RunLine -Line $Source.Rest -IsError $Source.IsError
        $Source.Rest = ''
        $Source.Skip = $true
    }
}

function Read-RunSource {
    # Takes what a pipe has; returns whether there was something.
    param($Source)
    if (-not $Source.Task.IsCompleted) { return $false }
    $count = 0
    if (-not $Source.Task.IsFaulted) { $count = $Source.Task.Result }
    if ($count -eq 0) {
        $Source.Open = $false
        if ($Source.Rest) { Receive-RunLine -Line $Source.Rest -IsError $Source.IsError }
        return $true
    }
    $characters = New-Object -TypeName char[] -ArgumentList ($count + 1)
    $length = $Source.Decoder.GetChars($Source.Buffer, 0, $count, $characters, 0)
    $Source.Task = $Source.Stream.ReadAsync($Source.Buffer, 0, $Source.Buffer.Length)
    Receive-RunText -Source $Source -Text (New-Object -TypeName string -ArgumentList $characters, 0, $length)
    return $true
}

#endregion
#region supervisor

function Wait-RunGiver {
    # Whether whoever started the run may still come to hand over the secrets.
    param($Request, $Clock)
    return $Clock.Elapsed.TotalSeconds -lt $runSecretSeconds -and
        (Test-RunProcess -ProcessId (Get-RunField -Source $Request -Name 'ProcessId') -Started $Request.ProcessStarted)
}

function Receive-RunSecret {
    # Takes the secrets from whoever started the run; null where nobody gives them.
    param($Request)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $pipe = New-Object -TypeName System.IO.Pipes.NamedPipeClientStream `
        -ArgumentList '.', $Request.Pipe, 'InOut', 'Asynchronous', 'Identification'
    try {
        while (-not $pipe.IsConnected) {
            try { $pipe.Connect(500) } catch [System.TimeoutException] {
                if (-not (Wait-RunGiver -Request $Request -Clock $clock)) { throw }
            }
        }
        $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $pipe
        $line = $reader.ReadLineAsync()
        while (-not $line.Wait(500)) {
            if (-not (Wait-RunGiver -Request $Request -Clock $clock)) { return $null }
        }
        if (-not $line.Result) { return $null }
        $secrets = ConvertFrom-RunJson -Json $line.Result
        # The word that they were taken.
        $pipe.WriteByte(10)
        $pipe.Flush()
        return $secrets
    } catch {
        $run.Trouble = $_.Exception.GetBaseException().Message
        return $null
    } finally {
        $pipe.Dispose()
    }
}

function Start-RunWorker {
    # Starts the worker and hands it the secrets: not as an argument, in its environment or in a file, where others see them.
    param($Secrets)
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo
    $start.FileName = Get-RunPowerShell
    $script = [System.IO.Path]::Combine($runFolder, 'runner.ps1')
    $start.Arguments = "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`" -Worker"
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.WorkingDirectory = $runFolder
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    $start.StandardOutputEncoding = $utf8
    $start.StandardErrorEncoding = $utf8
    $process = [System.Diagnostics.Process]::Start($start)
    $line = ConvertTo-RunJson -Value ([ordered] @{ Supervisor = $PID; Secrets = $Secrets })
    $bytes = [System.Text.Encoding]::ASCII.GetBytes("$line`n")
    try {
        # Past the writer, which may put a byte order mark in front.
        $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        $process.StandardInput.BaseStream.Flush()
        # What the job starts finds its input at an end.
        $process.StandardInput.BaseStream.Close()
    } catch [System.IO.IOException] {
        # It is gone already, which is told as its end.
        $null = $_
    }
    return $process
}

function Watch-RunWorker {
    # Writes down what the worker says until it has ended.
    param($Process)
    $sources = @(foreach ($reader in $Process.StandardOutput, $Process.StandardError) {
            # Past the reader, which may wait for more where what came filled its buffer.
            $stream = $reader.BaseStream
            $buffer = New-Object -TypeName byte[] -ArgumentList 65536
            @{
                Stream = $stream; Buffer = $buffer; Task = $stream.ReadAsync($buffer, 0, $buffer.Length); Rest = ''; Skip = $false
                Open = $true; IsError = $reader -eq $Process.StandardError; Decoder = [System.Text.Encoding]::UTF8.GetDecoder()
            }
        })
    $ended = $null
    $told = $null
    while ($true) {
        $open = @($sources | Where-Object -FilterScript { $_.Open })
        $gone = $Process.HasExited
        if ($open.Count -gt 0) {
            $handles = @($open | ForEach-Object -Process { ([System.IAsyncResult] $_.Task).AsyncWaitHandle })
            $null = [System.Threading.WaitHandle]::WaitAny([System.Threading.WaitHandle[]] $handles, 200)
        } elseif (-not $gone) {
            $null = $Process.WaitForExit(200)
        }
        $some = $false
        foreach ($source in $open) { if (Read-RunSource -Source $source) { $some = $true } }
        Send-RunProgress
        Save-RunJournal
        if ($run.Dirty -or $run.Saved.Elapsed.TotalSeconds -gt $runHeartbeatSeconds) { $null = Save-RunState }
        if (-not $gone -and ($run.Left -or $null -ne $run.Done)) {
            # It said its last word: whatever keeps it is not the job.
            if ($null -eq $told) { $told = [System.Diagnostics.Stopwatch]::StartNew() }
            if ($told.Elapsed.TotalSeconds -gt $runLeaveSeconds) { $Process.Kill() }
        }
        if (-not $gone -or $some) { continue }
        # Something that the job started may keep the pipes for ever: its words are not waited for.
        if ($null -eq $ended) { $ended = [System.Diagnostics.Stopwatch]::StartNew() }
        if ($open.Count -eq 0 -or $ended.ElapsedMilliseconds -gt 1000) { break }
    }
    Send-RunProgress -Now
    $Process.WaitForExit()
    return $Process.ExitCode
}

function Resolve-RunEnd {
    # What a run came to, from what its worker said and the code it ended with.
    param([int] $Code)
    if ($null -ne $run.Stop) { return @{ Exit = 1; Reason = $run.Stop } }
    if ($null -ne $run.Done) { return @{ Exit = [int] $run.Done.exit; Reason = $run.Done.reason } }
    if ($run.Left -and $Code -eq 0) { return @{ Exit = 0; Reason = 'completed' } }
    if ($run.Left) {
        Add-RunEvent -Type error -Fields ([ordered] @{
                text = "The job ended its process with code $Code."; category = 'OperationStopped'; fqid = 'AzsconfigJobLeft'
            })
        return @{ Exit = $Code; Reason = 'failed' }
    }
    Add-RunEvent -Type error -Fields ([ordered] @{
            text = "The process of the job is gone without a word; its code is $Code."; category = 'OperationStopped'
            fqid = 'AzsconfigJobDied'
        })
    return @{ Exit = $Code; Reason = 'died' }
}

function Complete-Run {
    # Writes that the run is over. The lock is free before anybody can see that; the task goes last, because it is us.
    param([int] $ExitCode, [string] $Reason)
    try {
        $null = Remove-RunLock -RunId $run.State['Id']
    } catch {
        Add-RunEvent -Type warning -Fields @{ text = "The lock of this node could not be freed: $($_.Exception.Message)" }
    }
    Save-RunJournal
    [System.IO.File]::Delete([System.IO.Path]::Combine($runFolder, 'reserve'))
    if ($run.DiskFull) {
        $Reason = 'disk-full'
        $run.DiskFull = $false
    }
    Add-RunEvent -Type ended -Fields ([ordered] @{ exit = $ExitCode; reason = $Reason })
    Save-RunJournal
    if ($run.DiskFull) { $Reason = 'disk-full' }
    $run.Journal.Flush($true)
    $run.State['Phase'] = 'ended'
    $run.State['Exit'] = $ExitCode
    $run.State['Reason'] = $Reason
    $run.State['Ended'] = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
    for ($try = 1; -not (Save-RunState) -and $try -lt $runFileTries; $try++) { Wait-RunFile }
    $run.Journal.Dispose()
    Unregister-ScheduledTask -TaskName "azsconfig-$($run.State['Id'])" -Confirm:$false -ErrorAction SilentlyContinue
}

function Get-RunIdentity {
    try {
        return [System.Security.Principal.WindowsIdentity]::GetCurrent().Name
    } catch [System.PlatformNotSupportedException] {
        return [System.Environment]::UserName
    }
}

function Invoke-RunSupervisor {
    $request = Read-RunJson -Path ([System.IO.Path]::Combine($runFolder, 'request.json'))
    $run.State['Id'] = $request.Id
    $run.State['Identity'] = Get-RunIdentity
    $run.State['ProcessStarted'] = (Get-RunProcessStart -ProcessId $PID).ToString('o', $runInvariant)
    $run.State['Started'] = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
    $run.State['Phase'] = 'waiting-for-secrets'
    $run.Journal = New-Object -TypeName System.IO.FileStream -ArgumentList ([System.IO.Path]::Combine($runFolder, 'events.jsonl')),
    'Append', 'Write', ([System.IO.FileShare] 'ReadWrite, Delete'), 1
    $null = Save-RunState
    $secrets = Receive-RunSecret -Request $request
    if ($null -eq $secrets) {
        Add-RunEvent -Type error -Fields @{ text = "Nobody handed over what the run needs: $($run.Trouble)" }
        Complete-Run -ExitCode 1 -Reason no-secrets
        return
    }
    $run.Mask = Get-RunMask -Secret @($secrets.PSObject.Properties | ForEach-Object -MemberName Value)
    $run.State['Phase'] = 'running'
    $process = $null
    try {
        Add-RunEvent -Type started -Fields ([ordered] @{ identity = $run.State['Identity']; pid = $PID })
        Save-RunJournal
        $null = Save-RunState
        $process = Start-RunWorker -Secrets $secrets
        $secrets = $null
        $end = Resolve-RunEnd -Code (Watch-RunWorker -Process $process)
    } catch {
        # Nobody would hear any more what the job says.
        if ($null -ne $process -and -not $process.HasExited) { $process.Kill() }
        Add-RunEvent -Type error -Fields ([ordered] @{
                text = Get-RunText -Text "The run's own process failed: $($_.Exception.Message)"
                category = [string] $_.CategoryInfo.Category; fqid = 'AzsconfigRunnerFailed'
            })
        $end = @{ Exit = 1; Reason = 'failed' }
    }
    Complete-Run -ExitCode $end.Exit -Reason $end.Reason
}

#endregion
#region worker

function Write-RunFrame {
    # Tells one event. The fields are JSON already, or data.
    param([string] $Json, $Fields)
    if (-not $Json) { $Json = ConvertTo-RunJson -Value $Fields }
    $global:AzsconfigWorker.Writer.Write("$runFrame$Json`n")
    $global:AzsconfigWorker.Writer.Flush()
}

function Write-RunOutput {
    param([string] $Stream, [string] $Text)
    Write-RunFrame -Json ('{"t":"output","stream":"' + $Stream + '","text":' + (ConvertTo-RunJsonText -Text $Text) + '}')
}

function Write-RunPending {
    # What was held back: records of a formatted list make a text only together, pieces of a line only a line.
    $worker = $global:AzsconfigWorker
    if ($worker.Formatted.Count -gt 0) {
        try {
            $text = ($worker.Formatted | Out-String -Width $runListWidth)
        } catch {
            # What cannot be shown is no reason to end the job.
            $text = ($worker.Formatted | ForEach-Object -Process { $_.GetType().FullName }) -join "`n"
        }
        $worker.Formatted.Clear()
        Write-RunOutput -Stream output -Text (($text -replace '[ \t]+(?=\r?\n)', '').Trim("`r", "`n"))
    }
    if ($worker.Piece) {
        $text = $worker.Piece
        $worker.Piece = ''
        Write-RunOutput -Stream host -Text $text
    }
}

function Write-RunErrorRecord {
    param([System.Management.Automation.ErrorRecord] $ErrorRecord)
    $text = Get-RunErrorText -ErrorRecord $ErrorRecord
    # What a program writes to its standard error is seldom an error.
    if ($ErrorRecord.FullyQualifiedErrorId -in 'NativeCommandError', 'NativeCommandErrorMessage') {
        Write-RunOutput -Stream native -Text $text
        return
    }
    Write-RunFrame -Fields ([ordered] @{
            t = 'error'; text = $text; category = [string] $ErrorRecord.CategoryInfo.Category
            fqid = [string] $ErrorRecord.FullyQualifiedErrorId
        })
}

function Write-RunInformation {
    param([System.Management.Automation.InformationRecord] $Record)
    if ($Record.Tags -notcontains 'PSHOST') {
        Write-RunPending
        Write-RunOutput -Stream information -Text ([string] $Record.MessageData)
        return
    }
    $data = $Record.MessageData
    $text = [string] $data
    $piece = $false
    if ($data -is [System.Management.Automation.HostInformationMessage]) {
        $text = [string] $data.Message
        $piece = [bool] $data.NoNewLine
    }
    if ($global:AzsconfigWorker.Formatted.Count -gt 0) { Write-RunPending }
    $global:AzsconfigWorker.Piece += $text
    if ($piece) { return }
    $text = $global:AzsconfigWorker.Piece
    $global:AzsconfigWorker.Piece = ''
    Write-RunOutput -Stream host -Text $text
}

function Write-RunItem {
    # Tells one thing that came out of the job, by what it is.
    param($Item)
    if ($null -eq $Item) { return }
    if ($Item -is [System.Management.Automation.InformationRecord]) { Write-RunInformation -Record $Item; return }
    if ($Item.GetType().FullName -like 'Microsoft.PowerShell.Commands.Internal.Format.*') {
        $null = $global:AzsconfigWorker.Formatted.Add($Item)
        if ($Item.GetType().Name -eq 'FormatEndData') { Write-RunPending }
        return
    }
    Write-RunPending
    if ($Item -is [string]) {
        Write-RunOutput -Stream output -Text $Item
    } elseif ($Item -is [System.Management.Automation.ErrorRecord]) {
        Write-RunErrorRecord -ErrorRecord $Item
    } elseif ($Item -is [System.Management.Automation.WarningRecord]) {
        Write-RunFrame -Fields ([ordered] @{ t = 'warning'; text = [string] $Item.Message })
    } elseif ($Item -is [System.Management.Automation.VerboseRecord]) {
        Write-RunOutput -Stream verbose -Text ([string] $Item.Message)
    } elseif ($Item -is [System.Management.Automation.DebugRecord]) {
        Write-RunOutput -Stream debug -Text ([string] $Item.Message)
    } else {
        $null = $global:AzsconfigWorker.Formatted.Add($Item)
        Write-RunPending
    }
}

function global:Write-RunStep {
    # Given to the job: how a step of the plan stands.
    param([string] $Id, [ValidateSet('started', 'done', 'failed', 'skipped')] [string] $Status, [string] $Text)
    Write-RunPending
    Write-RunFrame -Fields ([ordered] @{ t = 'step'; step = $Id; status = $Status.ToLowerInvariant(); text = $Text })
}

function global:Write-RunResult {
    # Given to the job: what it claims to have come to.
    param($Data)
    Write-RunPending
    Write-RunFrame -Fields ([ordered] @{ t = 'result'; data = $Data })
}

function global:Stop-Run {
    # Given to the job: ends it, and says why.
    param([ValidateSet('refused', 'failed')] [string] $Reason, [string] $Message)
    Write-RunPending
    # Said at once: where a job is ended already, what is thrown does not arrive.
    Write-RunFrame -Fields ([ordered] @{ t = 'stop'; reason = $Reason.ToLowerInvariant(); text = $Message })
    $stop = New-Object -TypeName System.OperationCanceledException -ArgumentList $Message
    throw (New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $stop, 'AzsconfigJobStopped', 'OperationStopped', $null)
}

function global:Write-Progress {
    # In the place of the cmdlet, whose records reach a host alone, and this one draws nothing.
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [string] $Activity,
        [Parameter(Position = 1)] [string] $Status,
        [Parameter(Position = 2)] [int] $Id = 0,
        [int] $PercentComplete = -1,
        [int] $SecondsRemaining = -1,
        [string] $CurrentOperation,
        [int] $ParentId = -1,
        [switch] $Completed,
        [int] $SourceId
    )
    $percent = if ($Completed) { 100 } elseif ($PercentComplete -ge 0) { [Math]::Min($PercentComplete, 100) } else { $null }
    $parent = if ($ParentId -ge 0) { $ParentId } else { $null }
    $words = (@($Status, $CurrentOperation) | Where-Object -FilterScript { $_ }) -join ': '
    $json = ConvertTo-RunJson -Value ([ordered] @{
            t = 'progress'; id = $Id; activity = $Activity; status = $words; percent = $percent; parent = $parent
        })
    # Some cmdlets say the same thousands of times.
    if ($json -ceq $global:AzsconfigWorker.Progress) { return }
    $global:AzsconfigWorker.Progress = $json
    Write-RunPending
    Write-RunFrame -Json $json
}

function Watch-RunSupervisor {
    # Ends this process when its supervisor is gone: a run that is told to be over has to be over.
    param([int] $ProcessId)
    $watch = [powershell]::Create()
    $null = $watch.AddScript({
            param($ProcessId)
            try { [System.Diagnostics.Process]::GetProcessById($ProcessId).WaitForExit() } catch [System.ArgumentException] { $null = $_ }
            [System.Diagnostics.Process]::GetCurrentProcess().Kill()
        }.ToString()).AddArgument($ProcessId)
    $null = $watch.BeginInvoke()
}

function Invoke-RunJob {
    # The job in a scope of its own. As a block and not as a file, which would swallow the code it exits with.
    param($Parameters, $Secrets)
    . $global:AzsconfigWorker.Job -Parameters $Parameters -Secrets $Secrets *>&1 | ForEach-Object -Process { Write-RunItem -Item $_ }
}

function Invoke-RunWorker {
    $utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    # What native programs print is read with this; without a console it cannot be set, and does not matter.
    try { [System.Console]::OutputEncoding = $utf8 } catch { $null = $_ }
    $global:OutputEncoding = $utf8
    # Lists that are formatted for the host are cut at the width of the console.
    try {
        $Host.UI.RawUI.BufferSize = New-Object -TypeName System.Management.Automation.Host.Size -ArgumentList $runListWidth, 50
    } catch { $null = $_ }
    $global:AzsconfigWorker = @{
        Writer    = New-Object -TypeName System.IO.StreamWriter -ArgumentList ([System.Console]::OpenStandardOutput()), $utf8, 65536
        Formatted = New-Object -TypeName System.Collections.ArrayList
        Piece     = ''
        Progress  = ''
        Job       = $null
    }
    $line = [System.Console]::In.ReadLine()
    # A byte order mark may stand before it.
    $given = ConvertFrom-RunJson -Json $line.Substring($line.IndexOf('{'))
    Watch-RunSupervisor -ProcessId $given.Supervisor
    $told = $false
    try {
        $request = Read-RunJson -Path ([System.IO.Path]::Combine($runFolder, 'request.json'))
        $text = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($runFolder, 'job.ps1'))
        $global:AzsconfigWorker.Job = [scriptblock]::Create($text)
        Invoke-RunJob -Parameters $request.Parameters -Secrets $given.Secrets
        Write-RunPending
        Write-RunFrame -Fields ([ordered] @{ t = 'done'; exit = 0; reason = 'completed' })
        $told = $true
    } catch {
        Write-RunPending
        if ($_.FullyQualifiedErrorId -ne 'AzsconfigJobStopped') { Write-RunErrorRecord -ErrorRecord $_ }
        Write-RunFrame -Fields ([ordered] @{ t = 'done'; exit = 1; reason = 'failed' })
        $told = $true
    } finally {
        # It leaves with exit.
        if (-not $told) {
            Write-RunPending
            Write-RunFrame -Fields @{ t = 'left' }
        }
    }
}

#endregion

if ($Worker) {
    Invoke-RunWorker
    [System.Environment]::Exit(0)
}

$run = @{
    Journal = $null; Good = 0; Number = 0; GoodNumber = 0; Full = $false; DiskFull = $false; Dirty = $false; Mask = @()
    Lines = New-Object -TypeName System.Text.StringBuilder; Progress = [ordered] @{}; Stop = $null; Done = $null; Left = $false
    Told = [System.Diagnostics.Stopwatch]::StartNew(); Saved = [System.Diagnostics.Stopwatch]::StartNew(); Trouble = 'they did not come'
    State = [ordered] @{
        Id = ''; Phase = 'starting'; ProcessId = $PID; ProcessStarted = $null; Started = $null; Updated = $null; Ended = $null
        Step = $null; Exit = $null; Reason = $null; Identity = $null; Result = $null
    }
}
Invoke-RunSupervisor
