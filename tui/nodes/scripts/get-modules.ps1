<#
.SYNOPSIS
    Tells which versions of the PowerShell modules for registration this node has.
.DESCRIPTION
    Looks for Az.StackHCI, Az.Accounts and Az.Resources among the available modules without loading them. Nothing is
    changed.
.OUTPUTS
    One object per module: the highest version, or null where the module is not installed.
.EXAMPLE
    .\get-modules.ps1
.NOTES
    Modules that another user installed for himself are not seen.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$names = @('Az.StackHCI', 'Az.Accounts', 'Az.Resources')
# A broken manifest of some other module is written as an error; it says nothing of these.
$available = @(Get-Module -ListAvailable -Name $names -ErrorAction SilentlyContinue)

foreach ($name in $names) {
    $version = $null
    foreach ($module in $available) {
        if ($module.Name -ne $name) { continue }
        $candidate = [string] $module.Version -as [version]
        if ($null -ne $candidate -and ($null -eq $version -or $candidate -gt $version)) { $version = $candidate }
    }
    $text = $null
    if ($null -ne $version) { $text = $version.ToString() }
    [pscustomobject] [ordered] @{ Name = $name; Version = $text }
}
