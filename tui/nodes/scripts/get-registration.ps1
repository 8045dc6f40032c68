<#
.SYNOPSIS
    Tells how this node is registered with Azure.
.DESCRIPTION
    Reads Get-AzureStackHCI and the Windows Server subscription of Get-AzureStackHCISubscriptionStatus. Enumerations
    are given by name and times as ISO 8601 in UTC. Which properties there are depends on the build: one that this
    build lacks is left out, one that azsconfig does not know is added as text. Nothing is changed.
.OUTPUTS
    One object. Available is false where the node has no Get-AzureStackHCI: Windows Server, for example.
.EXAMPLE
    .\get-registration.ps1
.NOTES
    Numbers of RegistrationStatus and DiagnosticLevel: Az.StackHCI. Numbers of IMDSAttestation, and times without a
    time zone being local: inferred. A number without a name here is given as it came.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$enumerations = @{
    ClusterStatus      = @()
    RegistrationStatus = @('Registered', 'NotYet', 'OutOfPolicy')
    ConnectionStatus   = @()
    IMDSAttestation    = @('Disabled', 'Enabled')
    DiagnosticLevel    = @('Off', 'Basic', 'Enhanced')
}
$times = @('RegistrationDate', 'LastConnected', 'NextSync')
$order = @(
    'ClusterStatus', 'RegistrationStatus', 'RegistrationDate', 'AzureResourceName', 'AzureResourceUri',
    'ConnectionStatus', 'LastConnected', 'NextSync', 'IMDSAttestation', 'DiagnosticLevel', 'Region'
)
$remoting = @('PSComputerName', 'PSShowComputerName', 'RunspaceId')

function ConvertTo-UtcText {
    param($Value)
    if ($Value -is [System.DateTimeOffset]) { $Value = $Value.UtcDateTime }
    if ($Value -isnot [System.DateTime]) {
        $text = [string] $Value
        if ($text.Trim() -eq '') { return $null }
        $styles = [System.Globalization.DateTimeStyles] 'AssumeLocal, AdjustToUniversal'
        $culture = [System.Globalization.CultureInfo]::CurrentCulture
        $invariant = [System.Globalization.CultureInfo]::InvariantCulture
        $time = [System.DateTime]::MinValue
        if (-not [System.DateTime]::TryParse($text, $culture, $styles, [ref] $time) -and
            -not [System.DateTime]::TryParse($text, $invariant, $styles, [ref] $time)) {
            Write-Warning "Get-AzureStackHCI gave a time that cannot be read: $text"
            return $null
        }
        $Value = $time
    }
    # Windows says "never" as year 1 or as the start of its own calendar, 1601.
    if ($Value.Year -le 1601) { return $null }
    return $Value.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
}

function ConvertTo-EnumName {
    param($Value, [string[]] $Names)
    $text = [string] $Value
    if ($text -eq '') { return $null }
    if ($text -match '^\d{1,4}$' -and [int] $text -lt @($Names).Count) { return $Names[[int] $text] }
    return $text
}

function ConvertTo-Text {
    param($Value)
    if ($null -eq $Value) { return $null }
    if ($Value -is [System.DateTime] -or $Value -is [System.DateTimeOffset]) { return ConvertTo-UtcText -Value $Value }
    if ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [string]) {
        return (@($Value | ForEach-Object { ConvertTo-Text -Value $_ }) -join ', ')
    }
    return [string] $Value
}

function Test-Absence {
    # Whether an error says that the command itself does not exist; a module that cannot be loaded is another matter.
    param($ErrorRecord, [string] $Command)
    return $ErrorRecord.FullyQualifiedErrorId -like 'CommandNotFoundException*' -and
        $ErrorRecord.Exception.CommandName -eq $Command
}

function Get-WindowsServerSubscription {
    foreach ($item in @(Get-AzureStackHCISubscriptionStatus -ErrorAction Stop)) {
        if ($null -eq $item) { continue }
        $name = $item.PSObject.Properties['SubscriptionName']
        if ($null -eq $name -or [string] $name.Value -ne 'Windows Server subscription') { continue }
        foreach ($spelling in @('Status', 'SubscriptionStatus')) {
            $status = $item.PSObject.Properties[$spelling]
            if ($null -ne $status) { return ConvertTo-Text -Value $status.Value }
        }
    }
    return $null
}

try {
    $registration = Get-AzureStackHCI -ErrorAction Stop | Select-Object -First 1
} catch [System.Management.Automation.CommandNotFoundException] {
    if (-not (Test-Absence -ErrorRecord $_ -Command 'Get-AzureStackHCI')) { throw }
    [pscustomobject] @{ Available = $false }
    return
}

$answer = [ordered] @{ Available = $true }
$properties = @()
if ($null -ne $registration) { $properties = @($registration.PSObject.Properties) }
$extras = @($properties | Where-Object { $order -notcontains $_.Name -and $remoting -notcontains $_.Name })
foreach ($name in $order) {
    foreach ($property in $properties) {
        if ($property.Name -ne $name) { continue }
        if ($enumerations.ContainsKey($name)) {
            $answer[$name] = ConvertTo-EnumName -Value $property.Value -Names $enumerations[$name]
        } elseif ($times -contains $name) {
            $answer[$name] = ConvertTo-UtcText -Value $property.Value
        } else {
            $answer[$name] = ConvertTo-Text -Value $property.Value
        }
    }
}

try {
    $answer['WindowsServerSubscription'] = Get-WindowsServerSubscription
} catch {
    if (-not (Test-Absence -ErrorRecord $_ -Command 'Get-AzureStackHCISubscriptionStatus')) {
        # Secondary: the registration itself was read.
        Write-Warning "Get-AzureStackHCISubscriptionStatus: $($_.Exception.Message)"
        $answer['WindowsServerSubscription'] = $null
    }
}

foreach ($property in $extras) {
    if (-not $answer.Contains($property.Name)) { $answer[$property.Name] = ConvertTo-Text -Value $property.Value }
}
[pscustomobject] $answer
