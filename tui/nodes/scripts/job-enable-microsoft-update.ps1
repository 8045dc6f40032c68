<#
.SYNOPSIS
    Opts this node in to Microsoft Update, as the job of a detached run.
.DESCRIPTION
    Does what enable-microsoft-update does, under SYSTEM: a network logon may be refused. Step: opt-in. Run by the runner
    alone, which gives Write-RunStep, Write-RunResult and Stop-Run.
.PARAMETER Parameters
    None are needed.
.PARAMETER Secrets
    None are needed.
.OUTPUTS
    None: the run's result is Before and After, whether the node was and is opted in.
.EXAMPLE
    .\job-enable-microsoft-update.ps1
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include job-functions
#include update-functions

Write-RunStep -Id opt-in -Status started -Text 'Opt in to Microsoft Update'
try {
    $done = Enable-MicrosoftUpdate
} catch {
    Stop-Step -Id opt-in -Message (Get-UpdateFault -What 'Opting in to Microsoft Update' -ErrorRecord $_)
}
Write-RunResult -Data $done
Write-RunStep -Id opt-in -Status done -Text $(if ($done.Before) { 'It was opted in' } elseif ($done.After) { 'Opted in' } else { 'Not opted in yet' })
