<#
.SYNOPSIS
    The Windows Update Agent as the stub commands of updates have it: sourced by UpdateCommands.
#>

class StubCollection : System.Collections.IEnumerable {
    # A pipeline takes it apart, as PowerShell does with a collection of COM.
    [int] $Count = 0
    hidden [System.Collections.ArrayList] $Held = @()
    [int] Add($Item) { $this.Count++; return $this.Held.Add($Item) }
    [System.Collections.IEnumerator] GetEnumerator() { return $this.Held.GetEnumerator() }
    [object] Item([int] $Index) {
        if ($Index -lt 0 -or $Index -ge $this.Count) { throw (New-StubError -Code '0x8002000B') }
        return $this.Held[$Index]
    }
}

function New-StubCollection {
    param($Items)
    $collection = [StubCollection]::new()
    foreach ($item in @($Items)) { if ($null -ne $item) { $null = $collection.Add($item) } }
    return , $collection
}

class StubUpdate {
    $Identity; $Title; $KBArticleIDs; [decimal] $MaxDownloadSize; $MsrcSeverity; $Categories; $InstallationBehavior
    [bool] $IsDownloaded; [bool] $IsInstalled; [bool] $IsHidden; [bool] $EulaAccepted; [bool] $AutoSelectOnWebSites
    [bool] $BrowseOnly; [int] $DeploymentAction; [bool] $RebootRequired
    hidden $Plan
    [void] AcceptEula() {
        Confirm-NoNetworkLogon
        Write-StubCall -Value @{ Command = 'AcceptEula'; Title = $this.Title }
        $this.EulaAccepted = $true
    }
}

$script:actions = @{ Installation = 1; Uninstallation = 2; OptionalInstallation = 4 }

function New-StubUpdate {
    param($Plan)
    $update = [StubUpdate]::new()
    $update.Plan = $Plan
    $update.Identity = [pscustomobject] @{
        UpdateID = $Plan.id; RevisionNumber = [int] (Get-Scenario -Source $Plan -Name 'revision' -Default 200)
    }
    $update.Title = $Plan.title
    $update.KBArticleIDs = New-StubCollection -Items (Get-Scenario -Source $Plan -Name 'kbs')
    $update.MaxDownloadSize = Get-Scenario -Source $Plan -Name 'size' -Default 0
    $update.MsrcSeverity = Get-Scenario -Source $Plan -Name 'severity' -Default ''
    $update.Categories = New-StubCollection -Items @(foreach ($one in @(Get-Scenario -Source $Plan -Name 'categories')) {
            if ($null -ne $one) { [pscustomobject] @{ Name = $one.name; CategoryID = $one.id; Type = $one.type } }
        })
    $behavior = Get-Scenario -Source $Plan -Name 'behavior'
    if ($null -ne $behavior) { $update.InstallationBehavior = [pscustomobject] @{ RebootBehavior = $behavior } }
    $update.IsDownloaded = Get-Scenario -Source $Plan -Name 'downloaded' -Default $false
    $update.IsInstalled = Get-Scenario -Source $Plan -Name 'installed' -Default $false
    $update.IsHidden = Get-Scenario -Source $Plan -Name 'hidden' -Default $false
    $update.EulaAccepted = Get-Scenario -Source $Plan -Name 'eula' -Default $true
    $update.AutoSelectOnWebSites = Get-Scenario -Source $Plan -Name 'auto' -Default $true
    $update.BrowseOnly = Get-Scenario -Source $Plan -Name 'browse' -Default $false
    $update.DeploymentAction = $script:actions[[string] (Get-Scenario -Source $Plan -Name 'action' -Default 'Installation')]
    $update.RebootRequired = Get-Scenario -Source $Plan -Name 'restart' -Default $false
    return $update
}

function Test-Criterion {
    param([StubUpdate] $Update, [string] $Criterion)
    if ($Criterion -notmatch "^(\w+) ?= ?('?)([\w-]+)\2$") { throw (New-StubError -Code '0x80240032') }
    $value = $Matches[3]
    switch ($Matches[1]) {
        'IsInstalled' { return $Update.IsInstalled -eq ($value -eq '1') }
        'IsHidden' { return $Update.IsHidden -eq ($value -eq '1') }
        'RebootRequired' { return $Update.RebootRequired -eq ($value -eq '1') }
        'DeploymentAction' { return $Update.DeploymentAction -eq $script:actions[$value] }
    }
    throw (New-StubError -Code '0x80240032')
}

function Test-Criteria {
    param([StubUpdate] $Update, [string] $Criteria)
    foreach ($part in $Criteria -split ' or ') {
        $wrong = @($part -split ' and ' | Where-Object { -not (Test-Criterion -Update $Update -Criterion $_) })
        if ($wrong.Count -eq 0) { return $true }
    }
    return $false
}

class StubSearcher {
    [int] $ServerSelection = 0
    [object] Search([string] $Criteria) {
        $plan = Get-Scenario -Name 'search'
        Write-StubCall -Value @{ Command = 'Search'; Criteria = $Criteria; Server = $this.ServerSelection }
        Confirm-NoTrouble -Source $plan
        $found = @($script:updates | Where-Object { Test-Criteria -Update $_ -Criteria $Criteria })
        $warnings = @(foreach ($one in @(Get-Scenario -Source $plan -Name 'warnings')) {
                if ($null -ne $one) { [pscustomobject] @{ Message = $one.message; HResult = ConvertTo-Code -Text $one.hresult; Context = 3 } }
            })
        return [pscustomobject] @{
            ResultCode = [int] (Get-Scenario -Source $plan -Name 'code' -Default 2)
            Updates = New-StubCollection -Items $found
            Warnings = New-StubCollection -Items $warnings
        }
    }
    [int] GetTotalHistoryCount() {
        Confirm-NoTrouble -Source (Get-Scenario -Name 'agent')
        return @(Get-Scenario -Name 'history' -Default @()).Count
    }
    [object] QueryHistory([int] $Start, [int] $Number) {
        if ($Number -lt 1) { throw (New-StubError -Code '0x80070057') }
        $entries = @(Get-Scenario -Name 'history' | ForEach-Object { $_ } | Select-Object -Skip $Start -First $Number | ForEach-Object {
                [pscustomobject] @{
                    Title = $_.title; Operation = $_.operation; ResultCode = $_.code; HResult = ConvertTo-Code -Text $_.hresult
                    Date = [System.DateTime]::ParseExact($_.date, 'yyyy-MM-ddTHH:mm:ss', [cultureinfo]::InvariantCulture)
                    UpdateIdentity = [pscustomobject] @{ UpdateID = $_.id; RevisionNumber = 1 }
                }
            })
        return New-StubCollection -Items $entries
    }
}

class StubOutcome {
    hidden $Result
    [int] $ResultCode
    [int] $HResult = 0
    [object] GetUpdateResult([int] $Index) { return $this.Result }
}

function New-StubOutcome {
    param($Plan)
    $outcome = [StubOutcome]::new()
    $outcome.ResultCode = Get-Scenario -Source $Plan -Name 'code' -Default 2
    $outcome.HResult = ConvertTo-Code -Text (Get-Scenario -Source $Plan -Name 'whole')
    $outcome.Result = [pscustomobject] @{
        ResultCode = $outcome.ResultCode; HResult = ConvertTo-Code -Text (Get-Scenario -Source $Plan -Name 'hresult')
        RebootRequired = [bool] (Get-Scenario -Source $Plan -Name 'restart' -Default $false)
    }
    return $outcome
}

class StubDownloader {
    $Updates
    [object] Download() {
        $update = $this.Updates.Item(0)
        Write-StubCall -Value @{ Command = 'Download'; Title = $update.Title; Count = $this.Updates.Count }
        if (-not $update.EulaAccepted) { throw (New-StubError -Code '0x80240023') }
        $plan = Get-Scenario -Source $update.Plan -Name 'download'
        Confirm-NoTrouble -Source $plan
        $outcome = New-StubOutcome -Plan $plan
        $update.IsDownloaded = $outcome.ResultCode -in 2, 3
        return $outcome
    }
}

class StubInstaller {
    $Updates
    [bool] $ForceQuiet = $false
    [bool] $AllowSourcePrompts = $true
    [object] Install() {
        $update = $this.Updates.Item(0)
        Write-StubCall -Value @{
            Command = 'Install'; Title = $update.Title; Count = $this.Updates.Count
            Quiet = $this.ForceQuiet -and -not $this.AllowSourcePrompts
        }
        if (-not $update.IsDownloaded) { throw (New-StubError -Code '0x80246007') }
        $plan = Get-Scenario -Source $update.Plan -Name 'install'
        Confirm-NoTrouble -Source $plan
        return New-StubOutcome -Plan $plan
    }
    [void] Commit([int] $Flags) {
        Write-StubCall -Value @{ Command = 'Commit'; Flags = $Flags }
        Confirm-NoTrouble -Source (Get-Scenario -Name 'commit')
    }
}

class StubSession {
    [string] $ClientApplicationID
    [object] CreateUpdateSearcher() { return [StubSearcher]::new() }
    [object] CreateUpdateDownloader() { Confirm-NoNetworkLogon; return [StubDownloader]::new() }
    [object] CreateUpdateInstaller() { Confirm-NoNetworkLogon; return [StubInstaller]::new() }
}

class StubServiceManager {
    [string] $ClientApplicationID
    $Services
    [object] AddService2([string] $Id, [int] $Flags, [string] $Cab) {
        Confirm-NoNetworkLogon
        Write-StubCall -Value @{ Command = 'AddService2'; Id = $Id; Flags = $Flags; Cab = $Cab }
        Confirm-NoTrouble -Source (Get-Scenario -Name 'opt_in')
        if (-not (Get-Scenario -Source (Get-Scenario -Name 'opt_in') -Name 'pending' -Default $false)) {
            $script:services += [pscustomobject] @{ ServiceID = $Id; Name = 'Microsoft Update'; IsRegisteredWithAU = $true }
        }
        return [pscustomobject] @{ RegistrationState = 3 }
    }
}

$script:updates = @(foreach ($one in @(Get-Scenario -Name 'updates')) { if ($null -ne $one) { New-StubUpdate -Plan $one } })
$script:services = @(foreach ($one in @(Get-Scenario -Name 'update_services')) {
        if ($null -ne $one) { [pscustomobject] @{ ServiceID = $one.id; Name = $one.id; IsRegisteredWithAU = $one.registered } }
    })
