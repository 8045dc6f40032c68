@{
    ModuleVersion     = '6.2.0'
    RootModule        = 'Az.Resources.psm1'
    GUID              = '8b1a9953-c461-4296-a827-abf8c47804d7'
    FunctionsToExport = @()
    RequiredModules   = @(@{ ModuleName = 'Az.Accounts'; ModuleVersion = '2.11.2' })
}
