<#
.SYNOPSIS
    Tells how the cluster stands with Azure Arc, as this node knows it.
.DESCRIPTION
    Reads Get-AzureStackHCIArcIntegration: the cluster's state and the dictionary of its nodes, whose values the text
    view of the cmdlet does not show. Nothing is changed.
.OUTPUTS
    One object. Available is false where the node has no such cmdlet: 20H2 and Windows Server. An empty ApplicationId
    means that the cluster's managed identity was used.
.EXAMPLE
    .\get-arc-integration.ps1
.NOTES
    Numbers of ArcStatus: Az.StackHCI. A number without a name is given as it came.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$statusNames = @('Unknown', 'Enabled', 'Disabled', 'DisableInProgress')

function ConvertTo-StatusName {
    param($Value)
    $text = [string] $Value
    if ($text -eq '') { return $null }
    if ($text -match '^\d{1,4}$' -and [int] $text -lt $statusNames.Count) { return $statusNames[[int] $text] }
    return $text
}

function Get-PropertyValue {
    param($InputObject, [string] $Name)
    if ($null -eq $InputObject) { return $null }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return $property.Value
}

$answer = [ordered] @{ Available = $true; ApplicationId = $null; ClusterArcStatus = $null; NodesArcStatus = [ordered] @{} }
$integration = $null
try {
    $integration = Get-AzureStackHCIArcIntegration -ErrorAction Stop | Select-Object -First 1
} catch [System.Management.Automation.CommandNotFoundException] {
    $absent = $_.FullyQualifiedErrorId -like 'CommandNotFoundException*' -and
        $_.Exception.CommandName -eq 'Get-AzureStackHCIArcIntegration'
    if (-not $absent) { throw }
    $answer['Available'] = $false
}

$applicationId = Get-PropertyValue -InputObject $integration -Name 'ApplicationId'
if ($null -ne $applicationId) { $answer['ApplicationId'] = [string] $applicationId }
$clusterStatus = Get-PropertyValue -InputObject $integration -Name 'ClusterArcStatus'
$answer['ClusterArcStatus'] = ConvertTo-StatusName -Value $clusterStatus

$nodes = Get-PropertyValue -InputObject $integration -Name 'NodesArcStatus'
if ($nodes -is [System.Collections.IDictionary]) {
    foreach ($entry in $nodes.GetEnumerator()) {
        $answer['NodesArcStatus'][[string] $entry.Key] = ConvertTo-StatusName -Value $entry.Value
    }
} elseif ($null -ne $nodes -and $nodes -isnot [string]) {
    # What a dictionary becomes on its way through another session.
    foreach ($property in $nodes.PSObject.Properties) {
        $answer['NodesArcStatus'][$property.Name] = ConvertTo-StatusName -Value $property.Value
    }
}
[pscustomobject] $answer
