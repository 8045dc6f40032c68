# Starts the agent: the first line of standard input is its text, base64 of UTF-8. Kept short: it travels in a command line.
$ProgressPreference = 'SilentlyContinue'
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
    # Nothing of ours would run here; no method may be called to say so.
    Write-Output ([char]30 + '{"q":1,"t":"ready","language":"' + $ExecutionContext.SessionState.LanguageMode + '"}')
    exit 0
}
$ErrorActionPreference = 'Stop'
# Bytes that are read ahead belong to the agent: it goes on with the same reader.
$utf8 = New-Object -TypeName Text.UTF8Encoding -ArgumentList $false
$reader = New-Object -TypeName IO.StreamReader -ArgumentList ([Console]::OpenStandardInput()), $utf8, $false, 65536
do { $line = $reader.ReadLine() } while ($null -ne $line -and $line.Trim() -eq '')
if ($null -eq $line) { exit 0 }
$agent = [scriptblock]::Create($utf8.GetString([Convert]::FromBase64String($line.Trim())))
& $agent -Reader $reader
