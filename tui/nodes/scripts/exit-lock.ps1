<#
.SYNOPSIS
    Frees the lock of this node, if it is the lock of a run that is named.
.DESCRIPTION
    Another's lock is left as it is and told. To free the lock of a run that is over, name that run.
.PARAMETER RunId
    Run whose lock it has to be.
.OUTPUTS
    One object: Removed, and Lock, what there is afterwards or null.
.EXAMPLE
    .\exit-lock.ps1 -RunId 20260131T120000Z-register-0a1b2c3d
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('\A[0-9]{8}T[0-9]{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}\z', Options = 'None')]
    [string] $RunId
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions

$removed = $false
if ([System.IO.Directory]::Exists((Get-RunRoot))) {
    Confirm-RunRoot
    $removed = Remove-RunLock -RunId $RunId
}
[pscustomobject] [ordered] @{
    Removed = $removed
    Lock    = Get-RunLock
}
