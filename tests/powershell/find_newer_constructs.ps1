<#
.SYNOPSIS
    Finds what Windows PowerShell 5.1 does not parse or does not have, in the engine's own syntax tree.
.DESCRIPTION
    Reads one JSON array of { name, text } from standard input and writes one JSON object: for each name its findings
    as "line: what", and its help. It knows the differences between 5.1 and 7 that are listed here, no others.
#>
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$newTokens = @{
    QuestionMark = 'operator ? :'; QuestionQuestion = 'operator ??'; QuestionQuestionEquals = 'operator ??='
    QuestionDot = 'operator ?.'; QuestionLBracket = 'operator ?[]'; AndAnd = 'operator &&'; OrOr = 'operator ||'
    Clean = 'block clean'
}
# Parameters by command; a star is any command. Beginnings of their names count, as PowerShell takes them.
$newParameters = @{
    'ForEach-Object'     = 'Parallel', 'ThrottleLimit', 'TimeoutSeconds', 'AsJob', 'UseNewRunspace'
    'ConvertFrom-Json'   = 'AsHashtable', 'Depth', 'NoEnumerate', 'DateKind'
    'ConvertTo-Json'     = 'AsArray', 'EnumsAsStrings', 'EscapeHandling'
    'Get-Content'        = 'AsByteStream'
    'Set-Content'        = 'AsByteStream'
    'Add-Content'        = 'AsByteStream'
    'Get-Date'           = 'AsUTC', 'UnixTimeSeconds'
    'Invoke-WebRequest'  = 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'NoProxy', 'Authentication', 'Token', 'MaximumRetryCount'
    'Invoke-RestMethod'  = 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'NoProxy', 'Authentication', 'Token', 'StatusCodeVariable'
    'Join-Path'          = 'AdditionalChildPath', 'Extension'
    'Measure-Object'     = 'AllStats', 'StandardDeviation'
    'Select-Object'      = 'SkipIndex', 'CaseInsensitive'
    'Select-String'      = 'Raw', 'NoEmphasis', 'Culture'
    'Sort-Object'        = 'Top', 'Bottom', 'Stable'
    'Split-Path'         = 'Extension', 'LeafBase'
    'Start-Process'      = 'Environment'
    'Where-Object'       = 'Not'
    'Import-Module'      = 'UseWindowsPowerShell', 'SkipEditionCheck'
    'Get-Process'        = 'CommandName'
    'Get-Service'        = 'CommandName'
    'New-PSSession'      = 'HostName', 'SSHTransport', 'UseWindowsPowerShell'
    'ConvertTo-Csv'      = 'IncludeTypeInformation', 'UseQuotes', 'QuoteFields', 'NoHeader'
    'Export-Csv'         = 'IncludeTypeInformation', 'UseQuotes', 'QuoteFields', 'NoHeader'
    'Set-Service'        = 'SecurityDescriptorSddl', 'Force'
    'New-Guid'           = 'Empty', 'InputObject'
}
# Beginnings that 5.1 takes for a parameter of its own.
$oldBeginnings = @{ 'Split-Path' = 'L', 'Le', 'Lea', 'Leaf'; 'Select-Object' = 'S', 'Sk', 'Ski', 'Skip' }
$newCommands = @(
    'Join-String', 'Test-Json', 'Get-Error', 'Get-Uptime', 'Remove-Alias', 'Remove-Service', 'Show-Markdown',
    'ConvertFrom-Markdown', 'Start-ThreadJob', 'ConvertFrom-CliXml', 'ConvertTo-CliXml', 'Switch-Process',
    'Get-PSSubsystem', 'Enable-ExperimentalFeature', 'Get-ExperimentalFeature', 'Get-SecureRandom', 'pwsh'
)
$newVariables = @('IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle', 'EnabledExperimentalFeatures')
$newAttributes = @('ArgumentCompletions', 'Experimental', 'ValidateNotNullOrWhiteSpace')
$newTypes = @('semver', 'System.Management.Automation.SemanticVersion', 'System.Text.Json.JsonSerializer')
# Of .NET, which 5.1 has as Framework 4.x.
$newMembers = @(
    'Clamp', 'CreateSymbolicLink', 'FromHexString', 'GetRelativePath', 'ProcessId', 'ProcessPath',
    'TickCount64', 'ToHexString', 'UnixEpoch', 'HashData', 'EnumerateRunes', 'ReadAllTextAsync'
)
$newEncodings = @('utf8NoBOM', 'utf8BOM', 'ansi')

function Find-InToken {
    param($Tokens)
    $previous = $null
    foreach ($token in $Tokens) {
        $kind = [string] $token.Kind
        $line = $token.Extent.StartLineNumber
        if ($newTokens.ContainsKey($kind)) { "${line}: $($newTokens[$kind])" }
        if ($kind -eq 'Pipe' -and $null -ne $previous -and [string] $previous.Kind -eq 'NewLine') { "${line}: line that begins with |" }
        $text = $token.Extent.Text
        if ($kind -eq 'Number' -and $text -match '^[-+]?(0b|.*\d(y|uy|s|us|u|ul|n)([kmgtp]b)?$)' -and $text -notmatch '^[-+]?0x') {
            "${line}: number $text"
        }
        if ($kind -eq 'Number' -and $text -match '^[-+]?0x[0-9a-f]+(uy|us|u|ul|n|y|s)$') { "${line}: number $text" }
        $expands = $kind -in @('StringExpandable', 'HereStringExpandable', 'Generic')
        if ($expands -and $text -match '(?<!`)(``)*`(e|u\{)') { "${line}: escape ``$($Matches[2])" }
        if ($kind -notin @('Comment', 'LineContinuation')) { $previous = $token }
    }
}

function Test-NewParameter {
    param([string] $Command, [string] $Parameter)
    if (-not $newParameters.ContainsKey($Command)) { return $false }
    if ($oldBeginnings.ContainsKey($Command) -and $oldBeginnings[$Command] -contains $Parameter) { return $false }
    return @($newParameters[$Command] | Where-Object { $_ -like "$Parameter*" }).Count -gt 0
}

function Find-InCommand {
    param($Ast)
    $line = $Ast.Extent.StartLineNumber
    $name = $Ast.GetCommandName()
    if ($null -eq $name) { return }
    $name = $name -replace '^.*\\', ''
    $aliases = @{ '%' = 'ForEach-Object'; foreach = 'ForEach-Object'; '?' = 'Where-Object'; where = 'Where-Object'; gc = 'Get-Content' }
    if ($aliases.ContainsKey($name)) { $name = $aliases[$name] }
    if ($newCommands -contains $name) { "${line}: command $name" }
    $positions = 0
    $encoding = $false
    foreach ($element in @($Ast.CommandElements | Select-Object -Skip 1)) {
        if ($element -is [System.Management.Automation.Language.CommandParameterAst]) {
            $parameter = $element.ParameterName
            if (Test-NewParameter -Command $name -Parameter $parameter) { "${line}: parameter $name -$parameter" }
            $encoding = 'Encoding' -like "$parameter*" -and $parameter.Length -ge 2
            $value = $element.Argument
            if ($null -eq $value) { continue }
        } else {
            $value = $element
            $positions++
        }
        if ($encoding -and $newEncodings -contains $value.Extent.Text.Trim("'", '"')) { "${line}: encoding $($value.Extent.Text)" }
        $encoding = $false
    }
    if ($name -eq 'Join-Path' -and $positions -gt 2 -and $Ast.Extent.Text -notmatch '\s-') { "${line}: Join-Path of three parts" }
}

function Find-InTree {
    param($Tree)
    foreach ($node in $Tree.FindAll({ $true }, $true)) {
        $line = $node.Extent.StartLineNumber
        switch ($node.GetType().Name) {
            'TernaryExpressionAst' { "${line}: operator ? :" }
            'PipelineChainAst' { "${line}: pipeline chain" }
            'PipelineAst' { if ($node.Background) { "${line}: pipeline in the background" } }
            'CommandAst' { Find-InCommand -Ast $node }
            'VariableExpressionAst' {
                if ($newVariables -contains $node.VariablePath.UserPath) { "${line}: variable `$$($node.VariablePath.UserPath)" }
            }
            'AttributeAst' {
                $attribute = $node.TypeName.Name -replace 'Attribute$', ''
                if ($newAttributes -contains $attribute) { "${line}: attribute $attribute" }
            }
            { $_ -in 'TypeExpressionAst', 'TypeConstraintAst', 'ConvertExpressionAst' } {
                if ($null -ne $node.PSObject.Properties['TypeName'] -and $newTypes -contains $node.TypeName.FullName) {
                    "${line}: type $($node.TypeName.FullName)"
                }
            }
            { $_ -in 'MemberExpressionAst', 'InvokeMemberExpressionAst' } {
                if ($newMembers -contains $node.Member.Extent.Text) { "${line}: member $($node.Member.Extent.Text)" }
            }
            'BinaryExpressionAst' {
                $text = [System.Management.Automation.Language.StringConstantExpressionAst]
                if ([string] $node.Operator -eq 'DotDot' -and $node.Left -is $text) { "${line}: range of characters" }
            }
        }
    }
}

function Read-Script {
    param([string] $Text)
    $tokens = $null
    $failures = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref] $tokens, [ref] $failures)
    $findings = @(
        foreach ($failure in $failures) { "$($failure.Extent.StartLineNumber): $($failure.Message)" }
        Find-InToken -Tokens $tokens
        Find-InTree -Tree $tree
    )
    $help = $tree.GetHelpContent()
    $parameters = @()
    if ($null -ne $tree.ParamBlock) { $parameters = @($tree.ParamBlock.Parameters | ForEach-Object { $_.Name.VariablePath.UserPath }) }
    $described = @{}
    if ($null -ne $help) {
        $described = @{
            synopsis = [string] $help.Synopsis
            description = [string] $help.Description
            parameters = @($help.Parameters.Keys)
            examples = @($help.Examples)
            outputs = @($help.Outputs)
        }
    }
    return @{
        findings = @($findings | Select-Object -Unique)
        help = $described
        param_block = $null -ne $tree.ParamBlock
        parameters = $parameters
    }
}

$answer = @{}
foreach ($script in @(ConvertFrom-Json -InputObject ([System.Console]::In.ReadToEnd()))) {
    $answer[$script.name] = Read-Script -Text $script.text
}
ConvertTo-Json -InputObject $answer -Compress -Depth 6
