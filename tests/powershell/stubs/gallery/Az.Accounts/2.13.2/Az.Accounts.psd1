@{
    ModuleVersion     = '2.13.2'
    RootModule        = 'Az.Accounts.psm1'
    GUID              = '8b1a9953-c461-4296-a827-abf8c47804d7'
    FunctionsToExport = @('Connect-AzAccount', 'Disconnect-AzAccount')
}
