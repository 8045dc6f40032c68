@{
    RootModule        = 'AzsconfigLab.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '5b0e1f0c-3d8e-4a86-9a55-8f7e0c3b6c11'
    Author            = 'azsconfig'
    Description       = 'Answers like the commands of a node of Azure Stack HCI, out of the state of the azsconfig lab.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @(
        'Confirm-SecureBootUEFI'
        'Get-AzureStackHCI'
        'Get-AzureStackHCIArcIntegration'
        'Get-AzureStackHCISubscriptionStatus'
        'Get-CimInstance'
        'Get-Cluster'
        'Get-ClusterNode'
        'Get-ClusterParameter'
        'Get-ClusterResource'
        'Get-Date'
        'Get-ItemProperty'
        'Get-Module'
        'Get-Service'
        'Get-Tpm'
        'Get-WinEvent'
        'Test-Path'
        'whoami.exe'
    )
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
