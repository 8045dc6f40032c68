<#
.SYNOPSIS
    Stands in for the task scheduler of Windows, and for access lists of its files: its tasks are real processes.
.DESCRIPTION
    A task is a file <name>.json in the folder tasks of AZSCONFIG_STUB_STATE; <name>.pid has its process, <name>.code what
    it ended with, <name>.out what it wrote, <name>.calls what was asked of it. A process gets few variables of this
    environment, as a task of Windows gets none. AZSCONFIG_STUB_SCHEDULER is JSON: "refuses" has the code that Register
    fails with, "result" what a task ends with that never begins, "sddl" the access list of a folder, "blocks" the size
    in blocks of 512 bytes that no file may grow beyond, "holds" a file that Start waits for.
#>

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$kept = @('PATH', 'HOME', 'TZ', 'TMPDIR', 'ProgramData', 'ProgramFiles', 'windir', 'PSModulePath')
# Leaves a process of its own session behind, and notes its id and what it ends with.
$launcher = 'exec </dev/null >/dev/null 2>&1; name=$1; shift; [ -n "$1" ] && { trap "" XFSZ; ulimit -f "$1"; }; shift; ' +
    'setsid "$@" >"$name.out" 2>&1 & echo $! >"$name.pid"; wait $!; code=$?; ulimit -f unlimited; echo $code >"$name.code"'

function Get-Setting {
    param([string] $Name)
    if (-not $env:AZSCONFIG_STUB_SCHEDULER) { return $null }
    $settings = ConvertFrom-Json -InputObject $env:AZSCONFIG_STUB_SCHEDULER
    if ($null -eq $settings.PSObject.Properties[$Name]) { return $null }
    return $settings.$Name
}

function Get-TaskFile {
    param([string] $Name, [string] $Kind)
    $folder = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'tasks')
    $null = [System.IO.Directory]::CreateDirectory($folder)
    return [System.IO.Path]::Combine($folder, "$Name.$Kind")
}

function Add-Call {
    param([string] $Name, $Call)
    [System.IO.File]::AppendAllText((Get-TaskFile -Name $Name -Kind 'calls'), (ConvertTo-Json -InputObject $Call -Compress) + "`n")
}

function Test-Task {
    # Whether there is a task; an error as the caller wants it where there is none.
    param([string] $Name)
    if ([System.IO.File]::Exists((Get-TaskFile -Name $Name -Kind 'json'))) { return $true }
    Write-Error -Message "The system cannot find the task $Name." -ErrorId 'CmdletizationQuery_NotFound_TaskName'
    return $false
}

function New-ScheduledTaskAction {
    [CmdletBinding()]
    param([string] $Execute, [string] $Argument, [string] $WorkingDirectory)
    [pscustomobject] @{ Execute = $Execute; Arguments = $Argument; WorkingDirectory = $WorkingDirectory }
}

function New-ScheduledTaskPrincipal {
    [CmdletBinding()]
    param([string] $UserId, [ValidateSet('ServiceAccount')] [string] $LogonType, [ValidateSet('Highest')] [string] $RunLevel)
    [pscustomobject] @{ UserId = $UserId; RunLevel = $RunLevel }
}

function New-ScheduledTaskSettingsSet {
    [CmdletBinding()]
    param(
        [switch] $AllowStartIfOnBatteries, [switch] $DontStopIfGoingOnBatteries, [timespan] $ExecutionTimeLimit,
        [ValidateSet('IgnoreNew')] [string] $MultipleInstances, [ValidateRange(0, 10)] [int] $Priority
    )
    [pscustomobject] @{ Limit = $ExecutionTimeLimit.TotalSeconds; Priority = $Priority }
}

function Register-ScheduledTask {
    [CmdletBinding(DefaultParameterSetName = 'Principal')]
    param(
        [string] $TaskName, $Action, $Settings, [string] $Description, [switch] $Force,
        [Parameter(ParameterSetName = 'Principal')] $Principal,
        [Parameter(ParameterSetName = 'User')] [string] $User,
        [Parameter(ParameterSetName = 'User')] [string] $Password,
        [Parameter(ParameterSetName = 'User')] [ValidateSet('Highest')] [string] $RunLevel
    )
    Add-Call -Name $TaskName -Call @{
        Call = 'Register'; User = $(if ($User) { $User } else { $Principal.UserId }); Password = $Password.Length; Limit = $Settings.Limit
    }
    $code = Get-Setting -Name 'refuses'
    if ($code) { Write-Error -Message "The scheduler says $code." -ErrorId "HRESULT 0x$code" -ErrorAction Stop }
    [System.IO.File]::WriteAllText((Get-TaskFile -Name $TaskName -Kind 'json'), (ConvertTo-Json -InputObject $Action -Compress))
    [pscustomobject] @{ TaskName = $TaskName; State = 'Ready' }
}

function Start-ScheduledTask {
    [CmdletBinding()]
    param([string] $TaskName)
    if (-not (Test-Task -Name $TaskName)) { return }
    Add-Call -Name $TaskName -Call @{ Call = 'Start' }
    $hold = Get-Setting -Name 'holds'
    while ($hold -and -not [System.IO.File]::Exists($hold)) { [System.Threading.Thread]::Sleep(10) }
    $result = Get-Setting -Name 'result'
    if ($null -ne $result) {
        [System.IO.File]::WriteAllText((Get-TaskFile -Name $TaskName -Kind 'code'), "$result")
        return
    }
    $action = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText((Get-TaskFile -Name $TaskName -Kind 'json')))
    $environment = @(foreach ($variable in Get-ChildItem -Path Env:) {
            if ($kept -ccontains $variable.Name -or $variable.Name -like 'AZSCONFIG_STUB*') { "$($variable.Name)=$($variable.Value)" }
        })
    # A file that may not grow: .NET keeps its code in one otherwise.
    $blocks = [string] (Get-Setting -Name 'blocks')
    if ($blocks) { $environment += 'DOTNET_EnableWriteXorExecute=0' }
    $start = New-Object -TypeName System.Diagnostics.ProcessStartInfo -ArgumentList '/bin/sh'
    $start.WorkingDirectory = $action.WorkingDirectory
    $base = (Get-TaskFile -Name $TaskName -Kind 'x') -replace '\.x$', ''
    $arguments = @([regex]::Matches($action.Arguments, '"([^"]*)"|(\S+)') | ForEach-Object { $_.Value.Trim('"') })
    foreach ($argument in @('-c', $launcher, 'task', $base, $blocks, 'env', '-i') + $environment + @($action.Execute) + $arguments) {
        $start.ArgumentList.Add($argument)
    }
    $null = [System.Diagnostics.Process]::Start($start)
    while (-not [System.IO.File]::Exists("$base.pid")) { [System.Threading.Thread]::Sleep(5) }
}

function Stop-ScheduledTask {
    [CmdletBinding()]
    param([string] $TaskName)
    if (-not (Test-Task -Name $TaskName)) { return }
    Add-Call -Name $TaskName -Call @{ Call = 'Stop' }
    $file = Get-TaskFile -Name $TaskName -Kind 'pid'
    # All of its session, as the scheduler ends all of a job.
    if ([System.IO.File]::Exists($file)) { & /bin/sh -c "kill -s KILL -- -$([System.IO.File]::ReadAllText($file).Trim()) 2>/dev/null" }
}

function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(ValueFromPipelineByPropertyName)] [string] $TaskName)
    process {
        if (-not $PSCmdlet.ShouldProcess($TaskName)) { return }
        if (-not (Test-Task -Name $TaskName)) { return }
        Add-Call -Name $TaskName -Call @{ Call = 'Unregister' }
        [System.IO.File]::Delete((Get-TaskFile -Name $TaskName -Kind 'json'))
    }
}

function Get-ScheduledTask {
    [CmdletBinding()]
    param([string] $TaskName)
    $folder = [System.IO.Path]::GetDirectoryName((Get-TaskFile -Name 'x' -Kind 'x'))
    $files = @([System.IO.Directory]::GetFiles($folder, "$TaskName.json"))
    if ($files.Count -eq 0 -and -not $TaskName.Contains('*')) { $null = Test-Task -Name $TaskName }
    foreach ($file in $files) {
        $name = [System.IO.Path]::GetFileNameWithoutExtension($file)
        $runs = [System.IO.File]::Exists((Get-TaskFile -Name $name -Kind 'pid')) -and
            -not [System.IO.File]::Exists((Get-TaskFile -Name $name -Kind 'code'))
        [pscustomobject] @{ TaskName = $name; State = $(if ($runs) { 'Running' } else { 'Ready' }) }
    }
}

function Get-ScheduledTaskInfo {
    [CmdletBinding()]
    param([string] $TaskName)
    if (-not (Test-Task -Name $TaskName)) { return }
    $file = Get-TaskFile -Name $TaskName -Kind 'code'
    $code = 267011
    if ([System.IO.File]::Exists($file)) { $code = [uint32] [System.IO.File]::ReadAllText($file).Trim() }
    [pscustomobject] @{ LastTaskResult = $code }
}

function Get-Acl {
    [CmdletBinding()]
    param([string] $LiteralPath)
    $sddl = Get-Setting -Name 'sddl'
    if (-not $sddl) { $sddl = 'O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)' }
    [pscustomobject] @{ Path = $LiteralPath; Sddl = $sddl }
}

Export-ModuleMember -Function '*-ScheduledTask*', 'Get-Acl'
