<#
.SYNOPSIS
    Lists the newest runs of this node, and whose the node's lock is.
.DESCRIPTION
    Reads the state of each run as read-run does. Nothing is changed.
.PARAMETER Last
    How many runs are wanted.
.OUTPUTS
    One object: Runs, newest first, and Lock, null where it is free.
.EXAMPLE
    .\get-runs.ps1 -Last 5
#>
[CmdletBinding()]
param(
    [ValidateRange(1, 1000)]
    [int] $Last = 20
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include run-functions

[pscustomobject] [ordered] @{
    # One that is removed in this moment is left out.
    Runs = @(Get-RunName | Select-Object -First $Last | ForEach-Object -Process { Get-RunState -Id $_ } |
            Where-Object -FilterScript { $null -ne $_ })
    Lock = Get-RunLock
}
