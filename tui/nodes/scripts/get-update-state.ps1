<#
.SYNOPSIS
    Tells how this node gets its updates, whether it waits for a restart, and what was installed last.
.DESCRIPTION
    Reads the registry, the service wuauserv and the history of the Windows Update Agent. Nothing is searched for and
    nothing is changed.
.OUTPUTS
    One object: Restart, Settings, History (newest first, at most 20 entries) and HistoryCount. Times are ISO 8601 in UTC.
    What cannot be read is null, or absent from a list, and a warning.
.EXAMPLE
    .\get-update-state.ps1
.EXAMPLE
    (.\get-update-state.ps1).History | Format-Table -Property Date, ResultCode, HResult, Title
.NOTES
    The agent itself does not tell a network logon whether it wants a restart: Windows keeps it in the registry too.
    Restart.Pending is true where updates want one; files that wait to be replaced, which installers of any kind leave
    behind, and a new name of the computer are reasons alone.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include update-functions

$longestHistory = 20
$windowsKey = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
$policyKey = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
$controlKey = 'HKLM:\SYSTEM\CurrentControlSet\Control'
$operations = @{ 1 = 'Installation'; 2 = 'Uninstallation' }
# AUOptions; 7 downloads too, and tells of the restart.
$automaticOptions = @{
    1 = 'Disabled'; 2 = 'NotifyBeforeDownload'; 3 = 'DownloadOnly'; 4 = 'Automatic'; 5 = 'ChosenLocally'; 7 = 'DownloadOnly'
}

function Get-RegistryValue {
    # A value of a key, null where there is none.
    param([string] $Key, [string] $Name)
    try {
        return Get-PropertyValue -InputObject (Get-ItemProperty -LiteralPath $Key -ErrorAction Stop) -Name $Name
    } catch [System.Management.Automation.ItemNotFoundException] {
        return $null
    } catch {
        Write-Warning "$Key, $($Name): $($_.Exception.Message)"
        return $null
    }
}

function Get-RestartReason {
    if (Test-Path -LiteralPath "$windowsKey\Component Based Servicing\RebootPending") { 'ComponentBasedServicing' }
    if (Test-Path -LiteralPath "$windowsKey\WindowsUpdate\Auto Update\RebootRequired") { 'WindowsUpdate' }
    # Names in pairs; an empty one is a file that is deleted.
    $renames = Get-RegistryValue -Key "$controlKey\Session Manager" -Name 'PendingFileRenameOperations'
    if (@($renames | Where-Object -FilterScript { $_ }).Count -gt 0) { 'PendingFileRename' }
    $active = Get-RegistryValue -Key "$controlKey\ComputerName\ActiveComputerName" -Name 'ComputerName'
    $next = Get-RegistryValue -Key "$controlKey\ComputerName\ComputerName" -Name 'ComputerName'
    if ($active -and $next -and $active -ne $next) { 'ComputerRename' }
}

function Get-OptIn {
    try {
        return Get-MicrosoftUpdate -Manager (New-Object -ComObject Microsoft.Update.ServiceManager)
    } catch {
        Write-Warning (Get-UpdateFault -What 'Reading whether Microsoft Update is used' -ErrorRecord $_)
        return $null
    }
}

function Get-AutomaticUpdate {
    # What the node does by itself, and whether that is policy.
    $policy = Get-RegistryValue -Key "$policyKey\AU" -Name 'NoAutoUpdate'
    if ($policy -eq 1) { return @{ Word = 'Disabled'; ByPolicy = $true } }
    $option = Get-RegistryValue -Key "$policyKey\AU" -Name 'AUOptions'
    $byPolicy = $null -ne $option
    if (-not $byPolicy) { $option = Get-RegistryValue -Key "$windowsKey\WindowsUpdate\Auto Update" -Name 'AUOptions' }
    if ($null -eq $option) {
        try {
            $settings = (New-Object -ComObject Microsoft.Update.AutoUpdate).Settings
            # Its numbers are those of AUOptions; 0 is nothing chosen.
            $option = Get-PropertyValue -InputObject $settings -Name 'NotificationLevel'
        } catch {
            Write-Warning (Get-UpdateFault -What 'Reading the settings of Automatic Updates' -ErrorRecord $_)
        }
    }
    $word = $null
    if ($null -ne $option -and $option -ne 0) {
        $word = if ($automaticOptions.ContainsKey([int] $option)) { $automaticOptions[[int] $option] } else { [string] $option }
    }
    return @{ Word = $word; ByPolicy = $byPolicy }
}

function Get-ServiceStart {
    try {
        $service = Get-Service -Name wuauserv -ErrorAction Stop | Select-Object -First 1
        return [string] $service.StartType
    } catch {
        Write-Warning "wuauserv: $($_.Exception.Message)"
        return $null
    }
}

function ConvertTo-HistoryEntry {
    param($Entry)
    $date = Get-PropertyValue -InputObject $Entry -Name 'Date'
    if ($date -is [System.DateTime] -and $date.Year -gt 1601) {
        # The agent gives UTC without saying so.
        $date = [System.DateTime]::SpecifyKind($date, 'Utc').ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
    } else {
        $date = $null
    }
    $operation = Get-PropertyValue -InputObject $Entry -Name 'Operation'
    if ($null -ne $operation) {
        $operation = if ($operations.ContainsKey([int] $operation)) { $operations[[int] $operation] } else { [string] $operation }
    }
    $code = Get-PropertyValue -InputObject $Entry -Name 'HResult'
    $id = Get-PropertyValue -InputObject (Get-PropertyValue -InputObject $Entry -Name 'UpdateIdentity') -Name 'UpdateID'
    return [pscustomobject] [ordered] @{
        Title      = [string] $Entry.Title
        Date       = $date
        Operation  = $operation
        ResultCode = ConvertTo-UpdateResult -Code (Get-PropertyValue -InputObject $Entry -Name 'ResultCode')
        HResult    = if ($null -eq $code) { $null } else { ConvertTo-HResultText -Code $code }
        Id         = if ($id) { [string] $id } else { $null }
    }
}

function Get-UpdateHistory {
    # The newest entries and how many there are; an agent that is asked for none fails.
    try {
        $searcher = (New-UpdateSession).CreateUpdateSearcher()
        $count = [int] $searcher.GetTotalHistoryCount()
        $entries = @()
        if ($count -gt 0) {
            $entries = @(Get-CollectionItem -Collection $searcher.QueryHistory(0, [Math]::Min($count, $longestHistory)) |
                    # Some that Windows makes for itself are empty.
                    Where-Object -FilterScript { $_.Title } | ForEach-Object -Process { ConvertTo-HistoryEntry -Entry $_ })
        }
        return @{ Entries = $entries; Total = $count }
    } catch {
        Write-Warning (Get-UpdateFault -What 'Reading the history of updates' -ErrorRecord $_)
        return @{ Entries = @(); Total = $null }
    }
}

$reasons = [string[]] @(Get-RestartReason)
$wsus = $null
if ((Get-RegistryValue -Key "$policyKey\AU" -Name 'UseWUServer') -eq 1) {
    $wsus = Get-RegistryValue -Key $policyKey -Name 'WUServer'
    if (-not $wsus) { $wsus = $null }
}
$automatic = Get-AutomaticUpdate
$history = Get-UpdateHistory
[pscustomobject] [ordered] @{
    Restart      = [pscustomobject] [ordered] @{
        Pending = @($reasons | Where-Object -FilterScript { $_ -in 'ComponentBasedServicing', 'WindowsUpdate' }).Count -gt 0
        Reasons = $reasons
    }
    Settings     = [pscustomobject] [ordered] @{
        MicrosoftUpdate  = Get-OptIn
        WsusServer       = $wsus
        InternetBlocked  = (Get-RegistryValue -Key $policyKey -Name 'DoNotConnectToWindowsUpdateInternetLocations') -eq 1
        AutomaticUpdates = $automatic.Word
        ByPolicy         = $automatic.ByPolicy
        ServiceStart     = Get-ServiceStart
    }
    History      = @($history.Entries)
    HistoryCount = $history.Total
}
