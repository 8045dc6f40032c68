<#
.SYNOPSIS
    Opts this node in to Microsoft Update, which brings the connected machine agent too.
.DESCRIPTION
    Registers the service of Microsoft Update with Automatic Updates. This changes the node: from then on it is offered
    updates of other Microsoft products beside those of Windows. A node that is opted in already stays as it is.
.OUTPUTS
    One object: Before and After, whether it was and is opted in.
.EXAMPLE
    .\enable-microsoft-update.ps1
.NOTES
    Some nodes refuse it to a network logon with 0x80070005: the job job-enable-microsoft-update does the same as SYSTEM.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#include update-functions

try {
    Enable-MicrosoftUpdate
} catch {
    throw (New-UpdateFault -Id 'OptInFailed' -What 'Opting in to Microsoft Update' -ErrorRecord $_)
}
