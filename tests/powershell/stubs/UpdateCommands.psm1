<#
.SYNOPSIS
    Stubs of what scripts and jobs about updates use of Windows: the Windows Update Agent and the Windows Installer by
    COM, the registry, services, signatures, scheduled tasks, and the commands of a cluster.
.DESCRIPTION
    They behave as the scenario says, a JSON file that AZSCONFIG_STUB_SCENARIO names. "logon" is "network" where the agent
    refuses what it refuses to a network logon. What is called is written to calls.jsonl in AZSCONFIG_STUB_STATE.
#>

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$script:scenario = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($env:AZSCONFIG_STUB_SCENARIO)) -DateKind String

function Get-Scenario {
    param([string] $Name, $Source = $script:scenario, $Default = $null)
    if ($null -eq $Source -or $null -eq $Source.PSObject.Properties[$Name]) { return $Default }
    return $Source.$Name
}

function Write-StubCall {
    param($Value)
    $file = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'calls.jsonl')
    [System.IO.File]::AppendAllText($file, (ConvertTo-Json -InputObject $Value -Compress -Depth 5) + "`n")
}

function ConvertTo-Code {
    param($Text)
    if ($null -eq $Text) { return 0 }
    return [System.Convert]::ToInt32(([string] $Text).Substring(2), 16)
}

function New-StubError {
    # As .NET makes an exception of the code that a call of COM comes back with.
    param([string] $Code)
    if ($Code -eq '0x80070005') {
        return [System.UnauthorizedAccessException]::new('Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))')
    }
    return [System.Runtime.InteropServices.COMException]::new("Exception from HRESULT: $Code", (ConvertTo-Code -Text $Code))
}

function Confirm-NoNetworkLogon {
    if ((Get-Scenario -Name 'logon') -eq 'network') { throw (New-StubError -Code '0x80070005') }
}

function Confirm-NoTrouble {
    # Fails as the scenario has it for something.
    param($Source)
    $code = Get-Scenario -Source $Source -Name 'throws'
    if ($code) { throw (New-StubError -Code $code) }
}

. ([System.IO.Path]::Combine($PSScriptRoot, 'update-agent.ps1'))
. ([System.IO.Path]::Combine($PSScriptRoot, 'cluster-node.ps1'))

#region Windows Installer

class StubRecord {
    [string] $Value
    [string] StringData([int] $Field) { return $this.Value }
}

class StubView {
    $Record
    [void] Execute() { }
    [object] Fetch() { return $this.Record }
    [void] Close() { }
}

class StubDatabase {
    [object] OpenView([string] $Query) {
        $view = [StubView]::new()
        if ($Query -notmatch '^SELECT `Value` FROM `Property` WHERE `Property` = ''(\w+)''$') { throw (New-StubError -Code '0x80004005') }
        $value = Get-Scenario -Source (Get-Scenario -Name 'msi') -Name $Matches[1]
        if ($null -ne $value) { $view.Record = [StubRecord]::new(); $view.Record.Value = $value }
        return $view
    }
}

class StubWindowsInstaller {
    [object] OpenDatabase([string] $Path, [int] $Mode) {
        if ($Mode -ne 0 -or $null -eq (Get-Scenario -Name 'msi')) { throw 'OpenDatabase,DatabasePath,OpenMode' }
        return [StubDatabase]::new()
    }
}

#endregion

function New-Object {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [string] $TypeName,
        [Parameter(Position = 1)] [object[]] $ArgumentList,
        [string] $ComObject,
        [System.Collections.IDictionary] $Property
    )
    if (-not $ComObject) { return Microsoft.PowerShell.Utility\New-Object @PSBoundParameters }
    if ($ComObject -like 'Microsoft.Update.*' -and (Get-Scenario -Name 'no_agent')) { throw (New-StubError -Code '0x80040154') }
    switch ($ComObject) {
        'Microsoft.Update.Session' { return [StubSession]::new() }
        'Microsoft.Update.UpdateColl' { return , [StubCollection]::new() }
        'Microsoft.Update.ServiceManager' {
            Confirm-NoTrouble -Source (Get-Scenario -Name 'agent')
            $manager = [StubServiceManager]::new()
            $manager.Services = New-StubCollection -Items $script:services
            return $manager
        }
        'Microsoft.Update.AutoUpdate' {
            $level = Get-Scenario -Name 'notification_level' -Default 0
            return [pscustomobject] @{ Settings = [pscustomobject] @{ NotificationLevel = $level; ReadOnly = $false } }
        }
        'Microsoft.Update.SystemInfo' {
            $info = [pscustomobject] @{}
            $info | Add-Member -MemberType ScriptProperty -Name RebootRequired -Value {
                Confirm-NoNetworkLogon
                [bool] (Get-Scenario -Name 'restart_required' -Default $false)
            }
            return $info
        }
        'WindowsInstaller.Installer' { return [StubWindowsInstaller]::new() }
    }
    throw (New-StubError -Code '0x80040154')
}

#region Windows

function Get-ItemProperty {
    [CmdletBinding()]
    param([string] $LiteralPath)
    $values = Get-Scenario -Source (Get-Scenario -Name 'registry') -Name $LiteralPath
    if ($values -is [string]) { throw ([System.Security.SecurityException]::new($values)) }
    if ($null -ne $values) { return $values }
    $failure = [System.Management.Automation.ItemNotFoundException]::new("Cannot find path '$LiteralPath' because it does not exist.")
    Write-Error -Exception $failure -ErrorId 'PathNotFound' -Category ObjectNotFound
}

function Test-Path {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string] $Path, [string] $LiteralPath, [string] $PathType)
    if ($LiteralPath -like 'HKLM:*') { return $null -ne (Get-Scenario -Source (Get-Scenario -Name 'registry') -Name $LiteralPath) }
    return Microsoft.PowerShell.Management\Test-Path @PSBoundParameters
}

$script:seen = @{}

function Step-Scenario {
    # The next of the answers that the scenario lists; the last one stays.
    param([string] $Key, $Answers)
    $answers = @($Answers)
    if (-not $script:seen.ContainsKey($Key)) { $script:seen[$Key] = 0 }
    $answer = $answers[[Math]::Min($script:seen[$Key], $answers.Count - 1)]
    $script:seen[$Key]++
    return , $answer
}

function Get-Service {
    [CmdletBinding()]
    param([string] $Name)
    $plan = Get-Scenario -Source (Get-Scenario -Name 'windows_services') -Name $Name
    if ($null -eq $plan) {
        Write-Error -Message "Cannot find any service with service name '$Name'." -ErrorId 'NoServiceFoundForGivenName' -Category ObjectNotFound
        return
    }
    $status = Step-Scenario -Key "service $Name" -Answers (Get-Scenario -Source $plan -Name 'status' -Default 'Running')
    [pscustomobject] @{ Name = $Name; Status = $status; StartType = Get-Scenario -Source $plan -Name 'start' -Default 'Automatic' }
}

function Get-CimInstance {
    [CmdletBinding()]
    param([string] $ClassName)
    $boot = Get-Scenario -Name 'boot'
    if ($null -eq $boot) { throw 'The RPC server is unavailable.' }
    $utc = [System.DateTime]::ParseExact($boot, 'yyyy-MM-ddTHH:mm:ss', [cultureinfo]::InvariantCulture, 'AssumeUniversal')
    [pscustomobject] @{ LastBootUpTime = $utc.ToLocalTime() }
}

function Get-AuthenticodeSignature {
    [CmdletBinding()]
    param([string] $LiteralPath)
    $plan = Get-Scenario -Name 'signature'
    $certificate = $null
    $subject = Get-Scenario -Source $plan -Name 'subject'
    if ($subject) {
        $key = [System.Security.Cryptography.RSA]::Create(1024)
        $name = [System.Security.Cryptography.X509Certificates.X500DistinguishedName]::new($subject)
        $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
            $name, $key, 'SHA256', [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
        $certificate = $request.CreateSelfSigned([System.DateTimeOffset]::UtcNow, [System.DateTimeOffset]::UtcNow.AddDays(1))
    }
    [pscustomobject] @{ Status = Get-Scenario -Source $plan -Name 'status' -Default 'NotSigned'; SignerCertificate = $certificate }
}

function Get-Acl {
    [CmdletBinding()]
    param([string] $LiteralPath)
    $sddl = Get-Scenario -Name 'sddl' -Default 'O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
    [pscustomobject] @{ Path = $LiteralPath; Sddl = $sddl }
}

function Start-Sleep {
    [CmdletBinding()]
    param([int] $Seconds)
    Write-StubCall -Value @{ Command = 'Start-Sleep'; Seconds = $Seconds }
}

#endregion
#region scheduled tasks

function New-ScheduledTaskAction {
    [CmdletBinding()]
    param([string] $Execute, [string] $Argument, [string] $WorkingDirectory)
    [pscustomobject] @{ Execute = $Execute; Arguments = $Argument; WorkingDirectory = $WorkingDirectory }
}

function New-ScheduledTaskPrincipal {
    [CmdletBinding()]
    param([string] $UserId, [ValidateSet('ServiceAccount')] [string] $LogonType, [ValidateSet('Highest')] [string] $RunLevel)
    [pscustomobject] @{ UserId = $UserId }
}

function New-ScheduledTaskTrigger {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [switch] $AtStartup)
    [pscustomobject] @{ Startup = [bool] $AtStartup; EndBoundary = $null }
}

function New-ScheduledTaskSettingsSet {
    [CmdletBinding()]
    param(
        [switch] $AllowStartIfOnBatteries, [switch] $DontStopIfGoingOnBatteries, [timespan] $ExecutionTimeLimit,
        [timespan] $DeleteExpiredTaskAfter, [ValidateSet('IgnoreNew')] [string] $MultipleInstances
    )
    [pscustomobject] @{ Limit = $ExecutionTimeLimit.TotalMinutes; Expires = $PSBoundParameters.ContainsKey('DeleteExpiredTaskAfter') }
}

function Register-ScheduledTask {
    [CmdletBinding()]
    param([string] $TaskName, $Action, $Trigger, $Principal, $Settings, [string] $Description, [switch] $Force)
    if (Get-Scenario -Name 'tasks_refused') { throw 'Access is denied.' }
    if ($Settings.Expires -and -not $Trigger.EndBoundary) { throw 'The task XML is missing a required element (EndBoundary).' }
    Write-StubCall -Value ([ordered] @{
            Command = 'Register-ScheduledTask'; Name = $TaskName; User = $Principal.UserId; Program = $Action.Execute
            Arguments = $Action.Arguments; Startup = $Trigger.Startup; End = $Trigger.EndBoundary; Limit = $Settings.Limit
            Force = [bool] $Force
        })
    [pscustomobject] @{ TaskName = $TaskName; State = 'Ready' }
}

function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([string] $TaskName)
    if (-not $PSCmdlet.ShouldProcess($TaskName)) { return }
    Write-StubCall -Value @{ Command = 'Unregister-ScheduledTask'; Name = $TaskName }
    if (Get-Scenario -Name 'tasks_refused') { throw 'Access is denied.' }
}

#endregion

$exported = @(
    'New-Object', 'Get-ItemProperty', 'Test-Path', 'Get-Service', 'Get-CimInstance', 'Get-AuthenticodeSignature', 'Start-Sleep'
    'Get-Acl', '*-ScheduledTask*'
)
if ($null -ne $script:cluster) { $exported += 'Get-ClusterNode', 'Get-ClusterGroup', 'Suspend-ClusterNode', 'Resume-ClusterNode' }
Export-ModuleMember -Function $exported
