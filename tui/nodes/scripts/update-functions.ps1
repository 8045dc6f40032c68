<#
.SYNOPSIS
    What the scripts and jobs about updates have in common: the Windows Update Agent, asked by COM: functions alone.
.DESCRIPTION
    A network logon may search and read the history; the agent refuses it to download, to install, to accept license
    terms and to opt in, with 0x80070005. A job of a detached run under SYSTEM may do all of that.
#>

$updateResults = @('NotStarted', 'InProgress', 'Succeeded', 'SucceededWithErrors', 'Failed', 'Aborted')
$restartBehaviors = @('NeverReboots', 'AlwaysRequiresReboot', 'CanRequestReboot')
$microsoftUpdateId = '7971f918-a847-4430-9279-4a52d1efe18d'
# Classification Upgrades, whose name is in the node's language.
$upgradesId = '3689bdc8-b205-4af4-8d4a-a63924c5e9d5'
$agentPattern = 'Azure ?Connected ?Machine ?Agent'

function Get-PropertyValue {
    # A property of an object, null where it has none of that name; a collection stays one.
    param($InputObject, [string] $Name)
    if ($null -eq $InputObject) { return $null }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return , $property.Value
}

function Get-CollectionItem {
    # The members of a collection of COM, by number: not every one can be enumerated everywhere.
    param($Collection)
    if ($null -eq $Collection) { return }
    for ($number = 0; $number -lt $Collection.Count; $number++) { $Collection.Item($number) }
}

function ConvertTo-HResultText {
    param([int] $Code)
    return '0x{0:X8}' -f $Code
}

function Get-HResultText {
    # The code of an error: PowerShell puts its own exception around the one of COM.
    param($ErrorRecord)
    return ConvertTo-HResultText -Code $ErrorRecord.Exception.GetBaseException().HResult
}

function Get-UpdateFault {
    # What failed with which code, in one line.
    param([string] $What, $ErrorRecord)
    $code = Get-HResultText -ErrorRecord $ErrorRecord
    $words = ($ErrorRecord.Exception.GetBaseException().Message -replace '\s+', ' ').Trim()
    # "Exception from HRESULT: 0x........" says nothing else.
    if ($words -match 'HRESULT: 0x[0-9a-f]{8}\)?\.?$') { return "$What failed with $code." }
    return "$What failed with ${code}: $words"
}

function New-UpdateFault {
    # The same as an error with an id, to be thrown.
    param([string] $Id, [string] $What, $ErrorRecord)
    $message = Get-UpdateFault -What $What -ErrorRecord $ErrorRecord
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $message, $ErrorRecord.Exception
    $category = 'InvalidResult'
    if ((Get-HResultText -ErrorRecord $ErrorRecord) -eq '0x80070005') { $category = 'PermissionDenied' }
    return New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, $Id, $category, $null
}

function ConvertTo-UpdateResult {
    # The name of an OperationResultCode; a number nobody knows stays one.
    param($Code)
    if ($null -eq $Code) { return $null }
    if ($Code -ge 0 -and $Code -lt $updateResults.Count) { return $updateResults[$Code] }
    return [string] $Code
}

function New-UpdateSession {
    $session = New-Object -ComObject Microsoft.Update.Session
    # What WindowsUpdate.log names as who asked.
    $session.ClientApplicationID = 'azsconfig'
    return $session
}

function Get-UpdateCriteria {
    # What SConfig's option 6 asks for, and what is installed but for a restart. OR may stand at the top alone.
    param([bool] $IncludeOptional)
    $criteria = @("IsInstalled=0 and IsHidden=0 and DeploymentAction='Installation'")
    if ($IncludeOptional) { $criteria += "IsInstalled=0 and IsHidden=0 and DeploymentAction='OptionalInstallation'" }
    $criteria += "IsInstalled=1 and DeploymentAction='Installation' and RebootRequired=1"
    return $criteria -join ' or '
}

function Search-Update {
    # Searches where the node gets its updates from: WSUS, Microsoft Update where it is opted in, or Windows Update.
    param($Session, [bool] $IncludeOptional = $true)
    $result = $Session.CreateUpdateSearcher().Search((Get-UpdateCriteria -IncludeOptional $IncludeOptional))
    $warnings = @(foreach ($warning in @(Get-CollectionItem -Collection (Get-PropertyValue -InputObject $result -Name 'Warnings'))) {
            $code = Get-PropertyValue -InputObject $warning -Name 'HResult'
            if ($null -eq $code) { $code = 0 }
            ("$(ConvertTo-HResultText -Code $code) $(Get-PropertyValue -InputObject $warning -Name 'Message')").Trim()
        })
    return @{
        ResultCode = ConvertTo-UpdateResult -Code $result.ResultCode
        Updates    = @(Get-CollectionItem -Collection $result.Updates)
        Warnings   = $warnings
    }
}

function Get-UpdateKB {
    # Numbers of the articles about an update, each with KB in front.
    param($Update)
    foreach ($number in @(Get-CollectionItem -Collection (Get-PropertyValue -InputObject $Update -Name 'KBArticleIDs'))) {
        if ($number) { 'KB' + ([string] $number -replace '^KB', '') }
    }
}

function Get-MicrosoftUpdate {
    # Whether the node is opted in to Microsoft Update.
    param($Manager)
    foreach ($service in @(Get-CollectionItem -Collection $Manager.Services)) {
        if ([string] $service.ServiceID -ne $microsoftUpdateId) { continue }
        # One that is only known is not asked by itself.
        return (Get-PropertyValue -InputObject $service -Name 'IsRegisteredWithAU') -ne $false
    }
    return $false
}

function Enable-MicrosoftUpdate {
    # Opts in, unless it is done, and returns how it was before and is now.
    $manager = New-Object -ComObject Microsoft.Update.ServiceManager
    $manager.ClientApplicationID = 'azsconfig'
    $before = Get-MicrosoftUpdate -Manager $manager
    if (-not $before) {
        # Registered now or, where there is no connection, later; and for Automatic Updates: 1, 2 and 4.
        $null = $manager.AddService2($microsoftUpdateId, 7, '')
    }
    $after = Get-MicrosoftUpdate -Manager (New-Object -ComObject Microsoft.Update.ServiceManager)
    return [pscustomobject] [ordered] @{ Before = $before; After = $after }
}
