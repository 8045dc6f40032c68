@{
    ModuleVersion     = '2.0.0.0'
    RootModule        = 'ClusterAwareUpdating.psm1'
    GUID              = '8b1a9953-c461-4296-a827-abf8c47804d7'
    FunctionsToExport = @('Invoke-CauRun', 'Get-CauRun', 'Get-CauReport')
}
