<#
.SYNOPSIS
    Ends the registration of the cluster with Azure, or Azure Arc alone, as the job of a detached run.
.DESCRIPTION
    Sees that every node can be reached as whoever it runs as, calls Unregister-AzStackHCI of Az.StackHCI 1.2 or newer
    with what was given, and collects what it left in logs. Steps: identity, install-modules (where the plan wants
    them), cmdlet, evidence. Run by the runner alone, which gives Write-RunStep, Write-RunResult and Stop-Run.
.PARAMETER Parameters
    SubscriptionId, ResourceName, ResourceGroupName, TenantId, EnvironmentName, Region and AccountId as the cmdlet takes
    them; ArcOnly, to disable Azure Arc and keep the registration; Force, to go on where an extension of Arc cannot be
    removed; Peers, the other nodes; InstallModules, ModuleSource, ComputerName and CredentialUser as in job-register.
    What is absent or empty is not passed.
.PARAMETER Secrets
    ArmAccessToken; CredentialPassword with CredentialUser.
.OUTPUTS
    None: what it came to is the run's result.
.EXAMPLE
    .\job-unregister.ps1 -Parameters $request.Parameters -Secrets $secrets
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include registration-job-functions

$wanted = [ordered] @{}
foreach ($name in 'SubscriptionId', 'ResourceName', 'ResourceGroupName', 'TenantId', 'EnvironmentName', 'Region', 'AccountId') {
    $wanted[$name] = Get-Given -Source $Parameters -Name $name
}
# Every version takes it as plain text.
$wanted['ArmAccessToken'] = Get-Given -Source $Secrets -Name 'ArmAccessToken'
if ((Get-Given -Source $Parameters -Name 'ArcOnly') -eq $true) { $wanted['DisableOnlyAzureArcServer'] = $true }
if ((Get-Given -Source $Parameters -Name 'Force') -eq $true) { $wanted['Force'] = $true }

$call = @{
    CmdletName = 'Unregister-AzStackHCI'
    LogPrefix  = 'UnregisterHCI'
    Parameters = $Parameters
    Secrets    = $Secrets
    Wanted     = $wanted
    Useful     = @{}
}
Invoke-RegistrationJob @call
