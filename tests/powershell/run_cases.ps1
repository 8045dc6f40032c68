<#
.SYNOPSIS
    Runs fact scripts for the tests: one case a line in, one answer a line out.
.DESCRIPTION
    Each case runs in a runspace of its own, as the agent does it. A case names the script, its parameters, the
    environment, the modules to import and a prelude that may define commands.
#>
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function ConvertTo-Failure {
    param($Record, [bool] $Terminating)
    return [ordered] @{
        category = [string] $Record.CategoryInfo.Category
        fqid = $Record.FullyQualifiedErrorId
        message = $Record.Exception.Message
        terminating = $Terminating
    }
}

function Find-Hollow {
    # Names of properties that hold AutomationNull, which 5.1 writes as {} where null is meant.
    param($Object)
    foreach ($property in $Object.PSObject.Properties) {
        # It is gone from a list, where a real null stays.
        if ($null -eq $property.Value -and @($property.Value).Count -eq 0) { $property.Name }
    }
}

function Invoke-Case {
    param($Case)
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
    if ($Case.modules) { [void] $state.ImportPSModule([string[]] $Case.modules) }
    $shell = [powershell]::Create($state)
    $answer = [ordered] @{ out = @(); errors = @(); warnings = @(); hollow = @() }
    try {
        if ($Case.prelude) {
            [void] $shell.AddScript($Case.prelude).Invoke()
            $shell.Commands.Clear()
        }
        [void] $shell.AddScript($Case.text)
        foreach ($parameter in $Case.parameters.PSObject.Properties) {
            [void] $shell.AddParameter($parameter.Name, $parameter.Value)
        }
        $output = New-Object -TypeName 'System.Collections.Generic.List[psobject]'
        $end = @()
        try {
            $shell.Invoke($null, $output)
        } catch {
            $end = @(ConvertTo-Failure -Record $_.Exception.InnerException.ErrorRecord -Terminating $true)
        }
        $answer['out'] = @($output | ForEach-Object { ConvertTo-Json -InputObject $_ -Compress -Depth 8 })
        $answer['hollow'] = @($output | ForEach-Object { Find-Hollow -Object $_ })
        foreach ($record in $shell.Streams.Error) { $answer['errors'] += ConvertTo-Failure -Record $record -Terminating $false }
        $answer['errors'] += $end
        $answer['warnings'] = @($shell.Streams.Warning | ForEach-Object { $_.Message })
    } finally {
        $shell.Dispose()
    }
    return $answer
}

while ($null -ne ($line = [System.Console]::In.ReadLine())) {
    $case = ConvertFrom-Json -InputObject $line -DateKind String
    $before = @{}
    foreach ($variable in $case.environment.PSObject.Properties) {
        $before[$variable.Name] = [System.Environment]::GetEnvironmentVariable($variable.Name)
        [System.Environment]::SetEnvironmentVariable($variable.Name, $variable.Value)
    }
    try {
        $answer = Invoke-Case -Case $case
    } catch {
        $answer = @{ broken = "$_ $($_.ScriptStackTrace)" }
    }
    foreach ($name in $before.Keys) { [System.Environment]::SetEnvironmentVariable($name, $before[$name]) }
    [System.Console]::Out.WriteLine((ConvertTo-Json -InputObject $answer -Compress -Depth 8))
    [System.Console]::Out.Flush()
}
