<#
.SYNOPSIS
    Writes a part of a file that is copied to this node.
.DESCRIPTION
    A file is copied in parts, in order: each is written at its offset in %ProgramData%\azsconfig\files\<Name>, and what
    the file has after that is cut off, so that a part may be sent again. The folder is made so that nobody but
    administrators can write there, and refused where somebody else can.
.PARAMETER Name
    Name of the file, no path.
.PARAMETER Offset
    Where the part begins, in bytes; 0 begins the file anew. Not more than the length that is there.
.PARAMETER Content
    The part in Base64.
.OUTPUTS
    One object: Path and Length, the bytes that are there now.
.EXAMPLE
    .\write-file-part.ps1 -Name agent.msi -Offset 0 -Content ([System.Convert]::ToBase64String($bytes))
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $Name,

    [Parameter(Mandatory = $true)]
    [long] $Offset,

    [Parameter(Mandatory = $true)]
    [AllowEmptyString()]
    [string] $Content
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions
#include file-functions

$path = Get-FilePath -Name $Name
try {
    $bytes = [System.Convert]::FromBase64String($Content)
} catch {
    throw (New-RunFault -Id 'FilePartGarbled' -Category InvalidData -Message "The part of $Name at $Offset is no Base64.")
}
Confirm-RunRoot
$file = New-Object -TypeName System.IO.FileInfo -ArgumentList $path
$there = if ($file.Exists) { $file.Length } else { 0 }
if ($Offset -lt 0 -or $Offset -gt $there) {
    throw (New-RunFault -Id 'FilePartGap' -Category InvalidArgument -Message "The part of $Name begins at $Offset, and $there bytes are there.")
}
$null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($path))
try {
    $stream = [System.IO.File]::Open($path, 'OpenOrCreate', 'Write', 'None')
    try {
        $stream.SetLength($Offset)
        $null = $stream.Seek($Offset, 'Begin')
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
        $length = $stream.Length
    } finally {
        $stream.Dispose()
    }
} catch {
    if (-not (Test-RunDiskFull -Exception $_.Exception)) { throw }
    throw (New-RunFault -Id 'AzsconfigRunDiskFull' -Category WriteError -Message "There is not enough space on the disk for $Name.")
}
[pscustomobject] [ordered] @{ Path = $path; Length = $length }
