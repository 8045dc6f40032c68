<#
.SYNOPSIS
    What the jobs that call Register-AzStackHCI and Unregister-AzStackHCI have in common: functions alone.
.DESCRIPTION
    Included in job-register and job-unregister where they say so. The runner of a detached run gives Write-RunStep,
    Write-RunResult and Stop-Run; a job runs in the main runspace of a process of its own, with -NonInteractive, and
    shares its scope with the runner: names here must not be names there.

    The cmdlets print their result as a formatted list, write what fails to the host alone, end as if all were well,
    and may even end the process. So nothing here is taken for true: the result of a job is what was claimed, and the
    traces that were left.
#>

#include job-functions

$reachSeconds = 30
$newestLines = 4000
$eventSource = 'HCI Registration'
$listWidth = 4096
# Versions of Az.StackHCI from which on their cmdlets have a parameter.
$parameterSince = @{ LogsDirectory = '2.2.0'; ArcServerResourceGroupName = '1.2.0'; ArcSpnCredential = '1.2.0' }

function ConvertTo-EventTime {
    param($Value)
    if ($Value -isnot [System.DateTime]) { return $null }
    return $Value.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
}

function New-JobCredential {
    param([string] $User, [string] $Password)
    $secure = (New-Object -TypeName System.Net.NetworkCredential -ArgumentList '', $Password).SecurePassword
    return New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList $User, $secure
}

function Get-JobCredential {
    # The credential of a name and a secret that come in two places; null where no name is given.
    param($Parameters, $Secrets, [string] $UserName, [string] $SecretName)
    $user = Get-Given -Source $Parameters -Name $UserName
    if ($null -eq $user) { return $null }
    $password = Get-Given -Source $Secrets -Name $SecretName
    if ($null -eq $password) {
        Stop-Run -Reason refused -Message "$UserName is given, and the secret $SecretName that belongs to it is not."
    }
    return New-JobCredential -User $user -Password $password
}

#region identity

function Get-JobIdentity {
    try {
        return [System.Security.Principal.WindowsIdentity]::GetCurrent().Name
    } catch [System.PlatformNotSupportedException] {
        return [System.Environment]::UserName
    }
}

function Get-Obstacle {
    # Why a computer was not reached, null where it was.
    param($Job)
    $state = [string] $Job.State
    if ($state -in 'NotStarted', 'Running') { return "no answer within $reachSeconds seconds" }
    $output = @(Receive-Job -Job $Job -ErrorAction SilentlyContinue)
    if ($state -eq 'Completed') {
        $answer = $output | Select-Object -Last 1
        $administrator = Get-Given -Source $answer -Name 'Administrator'
        if ($administrator -eq $true) { return $null }
        if ($null -ne $administrator) { return 'not an administrator there' }
    }
    $reason = $Job.JobStateInfo.Reason
    if ($null -ne $reason) { return ConvertTo-ToldLine -Text $reason.Message }
    $first = @($Job.Error) | Select-Object -First 1
    if ($null -ne $first) { return ConvertTo-ToldLine -Text $first }
    return "the session ended as $state"
}

function Confirm-Reach {
    # The cmdlets open a session to this node and to every other one: none may fail in the middle.
    param($Parameters, $Credential)
    Write-RunStep -Id identity -Status started -Text 'See that every node can be reached from here'
    $own = Get-Given -Source $Parameters -Name 'ComputerName'
    if ($null -eq $own) { $own = 'localhost' }
    $computers = @($own) + @(Get-Given -Source $Parameters -Name 'Peers' | Where-Object { $_ })
    $identity = Get-JobIdentity
    $arguments = @{
        ComputerName  = $computers
        AsJob         = $true
        ThrottleLimit = 32
        ScriptBlock   = {
            $current = [System.Security.Principal.WindowsIdentity]::GetCurrent()
            $principal = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList $current
            $role = [System.Security.Principal.WindowsBuiltInRole]::Administrator
            New-Object -TypeName PSObject -Property @{ Administrator = $principal.IsInRole($role) }
        }
    }
    if ($null -ne $Credential) {
        $arguments['Credential'] = $Credential
        $identity = $Credential.UserName
    }
    $obstacles = @()
    try {
        $job = Invoke-Command @arguments
        $null = Wait-Job -Job $job -Timeout $reachSeconds
        foreach ($child in @($job.ChildJobs)) {
            $obstacle = Get-Obstacle -Job $child
            if ($null -ne $obstacle) { $obstacles += "$($child.Location) ($obstacle)" }
        }
        # One that still runs would be waited for; this process ends soon and takes it along.
        if ($obstacles.Count -eq 0) { Remove-Job -Job $job -Force }
    } catch {
        $obstacles += "$($computers -join ', ') ($(ConvertTo-ToldLine -Text $_.Exception.Message))"
    }
    if ($obstacles.Count -gt 0) {
        $message = "This run's identity, $identity, does not reach every node: $($obstacles -join '; ')."
        Write-RunStep -Id identity -Status failed -Text $message
        Stop-Run -Reason refused -Message $message
    }
    Write-RunStep -Id identity -Status done -Text "$identity reaches $($computers -join ', ')"
}

#endregion
#region install-modules

function Get-ModuleVersion {
    # Versions of a module that PowerShell finds, newest first.
    param([string] $Name)
    return @(Get-Module -ListAvailable -Name $Name -ErrorAction SilentlyContinue | ForEach-Object { $_.Version } |
            Sort-Object -Descending -Unique)
}

function Get-SharedModuleFolder {
    # Where modules for all users are.
    $edition = 'Desktop'
    if ($PSVersionTable.ContainsKey('PSEdition')) { $edition = $PSVersionTable['PSEdition'] }
    $product = 'WindowsPowerShell'
    if ($edition -ne 'Desktop') { $product = 'PowerShell' }
    return [System.IO.Path]::Combine($env:ProgramFiles, $product, 'Modules')
}

function Get-OfferedModule {
    # What a folder has of a module: folders as Save-Module makes them, and packages as the gallery gives them.
    param([string] $Source, [string] $Name)
    $folder = Get-ChildItem -LiteralPath $Source -Directory | Where-Object { $_.Name -eq $Name } | Select-Object -First 1
    if ($null -ne $folder) {
        foreach ($candidate in @(Get-ChildItem -LiteralPath $folder.FullName -Directory)) {
            $manifest = Join-Path -Path $candidate.FullName -ChildPath "$Name.psd1"
            $version = $candidate.Name -as [version]
            if ($null -ne $version -and (Test-Path -LiteralPath $manifest)) {
                @{ Version = $version; Path = $candidate.FullName; Package = $false }
            }
        }
        $manifest = Join-Path -Path $folder.FullName -ChildPath "$Name.psd1"
        if (Test-Path -LiteralPath $manifest) {
            $text = Get-Content -LiteralPath $manifest -Raw
            if ($text -match '(?m)^\s*ModuleVersion\s*=\s*[''"]([\d.]+)[''"]') {
                @{ Version = [version] $Matches[1]; Path = $folder.FullName; Package = $false }
            }
        }
    }
    foreach ($file in @(Get-ChildItem -LiteralPath $Source -File)) {
        if ($file.Name -match "^$([regex]::Escape($Name))\.(\d+(\.\d+){1,3})\.nupkg$") {
            @{ Version = [version] $Matches[1]; Path = $file.FullName; Package = $true }
        }
    }
}

function Expand-Package {
    param([string] $Path, [string] $Folder)
    Add-Type -AssemblyName System.IO.Compression
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $root = [System.IO.Path]::GetFullPath($Folder) + [System.IO.Path]::DirectorySeparatorChar
    $archive = [System.IO.Compression.ZipFile]::OpenRead($Path)
    try {
        foreach ($entry in $archive.Entries) {
            $name = [System.Uri]::UnescapeDataString($entry.FullName)
            # What makes it a package is no part of the module.
            if ($name -match '^(_rels/|package/|\[Content_Types\]\.xml$|[^/]+\.nuspec$)' -or $name.EndsWith('/')) { continue }
            $target = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($Folder, $name))
            if (-not $target.StartsWith($root)) { throw "The package $Path has a file outside of it: $name" }
            [void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($target))
            [System.IO.Compression.ZipFileExtensions]::ExtractToFile($entry, $target, $true)
        }
    } finally {
        $archive.Dispose()
    }
}

function Copy-ModuleFrom {
    # Installs a module for all users out of a folder and returns its version.
    param([string] $Source, [string] $Name, $Version)
    if (-not (Test-Path -LiteralPath $Source -PathType Container)) { throw "The folder $Source cannot be read." }
    $offers = @(Get-OfferedModule -Source $Source -Name $Name)
    if ($null -ne $Version) { $offers = @($offers | Where-Object { $_.Version -eq $Version }) }
    $offer = $offers | Sort-Object -Property { $_.Version } -Descending | Select-Object -First 1
    if ($null -eq $offer) {
        $what = $Name
        if ($null -ne $Version) { $what = "$Name $Version" }
        throw "The folder $Source has no $what, neither as a folder that Save-Module makes nor as a package."
    }
    $folder = [System.IO.Path]::Combine((Get-SharedModuleFolder), $Name)
    $target = [System.IO.Path]::Combine($folder, [string] $offer.Version)
    # Under another name until it is whole: a folder that is no version is no module.
    $part = [System.IO.Path]::Combine($folder, 'part-' + [System.Guid]::NewGuid().ToString('N'))
    [void] [System.IO.Directory]::CreateDirectory($part)
    try {
        if ($offer.Package) {
            Expand-Package -Path $offer.Path -Folder $part
        } else {
            Get-ChildItem -LiteralPath $offer.Path -Force | Copy-Item -Destination $part -Recurse -Force
        }
        if (-not (Test-Path -LiteralPath (Join-Path -Path $part -ChildPath "$Name.psd1"))) {
            throw "$($offer.Path) holds no $Name.psd1."
        }
        if (Test-Path -LiteralPath $target) { Remove-Item -LiteralPath $target -Recurse -Force }
        Move-Item -LiteralPath $part -Destination $target
    } finally {
        if (Test-Path -LiteralPath $part) { Remove-Item -LiteralPath $part -Recurse -Force }
    }
    return $offer.Version
}

function Initialize-Gallery {
    [System.Net.ServicePointManager]::SecurityProtocol =
        [System.Net.ServicePointManager]::SecurityProtocol -bor [System.Net.SecurityProtocolType]::Tls12
    if ($null -eq (Get-Command -Name Install-Module -ErrorAction SilentlyContinue)) {
        throw 'This node has no PowerShellGet: give a folder with the modules instead.'
    }
    if ($null -ne (Get-Command -Name Install-PackageProvider -ErrorAction SilentlyContinue)) {
        $wanted = [version] '2.8.5.201'
        $provider = @(Get-PackageProvider -ListAvailable -ErrorAction SilentlyContinue |
                Where-Object { $_.Name -eq 'NuGet' -and [version] [string] $_.Version -ge $wanted })
        if ($provider.Count -eq 0) {
            $null = Install-PackageProvider -Name NuGet -MinimumVersion $wanted -Scope AllUsers -Force
        }
    }
    if ($null -eq (Get-PSRepository -Name PSGallery -ErrorAction SilentlyContinue)) { Register-PSRepository -Default }
}

function Install-FromGallery {
    param([string] $Name, $Version)
    $arguments = @{ Name = $Name; Repository = 'PSGallery'; Scope = 'AllUsers'; Force = $true; ErrorAction = 'Stop' }
    if ($null -ne $Version) { $arguments['RequiredVersion'] = [string] $Version }
    # What old versions of PowerShellGet lack.
    $known = (Get-Command -Name Install-Module).Parameters
    foreach ($switch in 'AllowClobber', 'AcceptLicense') {
        if ($known.ContainsKey($switch)) { $arguments[$switch] = $true }
    }
    if ($known.ContainsKey('Confirm')) { $arguments['Confirm'] = $false }
    Install-Module @arguments
}

function Install-RunModule {
    # Installs one module, unless the version that is wanted is there, and returns what was done in words.
    param([string] $Name, $Version, [string] $Source)
    $before = @(Get-ModuleVersion -Name $Name)
    if ($null -ne $Version -and $before -contains $Version) { return "$Name $Version is there" }
    if ($Source -eq 'gallery') {
        Install-FromGallery -Name $Name -Version $Version
        $wanted = $Version
    } else {
        $wanted = Copy-ModuleFrom -Source $Source -Name $Name -Version $Version
    }
    $folder = Get-SharedModuleFolder
    $separator = [System.IO.Path]::PathSeparator
    if (@($env:PSModulePath -split [regex]::Escape($separator)) -notcontains $folder) {
        $env:PSModulePath = "$folder$separator$env:PSModulePath"
    }
    $after = @(Get-ModuleVersion -Name $Name)
    if ($null -ne $wanted -and $after -notcontains $wanted) {
        throw "$Name $wanted was installed, and PowerShell does not find it in $env:PSModulePath."
    }
    if ($after.Count -eq 0) { throw "$Name was installed, and PowerShell does not find it in $env:PSModulePath." }
    if ($null -eq $wanted) { $wanted = $after[0] }
    return "$Name $wanted installed"
}

function Get-WantedVersion {
    # The version of a module that the plan names, null where it names none.
    param($Parameters, [string] $Name)
    foreach ($item in @(Get-Given -Source $Parameters -Name 'InstallModules' | Where-Object { $_ })) {
        if ((Get-Given -Source $item -Name 'Name') -ne $Name) { continue }
        $text = Get-Given -Source $item -Name 'Version'
        if ($null -ne $text) { return [version] [string] $text }
    }
    return $null
}

function Install-WantedModule {
    param($Parameters)
    $wanted = @(Get-Given -Source $Parameters -Name 'InstallModules' | Where-Object { $_ })
    if ($wanted.Count -eq 0) {
        Write-RunStep -Id install-modules -Status skipped -Text 'The modules that are needed are there'
        return
    }
    $source = Get-Given -Source $Parameters -Name 'ModuleSource'
    if ($null -eq $source) { $source = 'gallery' }
    $from = $source
    if ($source -eq 'gallery') { $from = 'the PowerShell Gallery' }
    Write-RunStep -Id install-modules -Status started -Text "Install PowerShell modules from $from"
    $done = @()
    $name = ''
    try {
        $missing = @($wanted | Where-Object {
                $version = Get-WantedVersion -Parameters $Parameters -Name (Get-Given -Source $_ -Name 'Name')
                $null -eq $version -or @(Get-ModuleVersion -Name (Get-Given -Source $_ -Name 'Name')) -notcontains $version
            })
        if ($source -eq 'gallery' -and $missing.Count -gt 0) { Initialize-Gallery }
        foreach ($item in $wanted) {
            $name = Get-Given -Source $item -Name 'Name'
            $version = Get-WantedVersion -Parameters $Parameters -Name $name
            $done += Install-RunModule -Name $name -Version $version -Source $source
        }
    } catch {
        $what = 'PowerShell modules'
        if ($name) { $what = $name }
        $message = "$what could not be installed from ${from}: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
        Write-RunStep -Id install-modules -Status failed -Text $message
        Stop-Run -Reason failed -Message $message
    }
    Write-RunStep -Id install-modules -Status done -Text ($done -join ', ')
}

#endregion
#region cmdlet

function Stop-Cmdlet {
    param([string] $Reason, [string] $Message)
    Write-RunStep -Id cmdlet -Status failed -Text $Message
    Stop-Run -Reason $Reason -Message $Message
}

function Import-RegistrationCommand {
    # Loads Az.StackHCI, in the version that the plan names, and returns the cmdlet with it: the cmdlet's own module may
    # be one inside of it, with a version of its own.
    param($Parameters, [string] $CmdletName)
    $found = @(Get-ModuleVersion -Name 'Az.StackHCI')
    if ($found.Count -eq 0) {
        Stop-Cmdlet -Reason refused -Message 'Az.StackHCI is not installed on this node for all users: have it installed first.'
    }
    try {
        # The modules below it first: of them too the newest would be taken.
        foreach ($name in 'Az.Accounts', 'Az.Resources') {
            $version = Get-WantedVersion -Parameters $Parameters -Name $name
            if ($null -ne $version) { Import-Module -Name $name -RequiredVersion $version -DisableNameChecking -Global }
        }
        $exact = @{}
        $version = Get-WantedVersion -Parameters $Parameters -Name 'Az.StackHCI'
        if ($null -ne $version) { $exact['RequiredVersion'] = $version }
        $module = @(Import-Module -Name 'Az.StackHCI' @exact -PassThru -DisableNameChecking -Global)[0]
    } catch {
        Stop-Cmdlet -Reason refused -Message "Az.StackHCI could not be loaded: $(ConvertTo-ToldLine -Text $_.Exception.Message)"
    }
    $command = $module.ExportedCommands[$CmdletName]
    if ($null -eq $command) {
        Stop-Cmdlet -Reason refused -Message "Az.StackHCI $($module.Version) has no $CmdletName."
    }
    return @{ Name = $CmdletName; Command = $command; Module = $module }
}

function Get-CmdletArgument {
    # What this version of the cmdlet is called with: all that the plan wants, or none of it.
    param($Cmdlet, $Wanted, $Useful)
    $known = $Cmdlet.Command.Parameters
    $told = "$($Cmdlet.Name) of Az.StackHCI $($Cmdlet.Module.Version)"
    $arguments = @{}
    foreach ($name in $Wanted.Keys) {
        if ($null -eq $Wanted[$name]) { continue }
        if (-not $known.ContainsKey($name)) {
            $message = "$told has no -$name."
            if ($parameterSince.ContainsKey($name)) { $message += " Az.StackHCI $($parameterSince[$name]) is the first with it." }
            Stop-Cmdlet -Reason refused -Message $message
        }
        $arguments[$name] = $Wanted[$name]
    }
    foreach ($name in $Useful.Keys) {
        if ($known.ContainsKey($name)) { $arguments[$name] = $Useful[$name] }
    }
    foreach ($parameter in $known.Values) {
        $mandatory = @($parameter.Attributes | Where-Object {
                $_ -is [System.Management.Automation.ParameterAttribute] -and $_.Mandatory
            })
        if ($mandatory.Count -gt 0 -and -not $arguments.ContainsKey($parameter.Name)) {
            Stop-Cmdlet -Reason refused -Message "$told needs -$($parameter.Name), which was not given."
        }
    }
    return $arguments
}

function Get-Asker {
    # The command that asked a question nobody can answer, null where an error is no such question.
    param($ErrorRecord)
    for ($cause = $ErrorRecord.Exception; $null -ne $cause; $cause = $cause.InnerException) {
        # The name of the switch is in the message in every language.
        if ($cause.Message -notmatch 'NonInteractive') { continue }
        $asker = $null
        if ($null -ne $ErrorRecord.InvocationInfo -and $null -ne $ErrorRecord.InvocationInfo.MyCommand) {
            $asker = $ErrorRecord.InvocationInfo.MyCommand.Name
        }
        if (-not $asker -and $ErrorRecord.ScriptStackTrace -match '^at ([^,]+),') { $asker = $Matches[1] }
        if (-not $asker) { $asker = 'a command in it' }
        return $asker
    }
    return $null
}

function Add-Told {
    # Keeps one thing that the cmdlet said, and says it again so that it becomes an event at once.
    param($Told, $Item)
    if ($null -eq $Item) { return }
    if ($Item -is [System.Management.Automation.ErrorRecord]) {
        $Told.Errors += ConvertTo-ToldLine -Text $Item
        Write-Error -ErrorRecord $Item -ErrorAction Continue
    } elseif ($Item -is [System.Management.Automation.WarningRecord]) {
        Write-Warning -Message $Item.Message -WarningAction Continue
    } elseif ($Item -is [System.Management.Automation.InformationRecord]) {
        Write-Host -Object ([string] $Item.MessageData)
    } elseif ($Item -is [System.Management.Automation.VerboseRecord]) {
        Write-Verbose -Message $Item.Message
    } elseif ($Item -is [System.Management.Automation.DebugRecord]) {
        Write-Debug -Message $Item.Message
    } elseif ($Item.GetType().FullName -like 'Microsoft.PowerShell.Commands.Internal.Format.*') {
        # Records of a formatted list make a text only together.
        [void] $Told.Formatted.Add($Item)
    } else {
        $text = $Item
        if ($Item -isnot [string]) { $text = ($Item | Format-List | Out-String -Width $listWidth) }
        Write-Host -Object $text.TrimEnd()
        # Old versions also let through what commands inside of them return.
        if ($Item -is [string] -or $null -ne $Item.PSObject.Properties['Result']) { $Told.Plain += @($text -split '\r?\n') }
    }
}

function Read-NameValueList {
    # Reads "Name : value" lines, in any order, into a table. A value goes on in the lines that begin with a space:
    # cut in the middle of a word where the line was full and has no space to cut at, at a space otherwise.
    param([string[]] $Line, [int] $Width, $Table)
    $name = $null
    $last = ''
    $full = $false
    foreach ($one in $Line) {
        $text = $one.TrimEnd()
        if ($text -match '^([A-Za-z][\w.-]*)\s*:(?: (.*))?$') {
            $name = $Matches[1]
            $last = ''
            if ($Matches.ContainsKey(2)) { $last = $Matches[2].Trim() }
            $Table[$name] = $last
        } elseif ($null -ne $name -and $text -match '^\s+(\S.*)$') {
            $more = $Matches[1]
            $between = ' '
            if ($full -and $last -notmatch '\s') { $between = '' }
            $Table[$name] = ($Table[$name] + $between + $more).Trim()
            $last = $more
        } else {
            $name = $null
        }
        $full = $text.Length -ge $Width
    }
}

function Get-ToldProperty {
    # Names and values of what the cmdlet printed as its result.
    param($Told)
    $table = [ordered] @{}
    $longest = 1
    foreach ($line in $Told.Plain) { $longest = [Math]::Max($longest, $line.TrimEnd().Length) }
    Read-NameValueList -Line $Told.Plain -Width $longest -Table $table
    Read-NameValueList -Line $Told.Listed -Width $listWidth -Table $table
    return $table
}

function Invoke-RegistrationCmdlet {
    # Calls the cmdlet. Comes back whatever it does, unless it ends the script, which what follows finds in Ended.
    param($Cmdlet, $Arguments, $Told)
    $command = $Cmdlet.Command
    # Old versions write their log where they are called.
    $folder = [System.IO.Path]::Combine($env:ProgramData, 'AzureStackHCI', 'Registration')
    [void] [System.IO.Directory]::CreateDirectory($folder)
    $before = $global:ConfirmPreference
    $started = $false
    try {
        Push-Location -LiteralPath $folder
        $started = $true
        # A prompt inside of one that cannot be told -Confirm:$false.
        $global:ConfirmPreference = 'None'
        $env:SuppressAzurePowerShellBreakingChangeWarnings = 'true'
        & $command @Arguments *>&1 | ForEach-Object -Process { Add-Told -Told $Told -Item $_ }
        $Told.Ended = $true
    } catch {
        $Told.Ended = $true
        $Told.Failure = $_
        $Told.Errors += ConvertTo-ToldLine -Text $_.Exception.Message
        Write-Error -ErrorRecord $_ -ErrorAction Continue
    } finally {
        $global:ConfirmPreference = $before
        if ($started) { Pop-Location }
    }
}

#endregion
#region evidence

function Get-LoggedEvent {
    # Events of the cmdlet since it began, oldest first.
    param([System.DateTime] $Since)
    $filter = @{ LogName = 'Application'; ProviderName = $eventSource; StartTime = $Since }
    try {
        $records = @(Get-WinEvent -FilterHashtable $filter -MaxEvents 100 -ErrorAction Stop)
    } catch {
        $absent = $_.FullyQualifiedErrorId -match '^NoMatching(Events|Logs|Providers)Found' -or
            $_.Exception.GetType().Name -eq 'EventLogNotFoundException'
        if (-not $absent) { Write-Warning -Message "The Application log could not be read: $($_.Exception.Message)" }
        return
    }
    foreach ($record in @($records | Sort-Object -Property TimeCreated, RecordId)) {
        $message = [string] (Get-Given -Source $record -Name 'Message')
        if ($message -eq '') {
            # Without the texts of its source Windows gives no message; the arguments still tell something.
            $values = @(Get-Given -Source $record -Name 'Properties' | Where-Object { $_ })
            $message = @($values | ForEach-Object { [string] (Get-Given -Source $_ -Name 'Value') }) -join ', '
        }
        if ($message.Length -gt $longestText) { $message = $message.Substring(0, $longestText) + '...' }
        [pscustomobject] [ordered] @{
            Id      = [int] $record.Id
            Time    = ConvertTo-EventTime -Value (Get-Given -Source $record -Name 'TimeCreated')
            Message = $message.Trim()
        }
    }
}

function Find-NewestFile {
    # The newest file of a name that was written since, null where there is none.
    param([string[]] $Folder, [string] $Filter, [System.DateTime] $Since)
    return @($Folder | Where-Object { $_ -and (Test-Path -LiteralPath $_ -PathType Container) } |
            ForEach-Object { Get-ChildItem -LiteralPath $_ -Filter $Filter -File } |
            Where-Object { $_.LastWriteTime -ge $Since } | Sort-Object -Property LastWriteTime -Descending) |
        Select-Object -First 1
}

function Get-ToldLogsDirectory {
    # The folder for logs as the module tells it, which takes it a session and, in some versions, a question.
    param($Cmdlet)
    $teller = $Cmdlet.Module.ExportedCommands['Get-AzStackHCILogsDirectory']
    if ($null -eq $teller) { return }
    $arguments = @{}
    if ($teller.Parameters.ContainsKey('Confirm')) { $arguments['Confirm'] = $false }
    try {
        $text = (& $teller @arguments *>&1 | Out-String -Width $listWidth)
    } catch {
        Write-Warning -Message "Get-AzStackHCILogsDirectory: $($_.Exception.Message)"
        return
    }
    foreach ($line in @($text -split '\r?\n')) {
        if ($line -match 'Logs directory path:\s*(\S.*)$') { $Matches[1].Trim().Trim('"') }
    }
}

function Get-LogError {
    # The last entries of a log that are errors and of this run; an entry may have several lines.
    param([string] $Path, [System.DateTime] $Since)
    $entries = @()
    $entry = $null
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    foreach ($line in @(Get-Content -LiteralPath $Path -Tail $newestLines)) {
        if ($line -match '^(\d{4}.\d\d.\d\d \d\d.\d\d.\d\d) , (\w+) , (.*)$') {
            if ($null -ne $entry) { $entries += $entry }
            $entry = $null
            $level = $Matches[2]
            $message = $Matches[3]
            $time = [System.DateTime]::MinValue
            # The separators are those of the node's culture.
            $stamp = $Matches[1] -replace '[^\d ]', ''
            $known = [System.DateTime]::TryParseExact($stamp, 'yyyyMMdd HHmmss', $culture, 'AssumeLocal', [ref] $time)
            if ($level -in 'ERROR', 'FATAL' -and (-not $known -or $time -ge $Since)) { $entry = $message }
        } elseif ($null -ne $entry) {
            $entry += "`n$line"
        }
    }
    if ($null -ne $entry) { $entries += $entry }
    return @($entries | Select-Object -Last 20)
}

function Get-ArcEvidence {
    # What the Arc task of this node wrote into its log since, null where it wrote nothing.
    param([string[]] $Folder, [System.DateTime] $Since)
    $file = Find-NewestFile -Folder $Folder -Filter 'RegisterArc_*.log' -Since $Since
    if ($null -eq $file) { return $null }
    $onboarded = $null
    $lines = @()
    foreach ($line in @(Get-Content -LiteralPath $file.FullName -Tail $newestLines)) {
        if ($line -match 'Arc agent process succeeded to onboard machine') {
            $onboarded = $true
        } elseif ($line -match 'Arc agent process failed to onboard machine') {
            $onboarded = $false
        } elseif ($line -notmatch '\bAZCM\d{4}\b|level=(error|fatal)|^(ERROR|FATAL)\b') {
            continue
        }
        $lines += ConvertTo-ToldLine -Text $line
    }
    return [pscustomobject] [ordered] @{
        File      = $file.FullName
        Onboarded = $onboarded
        Lines     = @($lines | Select-Object -Last 20)
    }
}

function Get-RegistrationEvidence {
    # Everything that was left behind by the cmdlet: never an error, because the run has happened already.
    param($Cmdlet, $Parameters, [string] $LogPrefix, [System.DateTime] $Since)
    $evidence = @{ Events = @(); LogFile = $null; LogErrors = @(); ArcLog = $null; Asker = $null }
    # Times of events and files are cut to whole seconds.
    $Since = $Since.AddSeconds(-1)
    try {
        $evidence['Events'] = @(Get-LoggedEvent -Since $Since)
        $given = Get-Given -Source $Parameters -Name 'LogsDirectory'
        $default = [System.IO.Path]::Combine($env:ProgramData, 'AzureStackHCI', 'Registration')
        $folders = @($given, $default | Where-Object { $_ })
        $file = Find-NewestFile -Folder $folders -Filter "${LogPrefix}_*.log" -Since $Since
        if ($null -eq $file) {
            $folders += @(Get-ToldLogsDirectory -Cmdlet $Cmdlet)
            $file = Find-NewestFile -Folder $folders -Filter "${LogPrefix}_*.log" -Since $Since
        }
        if ($null -ne $file) {
            $evidence['LogFile'] = $file.FullName
            $errors = @(Get-LogError -Path $file.FullName -Since $Since)
            $evidence['LogErrors'] = @($errors | ForEach-Object { ConvertTo-ToldLine -Text $_ })
            # The whole error is there, with the command it came from.
            $asked = @($errors | Where-Object { $_ -match 'NonInteractive' }) | Select-Object -Last 1
            if ($asked -match 'MyCommand\s*:\s*(\S+)') { $evidence['Asker'] = $Matches[1] }
        }
        if ($env:windir) { $folders += [System.IO.Path]::Combine($env:windir, 'Tasks', 'ArcForServers') }
        $evidence['ArcLog'] = Get-ArcEvidence -Folder $folders -Since $Since
    } catch {
        Write-Warning -Message "Not every trace could be read: $($_.Exception.Message)"
    }
    return $evidence
}

#endregion

function Get-Verdict {
    # What the cmdlet came to in a sentence, null for success.
    param([string] $CmdletName, $Told, $Properties, $Evidence)
    $claimed = Get-Given -Source $Properties -Name 'Result'
    if ($claimed -eq 'Success') { return $null }
    if ($null -ne $Told.Failure) {
        $asker = Get-Asker -ErrorRecord $Told.Failure
        if ($null -ne $asker) { return "$CmdletName asked a question that nobody can answer here: $asker did." }
        return "$CmdletName failed: $(ConvertTo-ToldLine -Text $Told.Failure.Exception.Message)"
    }
    $texts = @($Told.Errors) + @($Evidence['LogErrors'])
    if (@($texts | Where-Object { $_ -match 'NonInteractive' }).Count -gt 0) {
        $asker = 'its log says which command'
        if ($null -ne $Evidence['Asker']) { $asker = $Evidence['Asker'] }
        return "$CmdletName asked a question that nobody can answer here: $asker did."
    }
    if (-not $Told.Ended) { return "$CmdletName ended the script, as it does when it cannot write its log." }
    $ended = "$CmdletName ended without a result."
    if ($null -ne $claimed) {
        $detail = Get-Given -Source $Properties -Name 'ErrorDetail'
        if ($null -ne $detail -and $detail -notin 'Success', 'Unused', $claimed) { $claimed = "$claimed ($detail)" }
        $ended = "$CmdletName ended with $claimed."
    }
    # Events from 9101 on tell of failures, in a sentence; logs have the whole error.
    $said = @($Evidence['Events'] | Where-Object { $_.Id -ge 9101 } | ForEach-Object { ConvertTo-ToldLine -Text $_.Message })
    $last = @($texts + $said) | Select-Object -Last 1
    if ($last) { $ended += " It says: $last" }
    return $ended
}

function Complete-RegistrationJob {
    param($Cmdlet, $Parameters, [string] $LogPrefix, $Told, [System.DateTime] $Since)
    $name = $Cmdlet.Name
    if ($Told.Formatted.Count -gt 0) {
        $text = ($Told.Formatted | Out-String -Width $listWidth)
        Write-Host -Object $text.Trim()
        $Told.Listed = @($text -split '\r?\n')
    }
    $properties = Get-ToldProperty -Told $Told
    if ($properties.Contains('Result') -and $properties['Result'] -match '^\[OperationStatus\]::(\w+)$') {
        # Versions 1.x print this where they mean the value.
        $properties['Result'] = $Matches[1]
    }
    $evidence = Get-RegistrationEvidence -Cmdlet $Cmdlet -Parameters $Parameters -LogPrefix $LogPrefix -Since $Since
    $verdict = Get-Verdict -CmdletName $name -Told $Told -Properties $properties -Evidence $evidence
    if ($null -eq $verdict) {
        Write-RunStep -Id cmdlet -Status done -Text "$name claims Success"
    } else {
        Write-RunStep -Id cmdlet -Status failed -Text $verdict
    }
    Write-RunStep -Id evidence -Status started -Text 'Read what it left in logs'
    $portal = Get-Given -Source $properties -Name 'AzurePortalResourceURL'
    if ($null -eq $portal) { $portal = Get-Given -Source $properties -Name 'PortalResourceURL' }
    $resource = Get-Given -Source $properties -Name 'AzureResourceId'
    if ($null -eq $resource) { $resource = Get-Given -Source $properties -Name 'ResourceId' }
    Write-RunResult -Data ([pscustomobject] [ordered] @{
            Cmdlet          = $name
            ModuleVersion   = [string] $Cmdlet.Module.Version
            Claimed         = Get-Given -Source $properties -Name 'Result'
            Details         = Get-Given -Source $properties -Name 'Details'
            ErrorDetail     = Get-Given -Source $properties -Name 'ErrorDetail'
            AzureResourceId = $resource
            PortalUrl       = $portal
            Properties      = [pscustomobject] $properties
            HostErrors      = @($Told.Errors)
            Events          = @($evidence['Events'])
            LogFile         = $evidence['LogFile']
            LogErrors       = @($evidence['LogErrors'])
            ArcLog          = $evidence['ArcLog']
        })
    $ids = @($evidence['Events'] | ForEach-Object { $_.Id }) -join ', '
    if (-not $ids) { $ids = 'none' }
    $log = $evidence['LogFile']
    if (-not $log) { $log = 'none' }
    Write-RunStep -Id evidence -Status done -Text "Events: $ids. Log: $log"
    if ($null -ne $verdict) { Stop-Run -Reason failed -Message $verdict }
}

function Invoke-RegistrationJob {
    # The whole job. Wanted is what the cmdlet has to be called with, Useful what it is called with where it has it.
    param([string] $CmdletName, [string] $LogPrefix, $Parameters, $Secrets, $Wanted, $Useful)
    foreach ($pair in @('AccountId', $Wanted), @('ArmAccessToken', $Wanted)) {
        if ($null -eq $pair[1][$pair[0]]) {
            # Without both of them it would wait for somebody to sign in.
            Stop-Run -Reason refused -Message "$CmdletName needs -$($pair[0]), which was not given."
        }
    }
    $credential = Get-JobCredential -Parameters $Parameters -Secrets $Secrets -UserName 'CredentialUser' `
        -SecretName 'CredentialPassword'
    $Wanted['ComputerName'] = Get-Given -Source $Parameters -Name 'ComputerName'
    $Wanted['Credential'] = $credential
    $Useful['Confirm'] = $false
    # So that they arrive here, whatever the preferences of this process are.
    $Useful['WarningAction'] = 'Continue'
    $Useful['InformationAction'] = 'Continue'

    Confirm-Reach -Parameters $Parameters -Credential $credential
    Install-WantedModule -Parameters $Parameters
    Write-RunStep -Id cmdlet -Status started -Text $CmdletName
    $cmdlet = Import-RegistrationCommand -Parameters $Parameters -CmdletName $CmdletName
    $arguments = Get-CmdletArgument -Cmdlet $cmdlet -Wanted $Wanted -Useful $Useful
    $told = @{
        Formatted = New-Object -TypeName System.Collections.ArrayList
        Listed    = @()
        Plain     = @()
        Errors    = @()
        Failure   = $null
        Ended     = $false
    }
    $since = Get-Date
    try {
        Invoke-RegistrationCmdlet -Cmdlet $cmdlet -Arguments $arguments -Told $told
    } finally {
        # Also where the cmdlet ends the script: then this is all that is still run.
        Complete-RegistrationJob -Cmdlet $cmdlet -Parameters $Parameters -LogPrefix $LogPrefix -Told $told -Since $since
    }
}
