<#
.SYNOPSIS
    What the jobs of detached runs have in common: functions alone.
.DESCRIPTION
    Included in jobs. The runner of a detached run gives Write-RunStep, Write-RunResult, Write-Progress and Stop-Run; a
    job shares its scope with the runner: names here must not be names there.
#>

$longestText = 2000

function Get-Given {
    # A value that was given under a name, null where there is none or it is empty.
    param($Source, [string] $Name)
    if ($null -eq $Source) { return $null }
    $value = $null
    if ($Source -is [System.Collections.IDictionary]) {
        $value = $Source[$Name]
    } else {
        $property = $Source.PSObject.Properties[$Name]
        if ($null -ne $property) { $value = $property.Value }
    }
    if ($value -is [string] -and $value.Trim() -eq '') { return $null }
    return $value
}

function ConvertTo-ToldLine {
    # Text in one line, not longer than anybody reads.
    param($Text)
    $line = (([string] $Text) -replace '\s+', ' ').Trim()
    if ($line.Length -gt $longestText) { $line = $line.Substring(0, $longestText) + '...' }
    return $line
}

function Stop-Step {
    # Ends a step, and the job with it, and says why.
    param([string] $Id, [string] $Message, [string] $Reason = 'failed')
    Write-RunStep -Id $Id -Status failed -Text $Message
    Stop-Run -Reason $Reason -Message $Message
}
