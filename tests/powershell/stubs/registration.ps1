<#
.SYNOPSIS
    How the stubs of Register-AzStackHCI and Unregister-AzStackHCI behave: the same in every version, but for what the
    version itself says.
.DESCRIPTION
    Sourced by the stub modules named Az.StackHCI. AZSCONFIG_STUB_SCENARIO names a JSON file whose "act" says what comes
    of a call; AZSCONFIG_STUB_STATE is a folder for what was seen and left: calls.jsonl, events.jsonl.
#>

$ErrorActionPreference = 'Stop'

function Read-StubScenario {
    ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($env:AZSCONFIG_STUB_SCENARIO))
}

function Write-StubLine {
    param([string] $File, $Value)
    $line = ConvertTo-Json -InputObject $Value -Compress -Depth 5
    [System.IO.File]::AppendAllText([System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, $File), "$line`n")
}

function Write-StubEvent {
    param([int] $Id, [string] $Message)
    Write-StubLine -File 'events.jsonl' -Value @{ Id = $Id; Ticks = [System.DateTime]::UtcNow.Ticks; Message = $Message }
}

function Write-StubLog {
    param([string] $Level, [string] $Message)
    Add-Content -LiteralPath $script:stubLog -Value "$((Get-Date).ToString('yyyy/MM/dd HH:mm:ss')) , $Level , $Message"
}

function Write-StubError {
    # To the log and to the host, past every stream.
    param([string] $Message, $ErrorRecord)
    $whole = $Message
    if ($null -ne $ErrorRecord) {
        $whole += "`n" + ($ErrorRecord | Format-List -Property * -Force | Out-String)
        $whole += "`n" + ($ErrorRecord.InvocationInfo | Format-List -Property * -Force | Out-String)
    }
    Write-StubLog -Level 'ERROR' -Message $whole
    $Host.UI.WriteErrorLine($Message)
}

function Initialize-StubLog {
    param([string] $Prefix, $Stub, [string] $LogsDirectory)
    $folder = (Get-Location).ProviderPath
    if ($Stub.KnowsLogsDirectory) {
        $folder = [System.IO.Path]::Combine($env:ProgramData, 'AzureStackHCI', 'Registration')
        if ($LogsDirectory) { $folder = $LogsDirectory }
        [void] [System.IO.Directory]::CreateDirectory($folder)
    }
    $script:stubLog = [System.IO.Path]::Combine($folder, "${Prefix}_$((Get-Date).ToString('yyyyMMdd-HHmm')).log")
    Write-StubLog -Level 'DEBUG' -Message "$Prefix begins"
}

function Write-StubCall {
    # What was bound, with the types it was bound as; credentials by their user and the length of the password.
    param([string] $Name, $Stub, $Bound)
    $told = [ordered] @{}
    foreach ($key in @($Bound.Keys | Sort-Object)) {
        $value = $Bound[$key]
        if ($value -is [System.Management.Automation.PSCredential]) {
            $told[$key] = "PSCredential $($value.UserName) $($value.GetNetworkCredential().Password)"
        } elseif ($value -is [switch]) {
            $told[$key] = [bool] $value
        } elseif ($value -is [System.Collections.IDictionary]) {
            $told[$key] = $value
        } else {
            $told[$key] = [string] $value
        }
    }
    Write-StubLine -File 'calls.jsonl' -Value @{ Command = $Name; Version = $Stub.Version; Bound = $told }
}

function Confirm-EndOfSupport {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param()
    if (-not $PSCmdlet.ShouldProcess('The end of support of 22H2', 'acknowledge', 'Azure Stack HCI 22H2')) { throw 'Declined.' }
}

function Connect-StubAzure {
    param([string] $ArmAccessToken, [string] $AccountId, [string] $SubscriptionId)
    Disconnect-AzAccount
    if ($ArmAccessToken -and $AccountId) {
        Connect-AzAccount -AccessToken $ArmAccessToken -AccountId $AccountId -SubscriptionId $SubscriptionId -Scope Process | Out-Null
    } else {
        Read-Host -Prompt 'To sign in, use a web browser ... press Enter' | Out-Null
    }
}

function Write-StubResult {
    # As the real ones do it: formatted, in no fixed order.
    param($Values)
    $output = New-Object -TypeName PSObject
    foreach ($name in $Values.Keys) { $output | Add-Member -MemberType NoteProperty -Name $name -Value $Values[$name] }
    Write-Output $output | Format-List
}

function Get-StubStatus {
    # Versions 1.x print the text instead of the value where they fail.
    param($Stub, [string] $Status)
    if ($Stub.Version -like '1.*' -and $Status -eq 'Failed') { return '[OperationStatus]::Failed' }
    return $Status
}

function Invoke-StubRegistration {
    param([string] $Name, $Stub, $Bound)
    $subscription = [string] $Bound['SubscriptionId']
    $registers = $Name -eq 'Register-AzStackHCI'
    $activity = 'Unregistering Azure Stack HCI from Azure...'
    $prefix = 'UnregisterHCI'
    if ($registers) {
        $activity = 'Registering Azure Stack HCI with Azure...'
        $prefix = 'RegisterHCI'
    }
    $scenario = Read-StubScenario
    $id = "/Subscriptions/$subscription/resourceGroups/$($Bound['ResourceGroupName'])/providers/Microsoft.AzureStackHCI" +
        "/clusters/$($Bound['ResourceName'])"
    try {
        Write-StubCall -Name $Name -Stub $Stub -Bound $Bound
        if ($scenario.act -eq 'exit') {
            $Host.UI.WriteErrorLine('Access to the logs directory is denied.')
            Exit 1
        }
        Initialize-StubLog -Prefix $prefix -Stub $Stub -LogsDirectory ([string] $Bound['LogsDirectory'])
        if ($Stub.Version -like '1.*') {
            # The provider that was imported is not caught.
            [pscustomobject] @{ Name = 'NuGet'; Version = '2.8.5.208'; Details = 'a provider of packages' }
        }
        if ($Stub.AsksAboutSupport) { Confirm-EndOfSupport }
        Write-Progress -Id 1 -Activity $activity -Status 'Checking whether the cluster is already registered' -PercentComplete 2
        Write-StubEvent -Id $(if ($registers) { 9001 } else { 9005 }) -Message "$Name triggered"
        Write-Warning 'Newer version of the Az.StackHCI module is available.'
        Write-Information "Information of $Name"
        Write-Progress -Id 1 -Activity $activity -Status 'Logging in to Azure' -PercentComplete 30
        Connect-StubAzure -ArmAccessToken $Bound['ArmAccessToken'] -AccountId $Bound['AccountId'] -SubscriptionId $subscription
        switch ($scenario.act) {
            'throw' { throw $scenario.text }
            'ask' { Read-Host -Prompt 'Please select a subscription' | Out-Null }
            'text' {
                foreach ($line in [System.IO.File]::ReadAllLines($scenario.text)) { $line }
                return
            }
            'failed' {
                Write-StubError -Message 'Azure Stack HCI is not yet available in region nowhere.'
                Write-StubResult -Values ([ordered] @{ Result = Get-StubStatus -Stub $Stub -Status 'Failed' })
                Write-StubEvent -Id 9108 -Message 'Azure Stack HCI is not yet available in region nowhere.'
                return
            }
            'error' {
                Write-Error -Message 'Arc resource group it already exists.' -ErrorAction Continue
                Write-StubResult -Values ([ordered] @{ Result = Get-StubStatus -Stub $Stub -Status 'Failed' })
                return
            }
        }
        Write-Progress -Id 2 -ParentId 1 -Activity 'Registering Azure Stack HCI with Azure Arc...' -Status 'Enabling' -PercentComplete 50
        $values = [ordered] @{ Result = 'Success' }
        if ($registers) {
            $values = [ordered] @{
                Result                 = 'Success'
                AzurePortalResourceURL = "https://portal.azure.com/#@$($Bound['TenantId'])/resource$id/overview"
                AzureResourceId        = $id
                Details                = "Azure Stack HCI is successfully registered.`nAn Azure resource has been created."
            }
            if ($scenario.act -eq 'arc-permissions') {
                Write-Warning "Some clustered nodes couldn't be Arc-enabled right now."
                $values = [ordered] @{ ErrorDetail = 'ArcPermissionsMissing' } + $values
                $values['Result'] = 'RegisterSucceededButArcFailed'
                Write-StubEvent -Id 9006 -Message 'Failed to assign required roles for Azure Arc integration.'
            }
        } else {
            $values['Details'] = 'Azure Stack HCI is successfully unregistered.'
        }
        Write-Progress -Id 1 -Activity $activity -Completed
        Write-StubResult -Values $values
        Write-StubEvent -Id $(if ($registers) { 9004 } else { 9007 }) -Message "$Name completed"
    } catch {
        # Logged and not thrown again.
        if ($scenario.act -eq 'throw' -and $scenario.PSObject.Properties['rethrow']) { throw }
        Write-StubError -Message "Exception occurred in $Name : $($_.Exception.Message)" -ErrorRecord $_
        Write-StubEvent -Id $(if ($registers) { 9114 } else { 9118 }) -Message "Exception occurred in $Name : $($_.Exception.Message)"
    } finally {
        if ($scenario.act -ne 'exit') { Disconnect-AzAccount }
    }
}
