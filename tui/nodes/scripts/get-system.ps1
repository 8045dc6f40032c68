<#
.SYNOPSIS
    Tells which operating system this node runs, since when, and what its clock says.
.DESCRIPTION
    Reads the registry, CIM, the clock, and whether this PowerShell is elevated (whoami.exe, which also tells it in a
    network logon). Times are ISO 8601 in UTC. Nothing is changed.
.OUTPUTS
    One object; what cannot be told is null. A part that cannot be read is an error and the others stand; if no part
    can be read, the script fails with the first error.
.EXAMPLE
    .\get-system.ps1
.NOTES
    Elevated: the token carries the mandatory level high (S-1-16-12288) or system (S-1-16-16384).
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

function ConvertTo-UtcText {
    param($Value)
    if ($Value -isnot [System.DateTime]) { return $null }
    return $Value.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
}

function Get-Elevation {
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    try {
        $groups = (@(@() | whoami.exe /groups /fo csv /nh 2>$null) -join "`n")
    } catch {
        Write-Warning "whoami.exe: $($_.Exception.Message)"
        return $null
    }
    if ($groups -match 'S-1-16-(12288|16384)\b') { return $true }
    if ($groups -match 'S-1-16-\d+') { return $false }
    return $null
}

$failures = New-Object -TypeName System.Collections.ArrayList
$parts = @{}
$readers = [ordered] @{
    Registry        = {
        $key = @{ LiteralPath = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' }
        Get-ItemProperty @key -ErrorAction Stop
    }
    OperatingSystem = { Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop | Select-Object -First 1 }
    Computer        = { Get-CimInstance -ClassName Win32_ComputerSystem -ErrorAction Stop | Select-Object -First 1 }
}
foreach ($name in @($readers.Keys)) {
    $parts[$name] = $null
    try {
        $parts[$name] = & $readers[$name]
    } catch {
        [void] $failures.Add($_)
    }
}
if ($failures.Count -eq $readers.Count) { throw $failures[0] }
foreach ($failure in $failures) { Write-Error -ErrorRecord $failure -ErrorAction Continue }

$registry = $parts['Registry']
$system = $parts['OperatingSystem']
$computer = $parts['Computer']

$computerName = Get-PropertyValue -InputObject $computer -Name 'Name'
if (-not $computerName) { $computerName = Get-PropertyValue -InputObject $system -Name 'CSName' }
if (-not $computerName) { $computerName = [System.Environment]::MachineName }
$product = Get-PropertyValue -InputObject $registry -Name 'ProductName'
if (-not $product) { $product = Get-PropertyValue -InputObject $system -Name 'Caption' }
$build = ConvertTo-Number -Value (Get-PropertyValue -InputObject $registry -Name 'CurrentBuildNumber')
if ($null -eq $build) { $build = ConvertTo-Number -Value (Get-PropertyValue -InputObject $system -Name 'BuildNumber') }

[pscustomobject] [ordered] @{
    ComputerName     = $computerName
    Domain           = Get-PropertyValue -InputObject $computer -Name 'Domain'
    PartOfDomain     = Get-PropertyValue -InputObject $computer -Name 'PartOfDomain'
    ProductName      = $product
    InstallationType = Get-PropertyValue -InputObject $registry -Name 'InstallationType'
    Build            = $build
    Revision         = ConvertTo-Number -Value (Get-PropertyValue -InputObject $registry -Name 'UBR')
    DisplayVersion   = Get-PropertyValue -InputObject $registry -Name 'DisplayVersion'
    InstallDate      = ConvertTo-UtcText -Value (Get-PropertyValue -InputObject $system -Name 'InstallDate')
    BootTime         = ConvertTo-UtcText -Value (Get-PropertyValue -InputObject $system -Name 'LastBootUpTime')
    Elevated         = Get-Elevation
    # Last, so that the time is as fresh as can be when it leaves.
    UtcNow           = ConvertTo-UtcText -Value (Get-Date)
}
