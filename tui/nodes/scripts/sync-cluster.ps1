<#
.SYNOPSIS
    Lets this node sync the cluster with Azure now.
.DESCRIPTION
    Calls Sync-AzureStackHCI and tells when the last sync was before and after. Sends the cluster's census: a node that
    has just started or is missing loses its Arc resource by it, so whoever calls this has looked at every node before.
.OUTPUTS
    One object: Before and After, the LastConnected of Get-AzureStackHCI as ISO 8601 in UTC, null where there is none;
    Output, what the cmdlet wrote.
.EXAMPLE
    .\sync-cluster.ps1
.NOTES
    The cmdlet may return before the sync has arrived: After is then still the time before.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Get-LastConnected {
    $registration = Get-AzureStackHCI -ErrorAction Stop | Select-Object -First 1
    if ($null -eq $registration) { return $null }
    $property = $registration.PSObject.Properties['LastConnected']
    if ($null -eq $property -or $property.Value -isnot [System.DateTime]) { return $null }
    # Windows says "never" as year 1 or as the start of its own calendar, 1601.
    if ($property.Value.Year -le 1601) { return $null }
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    return $property.Value.ToUniversalTime().ToString('o', $culture)
}

$before = Get-LastConnected
$said = @(Sync-AzureStackHCI -ErrorAction Stop)
[pscustomobject] [ordered] @{
    Before = $before
    After  = Get-LastConnected
    Output = ($said | Out-String -Width 4096).Trim()
}
