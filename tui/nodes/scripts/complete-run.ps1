<#
.SYNOPSIS
    Notes beside a run what was found to be true after it.
.DESCRIPTION
    The first who notes something is believed: what comes later changes nothing. Of a run that was ended in the middle
    the task is removed, with the password that it may have.
.PARAMETER Id
    Id of the run.
.PARAMETER Outcome
    What was found, any object.
.OUTPUTS
    The run's state, with the outcome that stands.
.EXAMPLE
    .\complete-run.ps1 -Id 20260131T120000Z-register-0a1b2c3d -Outcome @{ outcome = 'done' }
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('\A[0-9]{8}T[0-9]{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}\z', Options = 'None')]
    [string] $Id,

    [Parameter(Mandatory)]
    [ValidateNotNull()]
    $Outcome
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions

$state = Get-KnownRun -Id $Id
Confirm-RunRoot
$path = [System.IO.Path]::Combine((Get-RunFolder -Id $Id), 'outcome.json')
try {
    $null = Write-RunFile -Path $path -Text (ConvertTo-RunJson -Value $Outcome) -Once
} catch {
    if (-not (Test-RunDiskFull -Exception $_.Exception)) { throw }
    throw (New-RunFault -Id 'AzsconfigRunDiskFull' -Category WriteError -Message 'There is not enough space on the disk.')
}
if (-not $state.Alive) {
    # It may take its task away itself in this moment.
    Get-ScheduledTask -TaskName "azsconfig-$Id" -ErrorAction SilentlyContinue |
        Unregister-ScheduledTask -Confirm:$false -ErrorAction SilentlyContinue
}
Get-KnownRun -Id $Id
