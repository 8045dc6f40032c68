<#
.SYNOPSIS
    What the scripts of detached runs have in common: their folders, their state, the lock: functions alone.
.DESCRIPTION
    A run is a folder %ProgramData%\azsconfig\runs\<id>: request.json says what was asked for, state.json how far its
    runner is, events.jsonl what happened, outcome.json what azsconfig found to be true afterwards. Files are replaced
    whole, so that nobody reads half of one. The lock is the folder %ProgramData%\azsconfig\lock with owner.json in it.
#>

$runIdPattern = '\A[0-9]{8}T[0-9]{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}\z'
$runFileTries = 40
$runFilePauseMilliseconds = 25
$runFolderTries = 200
$runGuardSeconds = 20
$runBelievedSeconds = 60
$runInvariant = [System.Globalization.CultureInfo]::InvariantCulture
$runEscape = [System.Text.RegularExpressions.MatchEvaluator] { param($match) '\u{0:x4}' -f [int] [char] $match.Value }
# PowerShell 7 would turn texts that look like times into times.
$runFromJson = @{}
if ((Get-Command -Name ConvertFrom-Json).Parameters.ContainsKey('DateKind')) { $runFromJson['DateKind'] = 'String' }

function New-RunFault {
    # An error with an id, to be thrown.
    param([string] $Id, [string] $Category, [string] $Message)
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    return New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, $Id, $Category, $null
}

function Test-RunWindows {
    return [System.IO.Path]::DirectorySeparatorChar -eq '\'
}

function Get-RunRoot {
    if (-not $env:ProgramData) {
        throw (New-RunFault -Id 'AzsconfigRunFolderUnsafe' -Category ObjectNotFound -Message 'There is no %ProgramData%.')
    }
    return [System.IO.Path]::Combine($env:ProgramData, 'azsconfig')
}

function Get-RunFolder {
    param([string] $Id)
    return [System.IO.Path]::Combine((Get-RunRoot), 'runs', $Id)
}

function ConvertTo-RunTime {
    param([System.DateTime] $Time)
    return $Time.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fffZ', $runInvariant)
}

function Get-RunField {
    # A property of an object, null where it has none of that name.
    param($Source, [string] $Name)
    if ($null -eq $Source) { return $null }
    $property = $Source.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return , $property.Value
}

#region JSON and files

function ConvertTo-RunJsonText {
    # A text as JSON in ASCII; much faster than ConvertTo-Json, for lines of output.
    param([string] $Text)
    $Text = $Text.Replace('\', '\\').Replace('"', '\"')
    if ([regex]::IsMatch($Text, '[^ -~]')) { $Text = [regex]::Replace($Text, '[^ -~]', $runEscape) }
    return '"' + $Text + '"'
}

function ConvertTo-RunJson {
    param($Value)
    $json = ConvertTo-Json -InputObject $Value -Compress -Depth 8 -WarningAction SilentlyContinue
    if ([regex]::IsMatch($json, '[^ -~]')) { $json = [regex]::Replace($json, '[^ -~]', $runEscape) }
    return $json
}

function ConvertFrom-RunJson {
    param([string] $Json)
    return ConvertFrom-Json -InputObject $Json @runFromJson
}

function Test-RunDiskFull {
    # Whether an error says that there is no more space: of a disk or of a quota.
    param([System.Exception] $Exception)
    for ($cause = $Exception; $null -ne $cause; $cause = $cause.InnerException) {
        # Elsewhere .NET says so of a file that a limit keeps from growing.
        if ($cause -is [System.ArgumentOutOfRangeException] -and -not (Test-RunWindows)) { return $true }
        if ($cause -isnot [System.IO.IOException]) { continue }
        # ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED; elsewhere ENOSPC, EDQUOT.
        if ($cause.HResult -in -2147024784, -2147024857, -2147023601, 28, 122) { return $true }
    }
    return $false
}

function Wait-RunFile {
    [System.Threading.Thread]::Sleep($runFilePauseMilliseconds)
}

function Open-RunReader {
    # Opens a file that others write and replace meanwhile; null where there is none.
    param([string] $Path, [switch] $Replaced)
    for ($try = 1; ; $try++) {
        try {
            return [System.IO.File]::Open($Path, 'Open', 'Read', [System.IO.FileShare] 'ReadWrite, Delete')
        } catch [System.IO.DirectoryNotFoundException] {
            return $null
        } catch [System.IO.FileNotFoundException] {
            # Windows replaces a file in two moves; between them there is none.
            if (-not $Replaced -or $try -ge 3) { return $null }
        } catch [System.IO.IOException] {
            if ($try -ge $runFileTries) { throw }
        }
        Wait-RunFile
    }
}

function Read-RunJson {
    # What a file holds; null where there is none, or none that can be read after the power failed.
    param([string] $Path, [switch] $Replaced)
    $stream = Open-RunReader -Path $Path -Replaced:$Replaced
    if ($null -eq $stream) { return $null }
    $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $stream
    try { $text = $reader.ReadToEnd() } finally { $reader.Dispose() }
    if ($text.Trim() -eq '') { return $null }
    try { return ConvertFrom-RunJson -Json $text } catch { return $null }
}

function Write-RunBytes {
    # Writes a new file through to the disk.
    param([string] $Path, [byte[]] $Bytes)
    $stream = [System.IO.File]::Open($Path, 'CreateNew', 'Write', 'None')
    try {
        $stream.Write($Bytes, 0, $Bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
}

function Write-RunFile {
    # Replaces a file as a whole; with Once a file that is there stays, and false says so.
    param([string] $Path, [string] $Text, [switch] $Once)
    $part = "$Path.$([System.Guid]::NewGuid().ToString('N'))"
    try {
        Write-RunBytes -Path $part -Bytes ([System.Text.Encoding]::ASCII.GetBytes($Text))
        for ($try = 1; ; $try++) {
            try {
                if (-not [System.IO.File]::Exists($Path)) {
                    [System.IO.File]::Move($part, $Path)
                } elseif ($Once) {
                    return $false
                } else {
                    [System.IO.File]::Replace($part, $Path, [System.Management.Automation.Language.NullString]::Value)
                }
                return $true
            } catch {
                # Somebody reads it, or was quicker.
                if ($try -ge $runFileTries -or (Test-RunDiskFull -Exception $_.Exception)) { throw }
            }
            Wait-RunFile
        }
    } finally {
        if ([System.IO.File]::Exists($part)) { [System.IO.File]::Delete($part) }
    }
}

function Remove-RunFolder {
    # Removes a folder with all that is in it, as soon as nobody reads there.
    param([string] $Path)
    for ($try = 1; ; $try++) {
        try {
            [System.IO.Directory]::Delete($Path, $true)
            return
        } catch [System.IO.DirectoryNotFoundException] {
            return
        } catch {
            if ($try -ge $runFolderTries) { throw }
        }
        Wait-RunFile
    }
}

function New-RunPart {
    # A folder beside others that gets its name when it is whole.
    param([string] $Beside)
    $part = "$Beside.$([System.Guid]::NewGuid().ToString('N')).part"
    $null = [System.IO.Directory]::CreateDirectory($part)
    return $part
}

#endregion
#region state

function Get-RunProcessStart {
    # When a process started, null where there is none of that id.
    param([int] $ProcessId)
    try { $process = [System.Diagnostics.Process]::GetProcessById($ProcessId) } catch { return $null }
    try {
        return $process.StartTime.ToUniversalTime()
    } catch {
        # One that just ended, or that does not tell us.
        if (-not (Test-RunWindows)) { return $null }
        $found = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $ProcessId" -ErrorAction SilentlyContinue
        if ($null -eq $found) { return $null }
        return $found.CreationDate.ToUniversalTime()
    } finally {
        $process.Dispose()
    }
}

function Test-RunProcess {
    # Whether a process is there that started at a time: ids come again.
    param($ProcessId, $Started)
    if ($null -eq $ProcessId -or -not $Started) { return $false }
    $start = Get-RunProcessStart -ProcessId $ProcessId
    if ($null -eq $start) { return $false }
    $told = [System.DateTime]::Parse($Started, $runInvariant, 'AdjustToUniversal, AssumeUniversal')
    # Elsewhere than on Windows the same start comes out a little different each time.
    return [Math]::Abs(($start - $told).TotalSeconds) -lt 2
}

function Test-RunCoordinated {
    # Whether a run over several nodes is coordinated: somebody said so within a minute.
    param($State)
    if ((Get-RunField -Source $State -Name 'Phase') -ne 'running') { return $false }
    $told = Get-RunField -Source $State -Name 'Updated'
    if (-not $told) { return $false }
    $time = [System.DateTime]::Parse($told, $runInvariant, 'AdjustToUniversal, AssumeUniversal')
    return [Math]::Abs(([System.DateTime]::UtcNow - $time).TotalSeconds) -lt $runBelievedSeconds
}

function Get-RunProgress {
    # What state.json says, and whether its process is there.
    param([string] $Folder, $Request)
    $path = [System.IO.Path]::Combine($Folder, 'state.json')
    $state = Read-RunJson -Path $path -Replaced
    if ((Get-RunField -Source $Request -Name 'Coordinated') -eq $true) {
        return @{ State = $state; Alive = Test-RunCoordinated -State $state }
    }
    # Before its runner says something, whoever starts it is its process.
    $source = if ($null -eq $state) { $Request } else { $state }
    $alive = Test-RunProcess -ProcessId (Get-RunField -Source $source -Name 'ProcessId') `
        -Started (Get-RunField -Source $source -Name 'ProcessStarted')
    if (-not $alive -and (Get-RunField -Source $state -Name 'Phase') -ne 'ended') {
        # It may have ended between the two looks.
        $state = Read-RunJson -Path $path -Replaced
    }
    return @{ State = $state; Alive = $alive }
}

function Get-RunState {
    # The state object of a run; null where there is no run of that id.
    param([string] $Id)
    $folder = Get-RunFolder -Id $Id
    if (-not [System.IO.Directory]::Exists($folder)) { return $null }
    $request = Read-RunJson -Path ([System.IO.Path]::Combine($folder, 'request.json'))
    $progress = Get-RunProgress -Folder $folder -Request $request
    $state = $progress.State
    $stamp = [System.DateTime]::ParseExact($Id.Substring(0, 16), 'yyyyMMddTHHmmssZ', $runInvariant, 'AssumeUniversal')
    $journal = New-Object -TypeName System.IO.FileInfo -ArgumentList ([System.IO.Path]::Combine($folder, 'events.jsonl'))
    $told = [ordered] @{ Id = $Id }
    foreach ($name in 'Kind', 'Title', 'Operation', 'Cluster', 'StartedBy') {
        $told[$name] = [string] (Get-RunField -Source $request -Name $name)
    }
    # What a request says that cannot be read any more.
    if (-not $told['Kind']) { $told['Kind'] = $Id.Substring(17, $Id.Length - 26) }
    $told['Phase'] = 'starting'
    $told['Alive'] = $progress.Alive
    $told['Coordinated'] = (Get-RunField -Source $request -Name 'Coordinated') -eq $true
    $told['Coordinator'] = if ($told['Coordinated']) { Get-RunField -Source $state -Name 'Coordinator' } else { $null }
    foreach ($name in 'ProcessId', 'ProcessStarted', 'Started', 'Updated', 'Ended', 'Step', 'Exit', 'Reason', 'Identity') {
        $told[$name] = Get-RunField -Source $state -Name $name
    }
    $phase = Get-RunField -Source $state -Name 'Phase'
    if ($phase) { $told['Phase'] = $phase }
    if (-not $told['Started']) { $told['Started'] = Get-RunField -Source $request -Name 'Started' }
    if (-not $told['Started']) { $told['Started'] = ConvertTo-RunTime -Time $stamp }
    if (-not $told['Identity']) { $told['Identity'] = Get-RunField -Source $request -Name 'Identity' }
    $told['Parameters'] = Get-RunField -Source $request -Name 'Parameters'
    $told['Result'] = Get-RunField -Source $state -Name 'Result'
    $told['Outcome'] = Read-RunJson -Path ([System.IO.Path]::Combine($folder, 'outcome.json'))
    $told['Size'] = if ($journal.Exists) { $journal.Length } else { 0 }
    return [pscustomobject] $told
}

function Test-RunOver {
    param($State)
    return $State.Phase -eq 'ended' -or -not $State.Alive
}

function Get-KnownRun {
    # The state object of a run that there is.
    param([string] $Id)
    $state = Get-RunState -Id $Id
    if ($null -eq $state) {
        throw (New-RunFault -Id 'AzsconfigRunNotFound' -Category ObjectNotFound -Message "There is no run $Id on this node.")
    }
    return $state
}

function Get-RunName {
    # Ids of the runs of this node, newest first.
    $folder = [System.IO.Path]::Combine((Get-RunRoot), 'runs')
    if (-not [System.IO.Directory]::Exists($folder)) { return }
    [string[]] $names = @([System.IO.Directory]::GetDirectories($folder) | ForEach-Object -Process {
            [System.IO.Path]::GetFileName($_)
        } | Where-Object -FilterScript { $_ -cmatch $runIdPattern })
    [System.Array]::Sort($names, [System.StringComparer]::Ordinal)
    [System.Array]::Reverse($names)
    return $names
}

#endregion
#region lock

function Get-RunLockFolder {
    return [System.IO.Path]::Combine((Get-RunRoot), 'lock')
}

function Get-RunLock {
    # Whose the lock is; null where it is free, or its owner cannot be read any more and so never leaves it.
    return Read-RunJson -Path ([System.IO.Path]::Combine((Get-RunLockFolder), 'owner.json')) -Replaced
}

function Enter-RunGuard {
    # Whoever looks at the lock in order to change it has this file meanwhile; with its process it is free again.
    $path = [System.IO.Path]::Combine((Get-RunRoot), 'lock.guard')
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            return [System.IO.File]::Open($path, 'OpenOrCreate', 'ReadWrite', 'None')
        } catch [System.IO.DirectoryNotFoundException] {
            throw
        } catch [System.IO.IOException] {
            if ($clock.Elapsed.TotalSeconds -gt $runGuardSeconds) { throw }
        }
        Wait-RunFile
    }
}

function Remove-RunLock {
    # Frees the lock where it is that run's, and returns whether it was.
    param([string] $RunId)
    if (-not [System.IO.Directory]::Exists((Get-RunLockFolder))) { return $false }
    $guard = Enter-RunGuard
    try {
        $owner = Get-RunField -Source (Get-RunLock) -Name 'RunId'
        if ($owner -cne $RunId) { return $false }
        Remove-RunFolder -Path (Get-RunLockFolder)
        return $true
    } finally {
        $guard.Dispose()
    }
}

#endregion
#region secrets

function Get-RunMask {
    # The texts that may be written nowhere, longest first: secrets, as they are and as JSON and addresses spell them.
    param([string[]] $Secret)
    $found = New-Object -TypeName 'System.Collections.Generic.HashSet[string]'
    foreach ($one in $Secret) {
        # Short lines of a long secret, a bracket perhaps, are in every text.
        foreach ($line in @($one) + @($one -split '\r?\n' | Where-Object -FilterScript { $_.Length -gt 3 })) {
            if (-not $line) { continue }
            $null = $found.Add($line)
            $null = $found.Add([System.Uri]::EscapeDataString($line))
            foreach ($json in (ConvertTo-RunJsonText -Text $line), (ConvertTo-Json -InputObject $line -Compress)) {
                $null = $found.Add($json.Substring(1, $json.Length - 2))
            }
        }
    }
    return , @($found | Sort-Object -Property Length -Descending)
}

function Hide-RunSecret {
    # A text without secrets, and without the long parts of one that was cut at the width of a console.
    param([string] $Text, [string[]] $Mask)
    foreach ($one in $Mask) {
        if ($Text.Contains($one)) { $Text = $Text.Replace($one, '***') }
    }
    if ($Mask.Count -gt 0 -and $Mask[0].Length -gt 16) {
        foreach ($match in [regex]::Matches($Text, '[^\s"''=:,;<>()\[\]{}]{16,}')) {
            foreach ($one in $Mask) {
                if ($one.Length -lt $match.Length) { break }
                if ($one.Contains($match.Value)) { $Text = $Text.Replace($match.Value, '***') }
            }
        }
    }
    return $Text
}

function Add-RunHidden {
    param($Table, [string] $Name, $Value, [string[]] $Mask)
    $hidden = Hide-RunData -Value $Value -Mask $Mask
    # 5.1 writes an array that stands in a PSObject as an object with value and Count.
    if ($hidden -is [array]) { $hidden = $hidden.PSObject.BaseObject }
    $Table[(Hide-RunSecret -Text $Name -Mask $Mask)] = $hidden
}

function Hide-RunData {
    # The same for data of any shape.
    param($Value, [string[]] $Mask)
    if ($null -eq $Value -or $Value -is [ValueType]) { return $Value }
    if ($Value -is [string]) { return Hide-RunSecret -Text $Value -Mask $Mask }
    if ($Value -is [System.Collections.IDictionary]) {
        $table = [ordered] @{}
        foreach ($key in $Value.Keys) { Add-RunHidden -Table $table -Name $key -Value $Value[$key] -Mask $Mask }
        return $table
    }
    if ($Value -is [System.Collections.IEnumerable]) {
        $items = @(foreach ($item in $Value) { , (Hide-RunData -Value $item -Mask $Mask) })
        return , $items
    }
    $table = [ordered] @{}
    foreach ($property in $Value.PSObject.Properties) {
        Add-RunHidden -Table $table -Name $property.Name -Value $property.Value -Mask $Mask
    }
    return $table
}

#endregion
