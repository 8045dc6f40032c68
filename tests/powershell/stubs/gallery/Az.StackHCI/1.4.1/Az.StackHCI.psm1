# Stub of Az.StackHCI 1.4.1: the parameters of its cmdlets have the names and types of that version.
. ([System.IO.Path]::Combine($env:AZSCONFIG_STUBS, 'registration.ps1'))
$stub = @{ Version = '1.4.1'; KnowsLogsDirectory = $false; AsksAboutSupport = $false }

function Register-AzStackHCI {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory = $true)]
        [string] $SubscriptionId,

        [Parameter(Mandatory = $false)]
        [string] $Region,

        [Parameter(Mandatory = $false)]
        [string] $ResourceName,

        [Parameter(Mandatory = $false)]
        [System.Collections.Hashtable] $Tag,

        [Parameter(Mandatory = $false)]
        [string] $TenantId,

        [Parameter(Mandatory = $false)]
        [string] $ResourceGroupName,

        [Parameter(Mandatory = $false)]
        [string] $ArmAccessToken,

        [Parameter(Mandatory = $false)]
        [Obsolete('Graph access is not needed any more')]
        [string] $GraphAccessToken,

        [Parameter(Mandatory = $false)]
        [string] $AccountId,

        [Parameter(Mandatory = $false)]
        [string] $EnvironmentName = 'AzureCloud',

        [Parameter(Mandatory = $false)]
        [string] $ComputerName,

        [Parameter(Mandatory = $false)]
        [string] $CertificateThumbprint,

        [Parameter(Mandatory = $false)]
        [switch] $RepairRegistration,

        [Parameter(Mandatory = $false)]
        [switch] $UseDeviceAuthentication,

        [Parameter(Mandatory = $false)]
        [switch] $EnableAzureArcServer = $true,

        [Parameter(Mandatory = $false)]
        [System.Management.Automation.PSCredential] $Credential,

        [Parameter(Mandatory = $false)]
        [switch] $IsWAC,

        [Parameter(Mandatory = $false)]
        [string] $ArcServerResourceGroupName,

        [Parameter(Mandatory = $false)]
        [System.Management.Automation.PSCredential] $ArcSpnCredential
    )
    Invoke-StubRegistration -Name 'Register-AzStackHCI' -Stub $stub -Bound $PSBoundParameters
}

function Unregister-AzStackHCI {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory = $false)]
        [string] $SubscriptionId,

        [Parameter(Mandatory = $false)]
        [string] $ResourceName,

        [Parameter(Mandatory = $false)]
        [string] $TenantId,

        [Parameter(Mandatory = $false)]
        [string] $ResourceGroupName,

        [Parameter(Mandatory = $false)]
        [string] $ArmAccessToken,

        [Parameter(Mandatory = $false)]
        [Obsolete('Graph access is not needed any more')]
        [string] $GraphAccessToken,

        [Parameter(Mandatory = $false)]
        [string] $AccountId,

        [Parameter(Mandatory = $false)]
        [string] $EnvironmentName = 'AzureCloud',

        [Parameter(Mandatory = $false)]
        [string] $Region,

        [Parameter(Mandatory = $false)]
        [string] $ComputerName,

        [Parameter(Mandatory = $false)]
        [switch] $UseDeviceAuthentication,

        [Parameter(Mandatory = $false)]
        [switch] $DisableOnlyAzureArcServer = $false,

        [Parameter(Mandatory = $false)]
        [System.Management.Automation.PSCredential] $Credential,

        [Parameter(Mandatory = $false)]
        [switch] $Force
    )
    if ($PSCmdlet.ShouldProcess($ResourceName)) {
        Invoke-StubRegistration -Name 'Unregister-AzStackHCI' -Stub $stub -Bound $PSBoundParameters
    } else {
        Write-StubResult -Values @{ Result = 'Cancelled' }
    }
}
