<#
.SYNOPSIS
    Tells how a run on this node is, and what happened in it after an offset in its journal.
.DESCRIPTION
    Gives whole lines alone, about as many bytes as are asked for but at least one line. The state is read first: who
    reads that a run is over, and no more lines, has all of them. Nothing is changed.
.PARAMETER Id
    Id of the run.
.PARAMETER Offset
    Bytes of the journal that are known already.
.PARAMETER MaxBytes
    Bytes that are wanted at most.
.OUTPUTS
    One object: State, Offset after the last line that is given, and Lines.
.EXAMPLE
    .\read-run.ps1 -Id 20260131T120000Z-register-0a1b2c3d -Offset 4711
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('\A[0-9]{8}T[0-9]{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}\z', Options = 'None')]
    [string] $Id,

    [ValidateRange(0, 9223372036854775807)]
    [long] $Offset = 0,

    [ValidateRange(1, 2147483647)]
    [int] $MaxBytes = 65536
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions

function Read-Journal {
    # Bytes of a file from an offset, up to the end of a line.
    param([string] $Path, [long] $Offset, [int] $Count)
    $stream = Open-RunReader -Path $Path
    if ($null -eq $stream) { return , (New-Object -TypeName byte[] -ArgumentList 0) }
    try {
        $left = $stream.Length - $Offset
        for ($size = [long] $Count; $left -gt 0; $size *= 2) {
            $size = [Math]::Min($size, $left)
            $bytes = New-Object -TypeName byte[] -ArgumentList $size
            $stream.Position = $Offset
            for ($got = 0; $got -lt $size; $got += $more) {
                $more = $stream.Read($bytes, $got, $size - $got)
                # What could not be written whole is cut off again.
                if ($more -eq 0) { break }
            }
            $end = if ($got -gt 0) { [System.Array]::LastIndexOf($bytes, [byte] 10, $got - 1) + 1 } else { 0 }
            if ($end -gt 0) {
                $whole = New-Object -TypeName byte[] -ArgumentList $end
                [System.Array]::Copy($bytes, $whole, $end)
                return , $whole
            }
            # A line longer than what was asked for is given whole.
            if ($size -ge $left) { break }
        }
        return , (New-Object -TypeName byte[] -ArgumentList 0)
    } finally {
        $stream.Dispose()
    }
}

$state = Get-KnownRun -Id $Id
$journal = [System.IO.Path]::Combine((Get-RunFolder -Id $Id), 'events.jsonl')
$bytes = Read-Journal -Path $journal -Offset $Offset -Count $MaxBytes
$text = [System.Text.Encoding]::ASCII.GetString($bytes)
[pscustomobject] [ordered] @{
    State  = $state
    Offset = $Offset + $bytes.Length
    Lines  = @($text.Split("`n") | Where-Object -FilterScript { $_ })
}
