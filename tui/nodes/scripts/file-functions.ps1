<#
.SYNOPSIS
    Where files lie that azsconfig copies to this node: functions alone.
.DESCRIPTION
    %ProgramData%\azsconfig\files, in the folder of runs, where nobody but administrators can write: what lies there may
    be run as SYSTEM.
#>

function Get-FilePath {
    # The path of a file by its name, which must be a name alone.
    param([string] $Name)
    if ($Name -cnotmatch '\A(?!\.)[A-Za-z0-9._-]{1,100}(?<!\.)\z') {
        throw (New-RunFault -Id 'FileNameRefused' -Category InvalidArgument `
                -Message "The name '$Name' is refused: up to 100 letters, digits, dots, hyphens and underscores, no dot at either end.")
    }
    return [System.IO.Path]::Combine((Get-RunRoot), 'files', $Name)
}
