@{
    ModuleVersion     = '1.2.0'
    RootModule        = 'Az.StackHCI.psm1'
    GUID              = '8b1a9953-c461-4296-a827-abf8c47804d7'
    FunctionsToExport = @('Register-AzStackHCI', 'Unregister-AzStackHCI')
    RequiredModules   = @(@{ ModuleName = 'Az.Accounts'; ModuleVersion = '2.7.0' })
}
