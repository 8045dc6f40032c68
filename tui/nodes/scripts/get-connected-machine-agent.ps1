<#
.SYNOPSIS
    Tells how the Azure connected machine agent of this node stands.
.DESCRIPTION
    Runs azcmagent.exe by its full path, without standard input: "version", "show -j", and "show" where the agent
    gives no JSON. Its extensions are read from the folder they are installed in. Nothing is changed.
.OUTPUTS
    One object. Installed is false where there is no agent, which is no error. Show is the object of "show -j" as the
    agent names things, or null; then ShowText is what "show" printed, lines joined by LF, or null.
.EXAMPLE
    .\get-connected-machine-agent.ps1
.EXAMPLE
    (.\get-connected-machine-agent.ps1).Show
.NOTES
    "azcmagent extension list" is not used: Microsoft's documentation asks to stop the extension manager first, which
    interrupts installations. Extensions are in %SystemDrive%\Packages\Plugins\<publisher.type>\<version>
    (Microsoft, overview of the agent). That the newest Status\*.status file there says the state, as it does for
    extensions of virtual machines, is inferred: without one, State is null.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Invoke-Agent {
    param([string] $Program, [string[]] $ArgumentList)
    # Text on the error stream of a program must not end the script (5.1 with Stop does).
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    try {
        # An empty pipeline gives the program an empty standard input instead of ours, which holds requests.
        $lines = @(@() | & $Program @ArgumentList 2>$null)
    } catch {
        # It could not be started.
        throw
    }
    return [pscustomobject] @{ ExitCode = $LASTEXITCODE; Text = ($lines -join "`n").TrimEnd() }
}

function ConvertFrom-AgentJson {
    param([string] $Text)
    # Without --log-stderr, which old agents lack, log lines may stand before the object.
    $start = $Text.IndexOf('{')
    $end = $Text.LastIndexOf('}')
    if ($start -lt 0 -or $end -lt $start) { return $null }
    $options = @{}
    # Keep times as the agent wrote them; 5.1 always does.
    if ((Get-Command -Name ConvertFrom-Json).Parameters.ContainsKey('DateKind')) { $options['DateKind'] = 'String' }
    try {
        return ConvertFrom-Json -InputObject $Text.Substring($start, $end - $start + 1) @options
    } catch {
        Write-Warning "azcmagent show -j printed something that is no JSON: $($_.Exception.Message)"
        return $null
    }
}

function Get-ExtensionState {
    param([string] $Folder)
    $statusFolder = Join-Path -Path $Folder -ChildPath 'Status'
    if (-not (Test-Path -LiteralPath $statusFolder)) { return $null }
    $newest = Get-ChildItem -LiteralPath $statusFolder -Filter '*.status' |
        Sort-Object -Property LastWriteTimeUtc -Descending |
        Select-Object -First 1
    if ($null -eq $newest) { return $null }
    $entry = Get-Content -LiteralPath $newest.FullName -Raw | ConvertFrom-Json | Select-Object -First 1
    foreach ($step in @('status', 'status')) {
        if ($null -eq $entry -or $null -eq $entry.PSObject.Properties[$step]) { return $null }
        $entry = $entry.$step
    }
    return [string] $entry
}

function Get-Extension {
    param([string] $Folder)
    if (-not (Test-Path -LiteralPath $Folder)) { return }
    foreach ($extension in @(Get-ChildItem -LiteralPath $Folder -Directory | Sort-Object -Property Name)) {
        try {
            $newest = $null
            $newestVersion = $null
            foreach ($candidate in @(Get-ChildItem -LiteralPath $extension.FullName -Directory)) {
                $version = $candidate.Name -as [version]
                if ($null -ne $version -and ($null -eq $newestVersion -or $version -gt $newestVersion)) {
                    $newest = $candidate
                    $newestVersion = $version
                }
            }
            if ($null -eq $newest) { continue }
            $found = [ordered] @{ Name = $extension.Name; Version = $newest.Name; State = $null }
            try {
                $found['State'] = Get-ExtensionState -Folder $newest.FullName
            } catch {
                Write-Warning "State of the extension $($extension.Name): $($_.Exception.Message)"
            }
            [pscustomobject] $found
        } catch {
            Write-Error -ErrorRecord $_ -ErrorAction Continue
        }
    }
}

$answer = [ordered] @{ Installed = $false; Version = $null; Show = $null; ShowText = $null; Extensions = @() }
$program = $null
if ($env:ProgramFiles) {
    $program = Join-Path -Path $env:ProgramFiles -ChildPath 'AzureConnectedMachineAgent\azcmagent.exe'
}
if (-not $program -or -not (Test-Path -LiteralPath $program -PathType Leaf)) {
    [pscustomobject] $answer
    return
}

$answer['Installed'] = $true
$version = Invoke-Agent -Program $program -ArgumentList 'version'
if ($version.Text -match '\b(\d+\.\d+\.\d+\.\d+)\b') { $answer['Version'] = $Matches[1] }

$json = Invoke-Agent -Program $program -ArgumentList 'show', '-j'
if ($json.ExitCode -eq 0) { $answer['Show'] = ConvertFrom-AgentJson -Text $json.Text }
if ($null -eq $answer['Show']) {
    $text = Invoke-Agent -Program $program -ArgumentList 'show'
    if ($text.ExitCode -ne 0) { Write-Warning "azcmagent show ended with exit code $($text.ExitCode)" }
    if ($text.Text -ne '') { $answer['ShowText'] = $text.Text }
}

if ($null -eq $answer['Version']) {
    if ($null -ne $answer['Show'] -and $null -ne $answer['Show'].PSObject.Properties['agentVersion']) {
        $answer['Version'] = $answer['Show'].agentVersion
    } elseif ($answer['ShowText'] -match '(?m)^Agent Version\s*:\s*(\d+\.\d+\.\d+\.\d+)') {
        $answer['Version'] = $Matches[1]
    }
}

if ($env:SystemDrive) {
    $folder = Join-Path -Path $env:SystemDrive -ChildPath 'Packages\Plugins'
    $answer['Extensions'] = @(Get-Extension -Folder $folder)
}
[pscustomobject] $answer
