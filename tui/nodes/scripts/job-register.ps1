<#
.SYNOPSIS
    Registers the cluster with Azure, repairs its registration or enables Azure Arc, as the job of a detached run.
.DESCRIPTION
    Sees that every node can be reached as whoever it runs as, installs PowerShell modules where the plan wants that,
    calls Register-AzStackHCI of Az.StackHCI 1.2 or newer with what was given, and collects what it left in logs.
    Steps: identity, install-modules, cmdlet, evidence. Run by the runner alone, which gives Write-RunStep,
    Write-RunResult and Stop-Run.
.PARAMETER Parameters
    Mode (Register, Repair or EnableArc), SubscriptionId, Region, ResourceName, ResourceGroupName,
    ArcServerResourceGroupName, Tag, TenantId, EnvironmentName, CertificateThumbprint, ArcSpnApplicationId,
    LogsDirectory and AccountId as the cmdlet takes them; Peers, the other nodes; InstallModules, a list of Name and
    Version, and ModuleSource, "gallery" or a folder; ComputerName and CredentialUser where the cmdlet has to sign in
    to the nodes as somebody else. What is absent or empty is not passed.
.PARAMETER Secrets
    ArmAccessToken; ArcSpnSecret with ArcSpnApplicationId; CredentialPassword with CredentialUser.
.OUTPUTS
    None: what it came to is the run's result.
.EXAMPLE
    .\job-register.ps1 -Parameters $request.Parameters -Secrets $secrets
#>
param($Parameters, $Secrets)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include registration-job-functions

$modes = @('Register', 'Repair', 'EnableArc')
$mode = Get-Given -Source $Parameters -Name 'Mode'
if ($modes -notcontains $mode) {
    Stop-Run -Reason refused -Message "Mode is '$mode'; it has to be one of $($modes -join ', ')."
}

$wanted = [ordered] @{}
foreach ($name in 'SubscriptionId', 'Region', 'ResourceName', 'ResourceGroupName', 'ArcServerResourceGroupName', 'TenantId',
    'EnvironmentName', 'CertificateThumbprint', 'LogsDirectory', 'AccountId') {
    $wanted[$name] = Get-Given -Source $Parameters -Name $name
}
# Every version takes it as plain text.
$wanted['ArmAccessToken'] = Get-Given -Source $Secrets -Name 'ArmAccessToken'
if ($mode -eq 'Repair') { $wanted['RepairRegistration'] = $true }
$tags = Get-Given -Source $Parameters -Name 'Tag'
if ($null -ne $tags) {
    $table = @{}
    foreach ($property in $tags.PSObject.Properties) { $table[$property.Name] = [string] $property.Value }
    if ($table.Count -gt 0) { $wanted['Tag'] = $table }
}
$wanted['ArcSpnCredential'] = Get-JobCredential -Parameters $Parameters -Secrets $Secrets -UserName 'ArcSpnApplicationId' `
    -SecretName 'ArcSpnSecret'

$call = @{
    CmdletName = 'Register-AzStackHCI'
    LogPrefix  = 'RegisterHCI'
    Parameters = $Parameters
    Secrets    = $Secrets
    Wanted     = $wanted
    # Of versions 1.x; later ones always do.
    Useful     = @{ EnableAzureArcServer = $true }
}
Invoke-RegistrationJob @call
