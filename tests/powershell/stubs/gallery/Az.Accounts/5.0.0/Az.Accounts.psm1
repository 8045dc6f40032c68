# Stub of Az.Accounts 5.0.0: its Connect-AzAccount takes a token as text alone.
function Connect-AzAccount {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory = $true)]
        [string] $AccessToken,

        [Parameter(Mandatory = $true)]
        [string] $AccountId,

        [string] $Tenant,

        [string] $SubscriptionId,

        [string] $Environment,

        [string] $Scope
    )
    $line = @{ Command = 'Connect-AzAccount'; Version = '5.0.0'; AccessToken = $AccessToken; AccountId = $AccountId }
    $file = [System.IO.Path]::Combine($env:AZSCONFIG_STUB_STATE, 'calls.jsonl')
    [System.IO.File]::AppendAllText($file, (ConvertTo-Json -InputObject $line -Compress) + "`n")
    [pscustomobject] @{ Context = $AccountId }
}

function Disconnect-AzAccount {
    [CmdletBinding(SupportsShouldProcess)]
    param()
}
