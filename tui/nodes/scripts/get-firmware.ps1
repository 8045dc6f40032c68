<#
.SYNOPSIS
    Tells the firmware of this node and the platform security that rests on it.
.DESCRIPTION
    Reads computer, BIOS, Secure Boot, TPM and virtualisation-based security: the settings that must be identical on
    all nodes of a cluster. Nothing is changed.
.OUTPUTS
    One object; what the machine cannot tell is null: Secure Boot on a machine that starts from BIOS, for example. A
    part that cannot be read is an error and the others stand; if no part can be read, the script fails with the
    first error.
.EXAMPLE
    .\get-firmware.ps1
.NOTES
    Vbs: VirtualizationBasedSecurityStatus of Win32_DeviceGuard, 0 to 2. TPM and Secure Boot need an elevated PowerShell.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$vbsNames = @('Off', 'Configured', 'Running')

function Get-PropertyValue {
    param($InputObject, [string] $Name)
    if ($null -eq $InputObject) { return $null }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return $property.Value
}

function Test-Absence {
    # Whether an error says that this machine has no such thing: the firmware, a WMI namespace or class, or a command
    # other than Get-CimInstance, without which nothing can be told.
    param($ErrorRecord)
    $exception = $ErrorRecord.Exception
    if ($exception -is [System.PlatformNotSupportedException]) { return $true }
    if ($exception -is [System.Management.Automation.CommandNotFoundException]) {
        return $exception.CommandName -ne 'Get-CimInstance'
    }
    return $ErrorRecord.FullyQualifiedErrorId -match '0x8004100e|0x80041010'
}

function ConvertTo-DateText {
    param($Value)
    # The date stands for midnight UTC and CIM turns it into local time, which may be the day before.
    if ($Value -is [System.DateTime]) {
        return $Value.ToUniversalTime().ToString('yyyy-MM-dd', [System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ([string] $Value -match '^(\d{4})(\d{2})(\d{2})') { return '{0}-{1}-{2}' -f $Matches[1], $Matches[2], $Matches[3] }
    return $null
}

$failures = New-Object -TypeName System.Collections.ArrayList
$parts = @{}
$readers = [ordered] @{
    Computer    = { Get-CimInstance -ClassName Win32_ComputerSystem -ErrorAction Stop }
    Bios        = { Get-CimInstance -ClassName Win32_BIOS -ErrorAction Stop }
    DeviceGuard = {
        $class = @{ Namespace = 'root\Microsoft\Windows\DeviceGuard'; ClassName = 'Win32_DeviceGuard' }
        Get-CimInstance @class -ErrorAction Stop
    }
    TpmClass    = {
        $class = @{ Namespace = 'root\cimv2\Security\MicrosoftTpm'; ClassName = 'Win32_Tpm' }
        Get-CimInstance @class -ErrorAction Stop
    }
    Tpm         = { Get-Tpm -ErrorAction Stop }
    SecureBoot  = { Confirm-SecureBootUEFI -ErrorAction Stop }
}
foreach ($name in @($readers.Keys)) {
    $parts[$name] = $null
    try {
        $parts[$name] = & $readers[$name] | Select-Object -First 1
    } catch {
        if (-not (Test-Absence -ErrorRecord $_)) { [void] $failures.Add($_) }
    }
}
$answered = @($parts.Keys | Where-Object { $null -ne $parts[$_] })
if ($answered.Count -eq 0 -and $failures.Count -gt 0) { throw $failures[0] }
foreach ($failure in $failures) { Write-Error -ErrorRecord $failure -ErrorAction Continue }

$secureBoot = $null
if ($parts['SecureBoot'] -is [bool]) { $secureBoot = $parts['SecureBoot'] }

$tpmPresent = Get-PropertyValue -InputObject $parts['Tpm'] -Name 'TpmPresent'
if ($null -eq $tpmPresent -and $null -ne $parts['TpmClass']) { $tpmPresent = $true }
$tpmVersion = $null
$specification = [string] (Get-PropertyValue -InputObject $parts['TpmClass'] -Name 'SpecVersion')
if ($specification -ne '') { $tpmVersion = $specification.Split(',')[0].Trim() }

$vbs = $null
$status = [string] (Get-PropertyValue -InputObject $parts['DeviceGuard'] -Name 'VirtualizationBasedSecurityStatus')
if ($status -match '^\d{1,4}$' -and [int] $status -lt $vbsNames.Count) {
    $vbs = $vbsNames[[int] $status]
} elseif ($status -ne '') {
    $vbs = $status
}

[pscustomobject] [ordered] @{
    Manufacturer = Get-PropertyValue -InputObject $parts['Computer'] -Name 'Manufacturer'
    Model        = Get-PropertyValue -InputObject $parts['Computer'] -Name 'Model'
    BiosVendor   = Get-PropertyValue -InputObject $parts['Bios'] -Name 'Manufacturer'
    BiosVersion  = Get-PropertyValue -InputObject $parts['Bios'] -Name 'SMBIOSBIOSVersion'
    BiosDate     = ConvertTo-DateText -Value (Get-PropertyValue -InputObject $parts['Bios'] -Name 'ReleaseDate')
    SecureBoot   = $secureBoot
    TpmPresent   = $tpmPresent
    TpmReady     = Get-PropertyValue -InputObject $parts['Tpm'] -Name 'TpmReady'
    TpmVersion   = $tpmVersion
    Vbs          = $vbs
}
