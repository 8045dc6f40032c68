<#
.SYNOPSIS
    How jobs run programs: functions alone.
#>

function Get-SystemProgram {
    # A program of Windows by its full path.
    param([string] $Name)
    return Join-Path -Path $env:windir -ChildPath "System32\$Name"
}

function Invoke-Program {
    # Runs a program without input, and returns its exit code and what it printed, lines joined by LF. One that cannot be
    # started is an error.
    param([string] $Program, [string[]] $ArgumentList)
    # Text on the error stream of a program must not end the script (5.1 with Stop does).
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    # The pipeline also makes it wait for a program with windows, such as msiexec.
    $lines = @(@() | & $Program @ArgumentList 2>&1 | ForEach-Object -Process { "$_" })
    return [pscustomobject] @{ ExitCode = $LASTEXITCODE; Text = ($lines -join "`n").TrimEnd() }
}
