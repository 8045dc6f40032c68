<#
.SYNOPSIS
    Takes the lock of this node for a run, so that one change at a time is made to a cluster.
.DESCRIPTION
    The lock is a folder that appears whole or not at all. Taken again by the same run, it is renewed. Another's is left
    as it is and told.
.PARAMETER RunId
    Run that takes it.
.PARAMETER Kind
    Kind of that run.
.PARAMETER Title
    What that run does, in one line.
.PARAMETER Owner
    Who starts it.
.PARAMETER Holder
    Node or machine that the run lives on.
.OUTPUTS
    One object: Taken, and Lock as it is now.
.EXAMPLE
    .\enter-lock.ps1 -RunId 20260131T120000Z-register-0a1b2c3d -Kind register -Title 'Register' -Owner me -Holder N1
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('\A[0-9]{8}T[0-9]{6}Z-[a-z][a-z-]{0,30}[a-z]-[0-9a-f]{8}\z', Options = 'None')]
    [string] $RunId,

    [Parameter(Mandatory)]
    [string] $Kind,

    [Parameter(Mandatory)]
    [AllowEmptyString()]
    [string] $Title,

    [Parameter(Mandatory)]
    [AllowEmptyString()]
    [string] $Owner,

    [Parameter(Mandatory)]
    [AllowEmptyString()]
    [string] $Holder
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions
#include run-root-functions

function Set-RunLock {
    # Makes the lock that run's where it is free or has been that run's; returns what it is then.
    $folder = Get-RunLockFolder
    $now = ConvertTo-RunTime -Time ([System.DateTime]::UtcNow)
    $lock = Get-RunLock
    if ($null -ne $lock) {
        if ((Get-RunField -Source $lock -Name 'RunId') -ceq $RunId) {
            $lock.Renewed = $now
            $null = Write-RunFile -Path ([System.IO.Path]::Combine($folder, 'owner.json')) -Text (ConvertTo-RunJson -Value $lock)
        }
        return $lock
    }
    Remove-RunFolder -Path $folder
    $lock = [pscustomobject] [ordered] @{
        RunId = $RunId; Kind = $Kind; Title = $Title; Owner = $Owner; Holder = $Holder; Since = $now; Renewed = $now
    }
    $part = New-RunPart -Beside $folder
    try {
        $null = Write-RunFile -Path ([System.IO.Path]::Combine($part, 'owner.json')) -Text (ConvertTo-RunJson -Value $lock)
        [System.IO.Directory]::Move($part, $folder)
    } finally {
        Remove-RunFolder -Path $part
    }
    return $lock
}

Confirm-RunRoot
try {
    $guard = Enter-RunGuard
    try { $lock = Set-RunLock } finally { $guard.Dispose() }
} catch {
    if (-not (Test-RunDiskFull -Exception $_.Exception)) { throw }
    throw (New-RunFault -Id 'AzsconfigRunDiskFull' -Category WriteError -Message 'There is not enough space on the disk for a lock.')
}
[pscustomobject] [ordered] @{
    Taken = (Get-RunField -Source $lock -Name 'RunId') -ceq $RunId
    Lock  = $lock
}
