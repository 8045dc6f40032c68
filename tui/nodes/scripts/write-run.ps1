<#
.SYNOPSIS
    Writes the journal of a run over several nodes, which azsconfig itself coordinates, on this node.
.DESCRIPTION
    Such a run is a folder like any other, without a process: whoever coordinates it says here what was decided, so that
    anyone can go on with it. One at a time coordinates it. Events that are there already stay as they are, so that this
    may be asked twice.
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
    Who started it.
.PARAMETER Parameters
    Its plan, an object without any secret.
.PARAMETER Coordinator
    A word that names the one who coordinates it.
.PARAMETER First
    Number of the first event that is given.
.PARAMETER Events
    Events, each one object of JSON without its number.
.PARAMETER Phase
    running, paused or ended.
.PARAMETER Step
    What it does now, in one line.
.PARAMETER Reason
    Why it is paused or has ended.
.PARAMETER Exit
    What it has ended with.
.PARAMETER Take
    Whether to become its coordinator where nobody is any more.
.PARAMETER Previous
    With Take: a coordinator that is known to have left, although this node may not have heard of it.
.OUTPUTS
    One object: State as read-run gives it, and Count, the events that the journal has now.
.EXAMPLE
    .\write-run.ps1 -Id $id -Kind update-nodes -Title 'Update' -Coordinator $word -First 1 -Events $lines -Phase running
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

    $Parameters,

    [Parameter(Mandatory)]
    [ValidatePattern('\A[0-9a-f]{32}\z', Options = 'None')]
    [string] $Coordinator,

    [Parameter(Mandatory)]
    [ValidateRange(1, 2147483647)]
    [int] $First,

    [AllowEmptyCollection()]
    [string[]] $Events = @(),

    [Parameter(Mandatory)]
    [ValidateSet('running', 'paused', 'ended')]
    [string] $Phase,

    [string] $Step,

    [string] $Reason,

    [AllowNull()]
    $Exit,

    [bool] $Take,

    [string] $Previous
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions

$folder = Get-RunFolder -Id $Id
$statePath = [System.IO.Path]::Combine($folder, 'state.json')
$journalPath = [System.IO.Path]::Combine($folder, 'events.jsonl')

function New-CoordinatedRun {
    # Makes the run's folder, whole or not at all.
    $now = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
    $request = [ordered] @{
        Id          = $Id
        Kind        = $Kind
        Title       = $Title
        Operation   = $Operation
        Cluster     = $Cluster
        StartedBy   = $StartedBy
        Identity    = ''
        Parameters  = if ($null -eq $Parameters) { @{} } else { $Parameters }
        Coordinated = $true
        Started     = $now
    }
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine((Get-RunRoot), 'runs'))
    $part = New-RunPart -Beside $folder
    try {
        $null = Write-RunFile -Path ([System.IO.Path]::Combine($part, 'request.json')) -Text (ConvertTo-RunJson -Value $request)
        $state = [ordered] @{ Phase = 'running'; Coordinator = $Coordinator; Started = $now; Updated = $now }
        $null = Write-RunFile -Path ([System.IO.Path]::Combine($part, 'state.json')) -Text (ConvertTo-RunJson -Value $state)
        [System.IO.Directory]::Move($part, $folder)
    } finally {
        Remove-RunFolder -Path $part
    }
}

function Confirm-Coordinator {
    # Throws where another one coordinates the run.
    param($State)
    $known = Get-RunField -Source $State -Name 'Coordinator'
    if ($known -ceq $Coordinator -or ($null -eq $known)) { return }
    if ($Take -and ($known -ceq $Previous -or -not (Test-RunCoordinated -State $State))) { return }
    throw (New-RunFault -Id 'AzsconfigRunCoordinated' -Category ResourceBusy `
            -Message "Somebody else coordinates this run; that was last said at $(Get-RunField -Source $State -Name 'Updated').")
}

function Open-Journal {
    return [System.IO.File]::Open($journalPath, 'OpenOrCreate', 'ReadWrite', [System.IO.FileShare] 'Read, Delete')
}

function Measure-Journal {
    # How many whole lines the journal has, and where the last of them ends: what the power cut short does not count.
    param($Stream)
    $buffer = New-Object -TypeName byte[] -ArgumentList 65536
    $found = @{ Count = 0; End = [long] 0 }
    $position = [long] 0
    $Stream.Position = 0
    while (($got = $Stream.Read($buffer, 0, $buffer.Length)) -gt 0) {
        for ($at = [System.Array]::IndexOf($buffer, [byte] 10, 0, $got); $at -ge 0;
            $at = [System.Array]::IndexOf($buffer, [byte] 10, $at + 1, $got - $at - 1)) {
            $found['Count']++
            $found['End'] = $position + $at + 1
        }
        $position += $got
    }
    return $found
}

function Add-Event {
    # Puts the events that are not there yet at the end of the journal, on the disk, and returns how many there are.
    param($State)
    $stream = Open-Journal
    try {
        $known = Measure-Journal -Stream $stream
        $count = $known['Count']
        if ($First -gt $count + 1) {
            throw (New-RunFault -Id 'AzsconfigRunGap' -Category InvalidArgument `
                    -Message "The journal has $count events; what comes before event $First is missing.")
        }
        $text = New-Object -TypeName System.Text.StringBuilder
        for ($at = $count + 1 - $First; $at -lt $Events.Count; $at++) {
            $count++
            $line = $Events[$at].Trim()
            if ($line -notmatch '\A\{[ -~]*\}\z') {
                throw (New-RunFault -Id 'AzsconfigRunBadEvent' -Category InvalidData -Message "Event $count is no line of JSON.")
            }
            $rest = $line.Substring(1).TrimStart()
            $comma = if ($rest -eq '}') { '' } else { ',' }
            $null = $text.Append("{`"n`":$count$comma$rest`n")
        }
        if ($text.Length -gt 0) {
            if ((Get-RunField -Source $State -Name 'Phase') -eq 'ended') {
                throw (New-RunFault -Id 'AzsconfigRunEnded' -Category InvalidOperation -Message 'The run is over.')
            }
            $bytes = [System.Text.Encoding]::ASCII.GetBytes($text.ToString())
            $stream.SetLength($known['End'])
            $stream.Position = $known['End']
            try {
                $stream.Write($bytes, 0, $bytes.Length)
                $stream.Flush($true)
            } catch {
                $stream.SetLength($known['End'])
                throw
            }
        }
        return $count
    } finally {
        $stream.Dispose()
    }
}

function Write-CoordinatedState {
    param($State)
    $now = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
    $started = Get-RunField -Source $State -Name 'Started'
    $told = [ordered] @{
        Phase = $Phase; Coordinator = $Coordinator; Started = $(if ($started) { $started } else { $now }); Updated = $now
        Step = $(if ($Step) { $Step } else { $null }); Reason = $(if ($Reason) { $Reason } else { $null })
        Ended = $null; Exit = $null
    }
    if ($Phase -eq 'ended') {
        $told['Ended'] = $now
        $told['Exit'] = $Exit
    }
    $null = Write-RunFile -Path $statePath -Text (ConvertTo-RunJson -Value $told)
}

Confirm-RunRoot
try {
    $guard = Enter-RunGuard
    try {
        if (-not [System.IO.Directory]::Exists($folder)) { New-CoordinatedRun }
        $request = Read-RunJson -Path ([System.IO.Path]::Combine($folder, 'request.json'))
        if ((Get-RunField -Source $request -Name 'Coordinated') -ne $true) {
            throw (New-RunFault -Id 'AzsconfigRunExists' -Category ResourceExists -Message "There is another run $Id on this node.")
        }
        $state = Read-RunJson -Path $statePath -Replaced
        Confirm-Coordinator -State $state
        $count = Add-Event -State $state
        if ((Get-RunField -Source $state -Name 'Phase') -ne 'ended') { Write-CoordinatedState -State $state }
    } finally {
        $guard.Dispose()
    }
} catch {
    if (-not (Test-RunDiskFull -Exception $_.Exception)) { throw }
    throw (New-RunFault -Id 'AzsconfigRunDiskFull' -Category WriteError -Message 'There is not enough space on the disk for the journal.')
}
[pscustomobject] [ordered] @{
    State = Get-KnownRun -Id $Id
    Count = $count
}
