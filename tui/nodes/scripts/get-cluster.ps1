<#
.SYNOPSIS
    Tells which failover cluster this node belongs to and how the cluster sees its nodes.
.DESCRIPTION
    Reads the cluster service, Get-Cluster, Get-ClusterNode and the DNS suffix of the cluster's name. Nothing is changed.
.OUTPUTS
    One object. Clustered is false where the node has no cluster service or it is not running; then the rest is null.
.EXAMPLE
    .\get-cluster.ps1
.NOTES
    Az.StackHCI reaches peers as <node>.<DnsSuffix>, so the suffix of the resource counts; the cluster's domain is
    taken where the resource does not tell.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Get-PropertyValue {
    param($InputObject, [string] $Name)
    if ($null -eq $InputObject) { return $null }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return $property.Value
}

function ConvertTo-Number {
    param($Value)
    if ([string] $Value -match '^\d{1,9}$') { return [int] [string] $Value }
    return $null
}

function Test-ClusterService {
    try {
        $service = Get-Service -Name 'ClusSvc' -ErrorAction Stop
        return [string] $service.Status -eq 'Running'
    } catch {
        if ($_.FullyQualifiedErrorId -like 'NoServiceFoundForGivenName*') { return $false }
        throw
    }
}

function Get-DnsSuffix {
    # The name resource may have been renamed, so it is told by what it is.
    $names = @(Get-ClusterResource -ErrorAction Stop | Where-Object {
            $type = [string] (Get-PropertyValue -InputObject $_ -Name 'ResourceType')
            $group = [string] (Get-PropertyValue -InputObject $_ -Name 'OwnerGroup')
            $type -like '*Network Name' -and $group -eq 'Cluster Group'
        })
    $ordered = @($names | Where-Object { $_.Name -eq 'Cluster Name' }) + @($names)
    foreach ($resource in @($ordered | Select-Object -First 1)) {
        $parameter = $resource | Get-ClusterParameter -Name 'DnsSuffix' -ErrorAction Stop | Select-Object -First 1
        $suffix = Get-PropertyValue -InputObject $parameter -Name 'Value'
        if ($suffix) { return [string] $suffix }
    }
    return $null
}

$answer = [ordered] @{
    Clustered       = $false
    Name            = $null
    FunctionalLevel = $null
    UpgradeVersion  = $null
    DnsSuffix       = $null
    Nodes           = @()
}
if (-not (Test-ClusterService)) {
    [pscustomobject] $answer
    return
}
$cluster = Get-Cluster -ErrorAction Stop | Select-Object -First 1
$answer['Clustered'] = $true
$answer['Name'] = Get-PropertyValue -InputObject $cluster -Name 'Name'
$answer['FunctionalLevel'] = ConvertTo-Number -Value (Get-PropertyValue -InputObject $cluster -Name 'ClusterFunctionalLevel')
$answer['UpgradeVersion'] = ConvertTo-Number -Value (Get-PropertyValue -InputObject $cluster -Name 'ClusterUpgradeVersion')

try {
    $answer['DnsSuffix'] = Get-DnsSuffix
} catch {
    Write-Error -ErrorRecord $_ -ErrorAction Continue
}
if (-not $answer['DnsSuffix']) {
    $domain = Get-PropertyValue -InputObject $cluster -Name 'Domain'
    if ($domain) { $answer['DnsSuffix'] = [string] $domain }
}

try {
    $answer['Nodes'] = @(foreach ($node in @(Get-ClusterNode -ErrorAction Stop)) {
            $state = [string] (Get-PropertyValue -InputObject $node -Name 'State')
            [pscustomobject] [ordered] @{ Name = [string] $node.Name; State = $state }
        })
} catch {
    Write-Error -ErrorRecord $_ -ErrorAction Continue
}
[pscustomobject] $answer
