<#
.SYNOPSIS
    Runs named scripts on request and writes what they say as numbered records.
.DESCRIPTION
    The far end of an azsconfig channel. Reads one JSON object a line from standard input and writes one record a line
    to standard output: the character 30, one ASCII JSON object, a line feed.

    Requests: define (a script's text, by name), run (a script by name with parameters), cancel, resend, ping, exit.
    A request whose id was seen before is ignored. Up to four scripts run side by side, each in a runspace of its own;
    an exclusive one runs alone. The end of standard input ends everything.

    A program that a script starts inherits this standard input, which holds requests and is being read: a script
    must start it with an empty input of its own, as in: @() | & program.exe

    Never names the automatic variable for pipeline input: the console host would then take the requests itself.
    Valid for Windows PowerShell 5.1 and PowerShell 7.
.PARAMETER Reader
    Where requests come from; standard input unless something has begun to read it.
.EXAMPLE
    '{"id":"1","op":"ping"}' | powershell.exe -NoProfile -File agent.ps1
#>
param([IO.StreamReader] $Reader)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$maxRunning = 4
$ringRecords = 2000
$ringCharacters = 33554432
$maxDataCharacters = 8000000
$outputsAtOnce = 200
$pollMilliseconds = 50
$stopMilliseconds = 2000

$utf8 = New-Object -TypeName Text.UTF8Encoding -ArgumentList $false
if ($null -eq $Reader) {
    $Reader = New-Object -TypeName IO.StreamReader -ArgumentList ([Console]::OpenStandardInput()), $utf8, $false, 65536
}
$writer = New-Object -TypeName IO.StreamWriter -ArgumentList ([Console]::OpenStandardOutput()), $utf8, 65536
# What native programs print is read with this; without a console it cannot be set, and does not matter.
try { [Console]::OutputEncoding = $utf8 } catch { $null = $_ }
$OutputEncoding = $utf8

$state = @{ Q = 0; RingCharacters = 0; Exit = $false }
$ring = New-Object -TypeName Collections.Generic.Queue[object]
$seen = New-Object -TypeName Collections.Generic.HashSet[string]
$scripts = @{}
$running = New-Object -TypeName Collections.Generic.List[object]
$waiting = New-Object -TypeName Collections.Generic.List[object]
$idleRunspaces = New-Object -TypeName Collections.Generic.Stack[object]

# PowerShell 7 would turn texts that look like times into times.
$fromJson = @{}
if ((Get-Command -Name ConvertFrom-Json).Parameters.ContainsKey('DateKind')) { $fromJson['DateKind'] = 'String' }
$escape = [Text.RegularExpressions.MatchEvaluator] { param($match) '\u{0:x4}' -f [int] [char] $match.Value }

# ---- records -------------------------------------------------------------------------------------------------------

function ConvertTo-Line {
    param($Value)
    # A warning about depth would go to our own output.
    ConvertTo-Json -InputObject $Value -Compress -Depth 8 -WarningAction SilentlyContinue
}

function Write-Line {
    param([string] $Line)
    $writer.Write([char] 30 + $Line + "`n")
    $writer.Flush()
}

function ConvertTo-Ascii {
    param([string] $Text)
    if ([regex]::IsMatch($Text, '[^\x20-\x7e]')) { return [regex]::Replace($Text, '[^\x20-\x7e]', $escape) }
    return $Text
}

function Send-Record {
    # Writes one record: its id, its type, further fields, and data that is JSON already.
    param([string] $Id, [string] $Type, [Collections.IDictionary] $Fields, [string] $Data)
    $state.Q++
    $idText = if ($Id) { ConvertTo-Line -Value $Id } else { 'null' }
    $line = '{"q":' + $state.Q + ',"id":' + $idText + ',"t":"' + $Type + '"'
    if ($Data) { $line += ',"data":' + $Data }
    if ($null -ne $Fields -and $Fields.Count -gt 0) {
        $line += ',' + (ConvertTo-Line -Value $Fields).Substring(1)
    } else {
        $line += '}'
    }
    $line = ConvertTo-Ascii -Text $line
    $ring.Enqueue(@{ Q = $state.Q; Line = $line })
    $state.RingCharacters += $line.Length
    while ($ring.Count -gt $ringRecords -or ($ring.Count -gt 1 -and $state.RingCharacters -gt $ringCharacters)) {
        $state.RingCharacters -= $ring.Dequeue().Line.Length
    }
    Write-Line -Line $line
}

function Send-Error {
    param([string] $Id, [string] $Category, [string] $Fqid, [string] $Message, [string] $Position)
    Send-Record -Id $Id -Type 'error' -Fields ([ordered] @{
            category = $Category; fqid = $Fqid; position = $Position; message = $Message
        })
}

function Send-ErrorRecord {
    param([string] $Id, [Management.Automation.ErrorRecord] $ErrorRecord)
    $message = if ($null -ne $ErrorRecord.ErrorDetails -and $ErrorRecord.ErrorDetails.Message) {
        $ErrorRecord.ErrorDetails.Message
    } elseif ($null -ne $ErrorRecord.Exception) {
        $ErrorRecord.Exception.Message
    } else {
        "$ErrorRecord"
    }
    Send-Error -Id $Id -Category "$($ErrorRecord.CategoryInfo.Category)" -Fqid "$($ErrorRecord.FullyQualifiedErrorId)" `
        -Message $message -Position "$($ErrorRecord.InvocationInfo.PositionMessage)"
}

function Send-Cancelled {
    param([string] $Id)
    Send-Error -Id $Id -Category 'OperationStopped' -Fqid 'PipelineStopped' -Message 'The request was cancelled.'
}

function Send-End {
    param([string] $Id, [bool] $Ok, [double] $Seconds)
    Send-Record -Id $Id -Type 'end' -Fields ([ordered] @{ ok = $Ok; seconds = [Math]::Round($Seconds, 3) })
}

function Send-Out {
    param([string] $Id, $Value)
    # 5.1 writes an array that stands in a PSObject as an object with value and Count.
    if ($Value -is [array] -or $Value -is [string] -or $Value -is [ValueType]) { $Value = $Value.PSObject.BaseObject }
    try {
        $data = if ($null -eq $Value) { 'null' } else { ConvertTo-Ascii -Text (ConvertTo-Line -Value $Value) }
    } catch {
        Send-Error -Id $Id -Category 'InvalidResult' -Fqid 'AzsconfigUnserializable' -Message "$($_.Exception.Message)"
        return
    }
    if ($data.Length -gt $maxDataCharacters) {
        Send-Error -Id $Id -Category 'LimitsExceeded' -Fqid 'AzsconfigOutputTooLarge' `
            -Message "An object of $($data.Length) characters is too large to send."
        return
    }
    Send-Record -Id $Id -Type 'out' -Data $data
}

function Send-Again {
    param([long] $After)
    $oldest = if ($ring.Count -gt 0) { $ring.Peek().Q } else { $state.Q + 1 }
    if ($After + 1 -lt $oldest) {
        Send-Error -Category 'ObjectNotFound' -Fqid 'AzsconfigRecordsGone' `
            -Message "Records after $After are no longer kept; the oldest is $oldest."
        return
    }
    foreach ($record in $ring) {
        if ($record.Q -gt $After) { Write-Line -Line $record.Line }
    }
}

# ---- runs ----------------------------------------------------------------------------------------------------------

function Get-ScriptRunspace {
    # A clean runspace that has been used keeps the modules it loaded, which take seconds on a node.
    while ($idleRunspaces.Count -gt 0) {
        $runspace = $idleRunspaces.Pop()
        try {
            $runspace.ResetRunspaceState()
            return $runspace
        } catch {
            $runspace.Dispose()
        }
    }
    $initial = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
    # What this session was given when it started, scripts have too.
    $modules = @(Get-Module | Where-Object -FilterScript { $_.Path -and $_.Name -notlike 'Microsoft.PowerShell.*' } |
            ForEach-Object -MemberName Path)
    if ($modules.Count -gt 0) { $initial.ImportPSModule([string[]] $modules) }
    $runspace = [Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($initial)
    $runspace.Open()
    return $runspace
}

function ConvertTo-ParameterTable {
    param($Parameters)
    $table = @{}
    if ($null -ne $Parameters) {
        foreach ($property in $Parameters.PSObject.Properties) { $table[$property.Name] = $property.Value }
    }
    return $table
}

function Start-Run {
    param($Request)
    $run = @{
        Id = $Request.id; Exclusive = [bool] $Request.exclusive; Cancelled = $false; PowerShell = $null; Handle = $null
        Output = New-Object -TypeName 'Management.Automation.PSDataCollection[psobject]'; Backlog = @(); Next = 0
        Clock = [Diagnostics.Stopwatch]::StartNew()
    }
    $none = New-Object -TypeName 'Management.Automation.PSDataCollection[psobject]'
    $none.Complete()
    try {
        $run.PowerShell = [powershell]::Create()
        $run.PowerShell.Runspace = Get-ScriptRunspace
        $null = $run.PowerShell.AddScript($scripts[$Request.name], $true)
        $null = $run.PowerShell.AddParameters((ConvertTo-ParameterTable -Parameters $Request.parameters))
        $run.Handle = $run.PowerShell.BeginInvoke($none, $run.Output)
    } catch {
        Send-ErrorRecord -Id $run.Id -ErrorRecord $_
        Send-End -Id $run.Id -Ok $false -Seconds $run.Clock.Elapsed.TotalSeconds
        if ($null -ne $run.PowerShell) { $run.PowerShell.Dispose() }
        return
    }
    $running.Add($run)
}

function Start-Waiting {
    while ($waiting.Count -gt 0) {
        $alone = $running.Count -gt 0 -and $running[0].Exclusive
        if ($alone -or $running.Count -ge $maxRunning) { return }
        if ([bool] $waiting[0].exclusive -and $running.Count -gt 0) { return }
        $request = $waiting[0]
        $waiting.RemoveAt(0)
        Start-Run -Request $request
    }
}

function Send-Progress {
    param($Run)
    # Only the newest of each activity: a script may report progress thousands of times a second.
    $newest = [ordered] @{}
    foreach ($record in $Run.PowerShell.Streams.Progress.ReadAll()) { $newest["$($record.ActivityId)"] = $record }
    foreach ($record in $newest.Values) {
        $percent = if ($record.PercentComplete -ge 0) { $record.PercentComplete } else { $null }
        $parent = if ($record.ParentActivityId -ge 0) { $record.ParentActivityId } else { $null }
        $status = "$($record.StatusDescription)"
        if ("$($record.RecordType)" -eq 'Completed') { $percent = 100 }
        Send-Record -Id $Run.Id -Type 'progress' -Fields ([ordered] @{
                activity = "$($record.Activity)"; status = $status; percent = $percent; parent = $parent
            })
    }
}

function Send-Stream {
    param($Run)
    $streams = $Run.PowerShell.Streams
    if ($streams.Progress.Count -gt 0) { Send-Progress -Run $Run }
    foreach ($name in 'Verbose', 'Debug', 'Information', 'Warning') {
        if ($streams.$name.Count -eq 0) { continue }
        foreach ($record in $streams.$name.ReadAll()) {
            $message = if ($name -eq 'Information') { "$($record.MessageData)" } else { "$($record.Message)" }
            Send-Record -Id $Run.Id -Type $name.ToLowerInvariant() -Fields ([ordered] @{ message = $message })
        }
    }
    if ($streams.Error.Count -gt 0) {
        foreach ($record in $streams.Error.ReadAll()) { Send-ErrorRecord -Id $Run.Id -ErrorRecord $record }
    }
    # What a cancelled one still has to say, nobody waits for.
    if (-not $Run.Cancelled) { Send-Output -Run $Run }
}

function Send-Output {
    # A part at a time: requests, above all a cancellation, are read in between.
    param($Run)
    if ($Run.Next -ge $Run.Backlog.Count -and $Run.Output.Count -gt 0) {
        $Run.Backlog = $Run.Output.ReadAll()
        $Run.Next = 0
    }
    $until = [Math]::Min($Run.Backlog.Count, $Run.Next + $outputsAtOnce)
    while ($Run.Next -lt $until) {
        Send-Out -Id $Run.Id -Value $Run.Backlog[$Run.Next]
        $Run.Next++
    }
}

function Test-OutputLeft {
    param($Run)
    $Run.Next -lt $Run.Backlog.Count -or $Run.Output.Count -gt 0
}

function Complete-Run {
    param($Run)
    $runspace = $Run.PowerShell.Runspace
    try { $null = $Run.PowerShell.EndInvoke($Run.Handle) } catch { $null = $_ }
    Send-Stream -Run $Run
    $info = $Run.PowerShell.InvocationStateInfo
    $ok = "$($info.State)" -eq 'Completed' -and -not (Test-OutputLeft -Run $Run)
    if (-not $ok) {
        $reason = $info.Reason
        if ($Run.Cancelled -or "$($info.State)" -eq 'Stopped') {
            Send-Cancelled -Id $Run.Id
        } elseif ($null -ne $reason -and $null -ne $reason.ErrorRecord) {
            Send-ErrorRecord -Id $Run.Id -ErrorRecord $reason.ErrorRecord
        } else {
            Send-Error -Id $Run.Id -Category 'NotSpecified' -Fqid "$($info.State)" -Message "$($reason.Message)"
        }
    }
    Send-End -Id $Run.Id -Ok $ok -Seconds $Run.Clock.Elapsed.TotalSeconds
    $Run.PowerShell.Dispose()
    if ($ok -and $idleRunspaces.Count -lt $maxRunning -and "$($runspace.RunspaceStateInfo.State)" -eq 'Opened') {
        $idleRunspaces.Push($runspace)
    } else {
        # Closing one that was stopped may wait for what hangs in it.
        $runspace.CloseAsync()
    }
}

function Send-Running {
    foreach ($run in $running.ToArray()) {
        $ended = $run.Handle.IsCompleted
        Send-Stream -Run $run
        if ($ended -and ($run.Cancelled -or -not (Test-OutputLeft -Run $run))) {
            $null = $running.Remove($run)
            Complete-Run -Run $run
        }
    }
}

function Stop-Run {
    param([string] $Target)
    foreach ($request in $waiting.ToArray()) {
        if ($request.id -eq $Target) {
            $null = $waiting.Remove($request)
            Send-Cancelled -Id $Target
            Send-End -Id $Target -Ok $false -Seconds 0
        }
    }
    foreach ($run in $running) {
        if ($run.Id -eq $Target) {
            $run.Cancelled = $true
            $null = $run.PowerShell.BeginStop($null, $null)
        }
    }
}

# ---- requests ------------------------------------------------------------------------------------------------------

function Send-BadRequest {
    param([string] $Id, [string] $Message)
    Send-Error -Id $Id -Category 'InvalidData' -Fqid 'AzsconfigBadRequest' -Message $Message
    if ($Id) { Send-End -Id $Id -Ok $false -Seconds 0 }
}

function Receive-Request {
    param($Request)
    $id = "$($Request.id)"
    switch -CaseSensitive ("$($Request.op)") {
        'define' {
            $scripts["$($Request.name)"] = "$($Request.body)"
            Send-End -Id $id -Ok $true -Seconds 0
        }
        'run' {
            if ($scripts.ContainsKey("$($Request.name)")) {
                $waiting.Add($Request)
            } else {
                Send-Error -Id $id -Category 'ObjectNotFound' -Fqid 'AzsconfigUnknownScript' `
                    -Message "No script named $($Request.name) was defined."
                Send-End -Id $id -Ok $false -Seconds 0
            }
        }
        'cancel' {
            Stop-Run -Target "$($Request.target)"
            Send-End -Id $id -Ok $true -Seconds 0
        }
        'ping' { Send-Record -Id $id -Type 'pong' }
        default { Send-BadRequest -Id $id -Message "There is no operation named $($Request.op)." }
    }
}

function Receive-Line {
    param([string] $Line)
    if ($Line.Trim() -eq '') { return }
    $request = $null
    try { $request = ConvertFrom-Json -InputObject $Line @fromJson } catch { $null = $_ }
    if ($request -isnot [Management.Automation.PSCustomObject]) {
        # The line itself is not repeated: it may hold a secret.
        Send-BadRequest -Message "A line of $($Line.Length) characters is no request."
        return
    }
    if ($request.op -ceq 'exit') { $state.Exit = $true; return }
    if ($request.op -ceq 'resend') { Send-Again -After ([long] $request.after); return }
    if (-not ($request.id -is [string] -and $request.id)) { Send-BadRequest -Message 'A request has no id.'; return }
    if (-not $seen.Add($request.id)) { return }
    Receive-Request -Request $request
}

# ---- the loop ------------------------------------------------------------------------------------------------------

function Get-Elevation {
    # The integrity level among the groups of our token: high or system. Elsewhere than on Windows there is none.
    if (-not (Get-Command -Name whoami.exe -ErrorAction SilentlyContinue)) { return $null }
    try {
        $groups = @() | & whoami.exe /groups /fo csv /nh 2>$null | Out-String
        return $groups -match 'S-1-16-(12288|16384)'
    } catch {
        return $null
    }
}

function Wait-Work {
    # Waits for a line, the end of a run, or while something runs for what it says.
    param($Task)
    if ($running.Count -eq 0) {
        try { $Task.Wait() } catch { $null = $_ }
        return
    }
    $handles = @(([IAsyncResult] $Task).AsyncWaitHandle)
    foreach ($run in $running) { $handles += $run.Handle.AsyncWaitHandle }
    $milliseconds = $pollMilliseconds
    foreach ($run in $running) { if (-not $run.Cancelled -and (Test-OutputLeft -Run $run)) { $milliseconds = 0 } }
    $null = [Threading.WaitHandle]::WaitAny([Threading.WaitHandle[]] $handles, $milliseconds)
}

function Stop-Everything {
    foreach ($run in $running) { $null = $run.PowerShell.BeginStop($null, $null) }
    $handles = @($running.ToArray() | ForEach-Object -Process { $_.Handle.AsyncWaitHandle })
    foreach ($handle in $handles) { $null = $handle.WaitOne($stopMilliseconds) }
    # A script that hangs in a call of the operating system must not keep this process.
    [Environment]::Exit(0)
}

$computer = if ($env:COMPUTERNAME) { $env:COMPUTERNAME } else { [Environment]::MachineName }
Send-Record -Type 'ready' -Fields ([ordered] @{
        version = "$($PSVersionTable.PSVersion)"; edition = "$($PSVersionTable.PSEdition)"
        language = "$($ExecutionContext.SessionState.LanguageMode)"; host = $computer; pid = $PID
        elevated = Get-Elevation; protocol = 1
    })

$next = $Reader.ReadLineAsync()
while (-not $state.Exit) {
    try {
        Wait-Work -Task $next
        if ($next.IsCompleted) {
            if ($next.IsFaulted -or $null -eq $next.Result) { break }
            $line = $next.Result
            $next = $Reader.ReadLineAsync()
            Receive-Line -Line $line
        }
        Send-Running
        Start-Waiting
    } catch [IO.IOException] {
        # Nobody reads our output any more.
        break
    } catch {
        Send-Error -Category 'NotSpecified' -Fqid 'AzsconfigAgentFault' -Message "$($_.Exception.Message)" `
            -Position "$($_.InvocationInfo.PositionMessage)"
    }
}
Stop-Everything
