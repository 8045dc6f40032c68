<#
.SYNOPSIS
    Tells what stands for and against a registration started from this node, before anything is started.
.DESCRIPTION
    Reads who this PowerShell runs as, the policies that would record what a command is given or keep a task from having
    a password, free space on the system drive, the modules for registration, the parameters of their commands, and
    whether the PowerShell Gallery answers. Parameters are read in the text of the newest Az.StackHCI; it is loaded only
    where they do not stand there. Nothing is changed.
.PARAMETER GalleryAddress
    Address of the PowerShell Gallery; empty not to ask it.
.PARAMETER TimeoutSeconds
    How long the gallery may take to answer.
.OUTPUTS
    One object. What cannot be told is null, with a warning that says why; lists are empty where the module is missing.
.EXAMPLE
    .\get-run-readiness.ps1
.NOTES
    A policy of the machine goes before one of the user, as in Windows PowerShell.
#>
[CmdletBinding()]
param(
    [string] $GalleryAddress = 'https://www.powershellgallery.com/api/v2/',

    [ValidateRange(1, 120)]
    [int] $TimeoutSeconds = 10
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$moduleNames = @('Az.StackHCI', 'Az.Accounts', 'Az.Resources')

function Get-Identity {
    try {
        return [System.Security.Principal.WindowsIdentity]::GetCurrent().Name
    } catch [System.PlatformNotSupportedException] {
        return "$([System.Environment]::UserDomainName)\$([System.Environment]::UserName)"
    }
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

function Get-RegistryNumber {
    # A value of the registry, or null where it or its key is not there.
    param([string] $Key, [string] $Name)
    try {
        return [int] (Get-ItemProperty -LiteralPath $Key -Name $Name -ErrorAction Stop).$Name
    } catch {
        $absent = $_.CategoryInfo.Category -eq 'ObjectNotFound' -or
            $_.FullyQualifiedErrorId -like 'System.Management.Automation.PSArgumentException*'
        if (-not $absent) { throw }
        return $null
    }
}

function Get-Policy {
    # Whether a policy of Windows PowerShell is on; one of the machine that says no is final.
    param([string] $Folder, [string] $Name)
    try {
        foreach ($hive in 'HKLM:', 'HKCU:') {
            $key = "$hive\SOFTWARE\Policies\Microsoft\Windows\PowerShell\$Folder"
            $value = Get-RegistryNumber -Key $key -Name $Name
            if ($null -ne $value) { return $value -ne 0 }
        }
    } catch {
        Write-Warning "The policy $Name could not be read: $($_.Exception.Message)"
        return $null
    }
    return $false
}

function Get-PasswordStorageForbidden {
    try {
        $value = Get-RegistryNumber -Key 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa' -Name 'disabledomaincreds'
    } catch {
        Write-Warning "The policy on stored passwords could not be read: $($_.Exception.Message)"
        return $null
    }
    return $null -ne $value -and $value -ne 0
}

function Get-FreeByte {
    try {
        $drive = New-Object -TypeName System.IO.DriveInfo -ArgumentList $env:SystemDrive
        return $drive.AvailableFreeSpace
    } catch {
        Write-Warning "Free space on the system drive could not be read: $($_.Exception.Message)"
        return $null
    }
}

function Get-InstalledModule {
    # Every version of the modules, newest first. A broken manifest of some other module says nothing of these.
    $available = @(Get-Module -ListAvailable -Name $moduleNames -ErrorAction SilentlyContinue)
    foreach ($name in $moduleNames) {
        $found = @($available | Where-Object { $_.Name -eq $name } | Sort-Object -Property Version -Descending)
        [pscustomobject] [ordered] @{
            Name     = $name
            Versions = @($found | ForEach-Object { $_.Version.ToString() } | Select-Object -Unique)
            Newest   = if ($found.Count -gt 0) { $found[0] } else { $null }
        }
    }
}

function Get-WrittenParameter {
    # Parameters of a function as its text has them, null where no file has that function.
    param([string] $Path, [string] $Command)
    $tokens = $null
    $failures = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $tokens, [ref] $failures)
    $found = $tree.Find({
            param($node)
            $node -is [System.Management.Automation.Language.FunctionDefinitionAst] -and $node.Name -eq $Command
        }, $true)
    if ($null -eq $found -or $null -eq $found.Body.ParamBlock) { return $null }
    $block = $found.Body.ParamBlock
    $names = @($block.Parameters | ForEach-Object { $_.Name.VariablePath.UserPath })
    $asks = @($block.Attributes | ForEach-Object { $_.NamedArguments } | Where-Object {
            $_.ArgumentName -eq 'SupportsShouldProcess' -and ($_.ExpressionOmitted -or $_.Argument.Extent.Text -ne '$false')
        })
    if ($asks.Count -gt 0) { $names += 'WhatIf', 'Confirm' }
    return $names
}

function Get-CommandParameter {
    # Parameters of a command of a module, none without the module; common ones are left out.
    param($Module, [string] $Command)
    if ($null -eq $Module) { return }
    $files = @(Get-ChildItem -LiteralPath $Module.ModuleBase -Recurse -File | Where-Object { $_.Extension -in '.ps1', '.psm1' } |
            Where-Object { Select-String -LiteralPath $_.FullName -Pattern "function\s+$Command\b" -Quiet })
    foreach ($file in $files) {
        $names = Get-WrittenParameter -Path $file.FullName -Command $Command
        if ($null -ne $names) { return $names }
    }
    $loaded = Import-Module -Name $Module.Path -PassThru -DisableNameChecking -ErrorAction Stop
    $found = $loaded.ExportedCommands[$Command]
    if ($null -eq $found) { throw "$($Module.Name) $($Module.Version) has no $Command." }
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    return @($found.Parameters.Keys | Where-Object { $common -notcontains $_ })
}

function Get-CommandParameterOrWarning {
    param($Module, [string] $Command)
    try {
        return Get-CommandParameter -Module $Module -Command $Command
    } catch {
        Write-Warning "The parameters of $Command could not be read: $($_.Exception.Message)"
    }
}

function Test-Gallery {
    if (-not $GalleryAddress) { return $null }
    Add-Type -AssemblyName System.Net.Http
    [System.Net.ServicePointManager]::SecurityProtocol =
        [System.Net.ServicePointManager]::SecurityProtocol -bor [System.Net.SecurityProtocolType]::Tls12
    $client = New-Object -TypeName System.Net.Http.HttpClient
    $client.Timeout = [System.TimeSpan]::FromSeconds($TimeoutSeconds)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $task = $client.GetAsync($GalleryAddress, [System.Net.Http.HttpCompletionOption]::ResponseHeadersRead)
        # In steps, so that the script can be stopped.
        while (-not $task.IsCompleted -and $clock.Elapsed.TotalSeconds -lt $TimeoutSeconds) {
            Start-Sleep -Milliseconds 20
        }
        # A server or proxy that answers with an error of its own offers no modules.
        return [string] $task.Status -eq 'RanToCompletion' -and [int] $task.Result.StatusCode -lt 400
    } catch {
        Write-Warning "The PowerShell Gallery could not be asked: $($_.Exception.Message)"
        return $null
    } finally {
        $client.Dispose()
    }
}

$modules = @(Get-InstalledModule)
$module = $modules[0].Newest
[pscustomobject] [ordered] @{
    Identity                 = Get-Identity
    Elevated                 = Get-Elevation
    ScriptBlockLogging       = Get-Policy -Folder 'ScriptBlockLogging' -Name 'EnableScriptBlockLogging'
    ModuleLogging            = Get-Policy -Folder 'ModuleLogging' -Name 'EnableModuleLogging'
    Transcription            = Get-Policy -Folder 'Transcription' -Name 'EnableTranscripting'
    PasswordStorageForbidden = Get-PasswordStorageForbidden
    FreeBytes                = Get-FreeByte
    Modules                  = @($modules | Select-Object -Property Name, Versions)
    RegisterParameters       = @(Get-CommandParameterOrWarning -Module $module -Command 'Register-AzStackHCI')
    UnregisterParameters     = @(Get-CommandParameterOrWarning -Module $module -Command 'Unregister-AzStackHCI')
    GalleryReachable         = Test-Gallery
}
