<#
.SYNOPSIS
    Removes a file that was copied to this node.
.DESCRIPTION
    Removes %ProgramData%\azsconfig\files\<Name>, as write-file-part wrote it. It is no error where there is none.
.PARAMETER Name
    Name of the file, no path.
.OUTPUTS
    One object: Removed, whether there was such a file.
.EXAMPLE
    .\remove-file.ps1 -Name agent.msi
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $Name
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions
#include file-functions

$path = Get-FilePath -Name $Name
$there = [System.IO.File]::Exists($path)
if ($there) {
    # In a folder that somebody else made, the path may lead anywhere.
    Confirm-RunRoot
    [System.IO.File]::Delete($path)
}
[pscustomobject] [ordered] @{ Removed = $there }
