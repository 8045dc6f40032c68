<#
.SYNOPSIS
    Stubs of commands of Windows that the jobs use: sessions to other nodes, the event log, the PowerShell Gallery.
.DESCRIPTION
    Answer out of the scenario that AZSCONFIG_STUB_SCENARIO names: "unreached" has what happens to a computer that is
    not reached, by its name; "gallery" is the folder of modules that Install-Module has, or absent; "eventlog" says why
    the event log cannot be read, or is absent.
#>

Set-StrictMode -Version 2

function Read-NodeScenario {
    ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($env:AZSCONFIG_STUB_SCENARIO))
}

function Get-ScenarioValue {
    param($Source, [string] $Name)
    if ($null -eq $Source -or $null -eq $Source.PSObject.Properties[$Name]) { return $null }
    return $Source.$Name
}

function Write-NodeCall {
    param($Value)
    $file = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'calls.jsonl')
    [System.IO.File]::AppendAllText($file, (ConvertTo-Json -InputObject $Value -Compress -Depth 5) + "`n")
}

function New-StubChild {
    # One computer's job, in the state that the scenario has for it.
    param([string] $Name, $Trouble)
    $child = @{ Location = $Name; State = 'Completed'; Error = @(); JobStateInfo = @{ State = 'Completed'; Reason = $null } }
    $output = @([pscustomobject] @{ Administrator = $true; PSComputerName = $Name })
    if ($Trouble -eq 'hangs') {
        $child.State = 'Running'
        $output = @()
    } elseif ($Trouble -eq 'no administrator') {
        $output = @([pscustomobject] @{ Administrator = $false; PSComputerName = $Name })
    } elseif ($Trouble) {
        $child.State = 'Failed'
        $child.JobStateInfo.Reason = New-Object -TypeName System.Exception -ArgumentList $Trouble
        $output = @()
    }
    $child['StubOutput'] = $output
    return [pscustomobject] $child
}

function Invoke-Command {
    [CmdletBinding()]
    param(
        [string[]] $ComputerName,
        [System.Management.Automation.PSCredential] $Credential,
        [switch] $AsJob,
        [int] $ThrottleLimit,
        [scriptblock] $ScriptBlock
    )
    $call = @{ Command = 'Invoke-Command'; ComputerName = $ComputerName; AsJob = [bool] $AsJob; User = $null }
    if ($null -ne $Credential) { $call['User'] = $Credential.UserName }
    Write-NodeCall -Value $call
    $unreached = Get-ScenarioValue -Source (Read-NodeScenario) -Name 'unreached'
    if ((Get-ScenarioValue -Source $unreached -Name '*') -eq 'no WinRM') { throw 'The WinRM client is not there.' }
    $children = @($ComputerName | ForEach-Object {
            New-StubChild -Name $_ -Trouble (Get-ScenarioValue -Source $unreached -Name $_)
        })
    return [pscustomobject] @{ Id = 1; ChildJobs = $children }
}

function Wait-Job {
    [CmdletBinding()]
    param($Job, [int] $Timeout)
    # Whoever hangs would use up the time that is given; a job that never ends gives nothing.
    Write-NodeCall -Value @{ Command = 'Wait-Job'; Timeout = $Timeout }
    if (@($Job.ChildJobs | Where-Object { $_.State -eq 'Running' }).Count -eq 0) { $Job }
}

function Receive-Job {
    [CmdletBinding()]
    param($Job)
    $Job.StubOutput
}

function Remove-Job {
    [CmdletBinding()]
    param($Job, [switch] $Force)
}

function Get-WinEvent {
    [CmdletBinding()]
    param([hashtable] $FilterHashtable, [long] $MaxEvents)
    $trouble = Get-ScenarioValue -Source (Read-NodeScenario) -Name 'eventlog'
    if ($trouble) { throw (New-Object -TypeName System.UnauthorizedAccessException -ArgumentList $trouble) }
    $file = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'events.jsonl')
    $found = @()
    if ($FilterHashtable['LogName'] -eq 'Application' -and $FilterHashtable['ProviderName'] -eq 'HCI Registration' -and
        [System.IO.File]::Exists($file)) {
        $number = 0
        $found = @(foreach ($line in [System.IO.File]::ReadAllLines($file)) {
                $number++
                $record = ConvertFrom-Json -InputObject $line
                $time = (New-Object -TypeName System.DateTime -ArgumentList ([long] $record.Ticks), 'Utc').ToLocalTime()
                # Whole seconds, as they are compared here.
                if ($time -lt $FilterHashtable['StartTime']) { continue }
                [pscustomobject] @{ Id = $record.Id; TimeCreated = $time; RecordId = $number; Message = $record.Message }
            })
    }
    if ($found.Count -eq 0) {
        Write-Error -Message 'No events were found that match the specified selection criteria.' `
            -ErrorId 'NoMatchingEventsFound' -Category ObjectNotFound
        return
    }
    $found | Sort-Object -Property RecordId -Descending | Select-Object -First $MaxEvents
}

function Get-PackageProvider {
    [CmdletBinding()]
    param([switch] $ListAvailable)
    $file = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'nuget')
    if ([System.IO.File]::Exists($file)) { [pscustomobject] @{ Name = 'NuGet'; Version = '2.8.5.208' } }
}

function Install-PackageProvider {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param([string] $Name, [string] $MinimumVersion, [string] $Scope, [switch] $Force)
    Write-NodeCall -Value @{ Command = 'Install-PackageProvider'; Name = $Name; MinimumVersion = $MinimumVersion; Scope = $Scope }
    if (-not $Force) { throw 'It would ask whether to install.' }
    [System.IO.File]::WriteAllText([System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'nuget'), '')
}

function Get-PSRepository {
    [CmdletBinding()]
    param([string] $Name)
    [pscustomobject] @{ Name = $Name; InstallationPolicy = 'Untrusted' }
}

function Install-Module {
    # Parameters of PowerShellGet 1.0.0.1, which comes with Windows.
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [string[]] $Name, [version] $MinimumVersion, [version] $MaximumVersion, [version] $RequiredVersion,
        [string[]] $Repository, [ValidateSet('CurrentUser', 'AllUsers')] [string] $Scope, [switch] $AllowClobber,
        [switch] $SkipPublisherCheck, [switch] $Force
    )
    Write-NodeCall -Value @{
        Command = 'Install-Module'; Name = $Name[0]; RequiredVersion = [string] $RequiredVersion; Scope = $Scope
        Repository = $Repository[0]; Force = [bool] $Force
        Tls = [string] [System.Net.ServicePointManager]::SecurityProtocol
    }
    if (-not $Force) { throw 'It would ask whether the repository is trusted.' }
    $gallery = Get-ScenarioValue -Source (Read-NodeScenario) -Name 'gallery'
    if (-not $gallery) { throw "Unable to resolve package source 'https://www.powershellgallery.com/api/v2'." }
    $source = [System.IO.Path]::Combine($gallery, $Name[0])
    $versions = @(Get-ChildItem -LiteralPath $source -Directory | ForEach-Object { [version] $_.Name } | Sort-Object)
    $version = $versions[-1]
    if ($null -ne $RequiredVersion) { $version = $RequiredVersion }
    $modules = [System.IO.Path]::Combine($env:ProgramFiles, 'PowerShell', 'Modules', $Name[0])
    [void] [System.IO.Directory]::CreateDirectory($modules)
    Copy-Item -LiteralPath ([System.IO.Path]::Combine($source, [string] $version)) -Destination $modules -Recurse
}

Export-ModuleMember -Function '*-Command', '*-Job', 'Get-WinEvent', '*-Package*', '*-PSRepository', 'Install-Module'
