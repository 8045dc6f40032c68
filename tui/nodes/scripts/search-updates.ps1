<#
.SYNOPSIS
    Searches for the updates that this node is offered and has not finished installing.
.DESCRIPTION
    Asks the Windows Update Agent as SConfig does, where the node gets its updates from: a WSUS server, Microsoft Update
    where it is opted in, or Windows Update. Hidden updates are left out. Nothing is downloaded or installed. A search
    takes from seconds to minutes.
.PARAMETER IncludeOptional
    Also what Windows Update offers and would not choose by itself, such as previews; it is by default.
.OUTPUTS
    One object: SearchedAt, ResultCode, Updates in the order of the agent, and Warnings, each a code and a text. Times
    are ISO 8601 in UTC, enumerations names, sizes bytes. An update that has been installed and waits for a restart has
    RestartPending.
.EXAMPLE
    .\search-updates.ps1
.EXAMPLE
    (.\search-updates.ps1 -IncludeOptional $false).Updates.Title
.NOTES
    Recommended: AutoSelectOnWebSites, neither optional nor to be browsed for. The Arc agent has no article and is known
    by its title or product.
#>
[CmdletBinding()]
param([bool] $IncludeOptional = $true)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include update-functions

function Test-Category {
    # Whether a category is of one of these kinds; one that does not tell its kind is.
    param($Category, [string[]] $Type)
    $told = Get-PropertyValue -InputObject $Category -Name 'Type'
    return -not $told -or $Type -contains $told
}

function ConvertTo-AvailableUpdate {
    param($Update)
    $categories = @(Get-CollectionItem -Collection (Get-PropertyValue -InputObject $Update -Name 'Categories') |
            Where-Object -FilterScript { Test-Category -Category $_ -Type 'Product', 'UpdateClassification' })
    $names = [string[]] @($categories | ForEach-Object -Process { [string] $_.Name })
    $ids = @($categories | ForEach-Object -Process { [string] (Get-PropertyValue -InputObject $_ -Name 'CategoryID') })
    $size = Get-PropertyValue -InputObject $Update -Name 'MaxDownloadSize'
    $severity = Get-PropertyValue -InputObject $Update -Name 'MsrcSeverity'
    $behavior = Get-PropertyValue -InputObject (Get-PropertyValue -InputObject $Update -Name 'InstallationBehavior') -Name 'RebootBehavior'
    if ($null -ne $behavior) {
        $behavior = if ($behavior -ge 0 -and $behavior -lt $restartBehaviors.Count) { $restartBehaviors[$behavior] } else { [string] $behavior }
    }
    $optional = [bool] (Get-PropertyValue -InputObject $Update -Name 'BrowseOnly') -or
        # daOptionalInstallation
        (Get-PropertyValue -InputObject $Update -Name 'DeploymentAction') -eq 4
    return [pscustomobject] [ordered] @{
        Id              = [string] $Update.Identity.UpdateID
        Revision        = [int] $Update.Identity.RevisionNumber
        Title           = [string] $Update.Title
        KBs             = [string[]] @(Get-UpdateKB -Update $Update)
        SizeBytes       = if ($null -ne $size -and $size -gt 0) { [long] $size } else { $null }
        Severity        = if ($severity) { [string] $severity } else { $null }
        Categories      = $names
        RestartBehavior = $behavior
        Downloaded      = [bool] (Get-PropertyValue -InputObject $Update -Name 'IsDownloaded')
        Feature         = $ids -contains $upgradesId
        Recommended     = -not $optional -and [bool] (Get-PropertyValue -InputObject $Update -Name 'AutoSelectOnWebSites')
        ArcAgent        = @(@([string] $Update.Title) + $names -match $agentPattern).Count -gt 0
        RestartPending  = [bool] (Get-PropertyValue -InputObject $Update -Name 'RebootRequired')
    }
}

try {
    $found = Search-Update -Session (New-UpdateSession) -IncludeOptional $IncludeOptional
} catch {
    throw (New-UpdateFault -Id 'UpdateSearchFailed' -What 'The search for updates' -ErrorRecord $_)
}
[pscustomobject] [ordered] @{
    SearchedAt = [System.DateTime]::UtcNow.ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
    ResultCode = $found.ResultCode
    Updates    = @($found.Updates | ForEach-Object -Process { ConvertTo-AvailableUpdate -Update $_ })
    Warnings   = [string[]] $found.Warnings
}
