<#
.SYNOPSIS
    Downloads and installs updates on this node, as the job of a detached run.
.DESCRIPTION
    Searches again, accepts license terms, downloads those of the given updates that are still offered and installs them:
    one after the other, in the order of the Windows Update Agent. An update that fails does not keep the others from
    being installed, unless its code says that none can be. The node is not restarted. Steps: search, download, install.
    Run by the runner under SYSTEM, which gives Write-RunStep, Write-RunResult, Write-Progress and Stop-Run.
.PARAMETER Parameters
    Updates: a list of Id, Revision and Title. Where a revision is no longer offered, the newest one is taken.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result has Updates, each with Id, Title, KBs, ResultCode, HResult, RestartNeeded and Phase, and
    RestartNeeded, Installed and Failed of all of them. ResultCode is the name of an OperationResultCode, or NotOffered
    for an update that is not offered, or installed and waiting for a restart. Updates that fail do not fail the run.
.EXAMPLE
    .\job-install-updates.ps1 -Parameters $request.Parameters -Secrets $null
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include update-functions

# Install not allowed (another installation, or a restart that has to come first); the service stops.
$stoppingCodes = @('0x80240016', '0x8024001E')
$restartRequired = '0x00240005'
$succeeded = @('Succeeded', 'SucceededWithErrors')

function New-UpdateResult {
    param([string] $Id, [string] $Title, $Update, [string] $ResultCode, [string] $HResult = '0x00000000', [string] $Phase)
    return [pscustomobject] [ordered] @{
        Id            = $Id
        Title         = $Title
        KBs           = [string[]] @(if ($null -ne $Update) { Get-UpdateKB -Update $Update })
        ResultCode    = $ResultCode
        HResult       = $HResult
        RestartNeeded = $HResult -eq $restartRequired
        Phase         = $Phase
    }
}

function Find-WantedUpdate {
    # The offered update that is meant, in the wanted revision or the newest; null where it is not offered.
    param($Wanted, $Offered)
    $id = [string] (Get-Given -Source $Wanted -Name 'Id')
    $revision = Get-Given -Source $Wanted -Name 'Revision'
    $same = @($Offered | Where-Object -FilterScript { [string] $_.Identity.UpdateID -eq $id } |
            Sort-Object -Property { [int] $_.Identity.RevisionNumber } -Descending)
    if ($same.Count -eq 0) { return $null }
    foreach ($update in $same) {
        if ($null -eq $revision -or [int] $update.Identity.RevisionNumber -eq $revision) { return $update }
    }
    Write-Warning -Message "$($same[0].Title): revision $revision is not offered; revision $($same[0].Identity.RevisionNumber) is taken."
    return $same[0]
}

function Test-SameUpdate {
    param($One, $Other)
    return $One.Identity.UpdateID -eq $Other.Identity.UpdateID -and
        $One.Identity.RevisionNumber -eq $Other.Identity.RevisionNumber
}

function Get-Todo {
    # What is to be done, in the order of the agent: each a table of an update and its result so far, which is null.
    # What is not offered, or waits for a restart, has its result and comes last.
    param($Wanted, $Offered)
    $chosen = @()
    $rest = @()
    foreach ($one in $Wanted) {
        $id = [string] (Get-Given -Source $one -Name 'Id')
        $title = [string] (Get-Given -Source $one -Name 'Title')
        $update = Find-WantedUpdate -Wanted $one -Offered $Offered
        if ($null -eq $update) {
            $rest += @{ Update = $null; Result = New-UpdateResult -Id $id -Title $title -ResultCode NotOffered -Phase install }
        } elseif (Get-PropertyValue -InputObject $update -Name 'RebootRequired') {
            $waits = @{ Id = $id; Title = $update.Title; Update = $update; HResult = $restartRequired }
            $rest += @{ Update = $null; Result = New-UpdateResult @waits -ResultCode NotOffered -Phase install }
        } else {
            $chosen += @{ Update = $update; Id = $id; Result = $null }
        }
    }
    foreach ($update in $Offered) {
        # One update may be named twice.
        $chosen | Where-Object -FilterScript { Test-SameUpdate -One $_.Update -Other $update } | Select-Object -First 1
    }
    $rest
}

function ConvertTo-Told {
    # How it went with the only update of a download or an installation.
    param($Outcome)
    $told = $Outcome.GetUpdateResult(0)
    $code = $told.HResult
    $result = ConvertTo-UpdateResult -Code $told.ResultCode
    # Where the whole failed, the update itself may have no code.
    if ($code -eq 0 -and $result -notin $succeeded) { $code = $Outcome.HResult }
    return @{
        ResultCode    = $result
        HResult       = ConvertTo-HResultText -Code $code
        # A download has none.
        RestartNeeded = [bool] (Get-PropertyValue -InputObject $told -Name 'RebootRequired')
    }
}

function New-OneUpdate {
    # A collection of one update, as the agent takes them.
    param($Update)
    $collection = New-Object -ComObject Microsoft.Update.UpdateColl
    $null = $collection.Add($Update)
    return , $collection
}

function Save-Update {
    # Downloads one update, unless it is there, and returns how that went.
    param($Session, $Update)
    if (-not $Update.EulaAccepted) { $null = $Update.AcceptEula() }
    if ($Update.IsDownloaded) { return @{ ResultCode = 'Succeeded'; HResult = '0x00000000'; RestartNeeded = $false } }
    $downloader = $Session.CreateUpdateDownloader()
    $downloader.Updates = New-OneUpdate -Update $Update
    return ConvertTo-Told -Outcome $downloader.Download()
}

function Install-Update {
    # Installs one update and returns how that went.
    param($Session, $Update)
    $installer = $Session.CreateUpdateInstaller()
    # Nobody is there to answer a question.
    $installer.ForceQuiet = $true
    $installer.AllowSourcePrompts = $false
    $installer.Updates = New-OneUpdate -Update $Update
    return ConvertTo-Told -Outcome $installer.Install()
}

function Invoke-Phase {
    # Does the same with every update that has no result yet. Returns false where none can be installed any more.
    param([string] $Phase, [string] $Activity, $Todo, $Action, [bool] $Last)
    Write-RunStep -Id $Phase -Status started -Text $Activity
    $mine = @($Todo | Where-Object -FilterScript { $null -eq $_.Result })
    $number = 0
    $failed = @()
    $goesOn = $true
    foreach ($item in $mine) {
        $update = $item.Update
        if (-not $goesOn) {
            $item.Result = New-UpdateResult -Id $item.Id -Title $update.Title -Update $update -ResultCode NotStarted -Phase $Phase
            continue
        }
        Write-Progress -Id 1 -Activity $Activity -Status $update.Title -PercentComplete ([Math]::Floor(100 * $number / $mine.Count))
        $number++
        try {
            $told = & $Action $update
        } catch {
            Write-Warning -Message (Get-UpdateFault -What "$($update.Title): the $Phase" -ErrorRecord $_)
            $told = @{ ResultCode = 'Failed'; HResult = Get-HResultText -ErrorRecord $_; RestartNeeded = $false }
        }
        $well = $told.ResultCode -in $succeeded
        if (-not $well) { $failed += "$($update.Title) ($($told.HResult))" }
        if ($well -and -not $Last) { continue }
        $one = @{ Id = $item.Id; Title = $update.Title; Update = $update; Phase = $Phase; ResultCode = $told.ResultCode; HResult = $told.HResult }
        $item.Result = New-UpdateResult @one
        if ($told.RestartNeeded) { $item.Result.RestartNeeded = $true }
        if (-not $well -and $stoppingCodes -contains $told.HResult) { $goesOn = $false }
    }
    Write-Progress -Id 1 -Activity $Activity -Completed
    if ($failed.Count -gt 0) {
        Write-RunStep -Id $Phase -Status failed -Text "$($failed.Count) of $($mine.Count) failed: $($failed -join '; ')"
    } elseif ($mine.Count -eq 0) {
        Write-RunStep -Id $Phase -Status skipped -Text 'There is nothing to do'
    } else {
        Write-RunStep -Id $Phase -Status done -Text "$($mine.Count) of $($mine.Count)"
    }
    return $goesOn
}

function Skip-Phase {
    # Nothing is begun any more.
    param([string] $Phase, $Todo)
    foreach ($item in @($Todo | Where-Object -FilterScript { $null -eq $_.Result })) {
        $item.Result = New-UpdateResult -Id $item.Id -Title $item.Update.Title -Update $item.Update -ResultCode NotStarted -Phase $Phase
    }
    Write-RunStep -Id $Phase -Status skipped -Text 'The agent can install nothing now'
}

$wanted = @(Get-Given -Source $Parameters -Name 'Updates' | Where-Object -FilterScript { $_ })
if ($wanted.Count -eq 0) { Stop-Run -Reason refused -Message 'No update was named.' }

Write-RunStep -Id search -Status started -Text 'Search for the updates again'
try {
    $session = New-UpdateSession
    $found = Search-Update -Session $session
} catch {
    Stop-Step -Id search -Message (Get-UpdateFault -What 'The search for updates' -ErrorRecord $_)
}
foreach ($warning in $found.Warnings) { Write-Warning -Message $warning }
if ($found.ResultCode -in 'Failed', 'Aborted') {
    # The agent gives the search itself no code; its warnings have some.
    Stop-Step -Id search -Message ("The search for updates ended as $($found.ResultCode). $($found.Warnings -join ' ')".Trim())
}
$todo = @(Get-Todo -Wanted $wanted -Offered $found.Updates)
$offered = @($todo | Where-Object -FilterScript { $null -eq $_.Result })
Write-RunStep -Id search -Status done -Text "$($offered.Count) of $($wanted.Count) are offered"

$download = @{ Phase = 'download'; Activity = 'Downloading updates'; Action = { param($update) Save-Update -Session $session -Update $update } }
$install = @{ Phase = 'install'; Activity = 'Installing updates'; Action = { param($update) Install-Update -Session $session -Update $update } }
if (Invoke-Phase @download -Todo $todo -Last $false) {
    $null = Invoke-Phase @install -Todo $todo -Last $true
} else {
    Skip-Phase -Phase install -Todo $todo
}

$results = @($todo | ForEach-Object -Process { $_.Result })
$installed = @($results | Where-Object -FilterScript { $_.Phase -eq 'install' -and $_.ResultCode -in $succeeded })
$failed = @($results | Where-Object -FilterScript { $_.ResultCode -notin ($succeeded + @('NotOffered', 'NotStarted')) })
Write-RunResult -Data ([pscustomobject] [ordered] @{
        Updates       = $results
        RestartNeeded = @($results | Where-Object -FilterScript { $_.RestartNeeded }).Count -gt 0
        Installed     = $installed.Count
        Failed        = $failed.Count
    })
