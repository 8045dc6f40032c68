<#
.SYNOPSIS
    Tells how the services for registration and Azure Arc stand on this node.
.DESCRIPTION
    Reads hcisvc (Azure Stack HCI), himds, GCArcService and ExtensionService (connected machine agent) and arcproxy.
    Nothing is changed.
.OUTPUTS
    One object per service. Present is false where it is not installed; then the rest is null.
.EXAMPLE
    .\get-services.ps1
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Get-PropertyText {
    param($InputObject, [string] $Name)
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property -or $null -eq $property.Value) { return $null }
    return [string] $property.Value
}

foreach ($name in @('hcisvc', 'himds', 'GCArcService', 'ExtensionService', 'arcproxy')) {
    $answer = [ordered] @{ Name = $name; Present = $false; DisplayName = $null; Status = $null; StartType = $null }
    try {
        $service = Get-Service -Name $name -ErrorAction Stop | Select-Object -First 1
        $answer['Present'] = $true
        foreach ($property in @('DisplayName', 'Status', 'StartType')) {
            $answer[$property] = Get-PropertyText -InputObject $service -Name $property
        }
    } catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoServiceFoundForGivenName*') { throw }
    }
    [pscustomobject] $answer
}
