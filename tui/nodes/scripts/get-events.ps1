<#
.SYNOPSIS
    Gives the recent events of the channel Microsoft-AzureStack-HCI/Admin of this node.
.DESCRIPTION
    Reads the channel, newest event first. Nothing is changed.
.PARAMETER MaxEvents
    At most this many events.
.PARAMETER Days
    No events older than this many days.
.OUTPUTS
    One object per event. No objects where there are none or where the node has no such channel: Windows Server, for
    example.
.EXAMPLE
    .\get-events.ps1 -MaxEvents 10 -Days 7
.NOTES
    The level is told by its number: Windows translates its name.
#>
[CmdletBinding()]
param(
    [ValidateRange(1, 10000)]
    [int] $MaxEvents = 50,

    [ValidateRange(1, 3650)]
    [int] $Days = 30
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$levelNames = @('Information', 'Critical', 'Error', 'Warning', 'Information', 'Verbose')

function Get-PropertyValue {
    param($InputObject, [string] $Name)
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return $property.Value
}

function ConvertTo-LevelName {
    param($Value)
    $text = [string] $Value
    if ($text -eq '') { return $levelNames[0] }
    if ($text -match '^\d{1,4}$' -and [int] $text -lt $levelNames.Count) { return $levelNames[[int] $text] }
    return $text
}

function Get-Message {
    param($Record)
    $message = [string] (Get-PropertyValue -InputObject $Record -Name 'Message')
    if ($message -ne '') { return $message }
    # Without the provider's texts Windows gives no message; its arguments still tell something.
    $arguments = @(Get-PropertyValue -InputObject $Record -Name 'Properties' | Where-Object { $null -ne $_ })
    return (@($arguments | ForEach-Object { [string] (Get-PropertyValue -InputObject $_ -Name 'Value') }) -join ', ')
}

$query = @{
    FilterHashtable = @{
        LogName   = 'Microsoft-AzureStack-HCI/Admin'
        StartTime = (Get-Date).AddDays(-$Days)
    }
    MaxEvents       = $MaxEvents
}
try {
    $records = @(Get-WinEvent @query -ErrorAction Stop)
} catch {
    $absent = $_.FullyQualifiedErrorId -match '^NoMatching(Events|Logs)Found' -or
        $_.Exception.GetType().Name -eq 'EventLogNotFoundException'
    if (-not $absent) { throw }
    return
}

foreach ($record in $records) {
    $time = $null
    $created = Get-PropertyValue -InputObject $record -Name 'TimeCreated'
    if ($created -is [System.DateTime]) {
        $time = $created.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
    }
    [pscustomobject] [ordered] @{
        EventId  = Get-PropertyValue -InputObject $record -Name 'Id'
        Level    = ConvertTo-LevelName -Value (Get-PropertyValue -InputObject $record -Name 'Level')
        Time     = $time
        Message  = Get-Message -Record $record
        RecordId = Get-PropertyValue -InputObject $record -Name 'RecordId'
    }
}
