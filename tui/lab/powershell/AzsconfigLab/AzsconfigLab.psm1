<#
.SYNOPSIS
    Answers like Windows and Microsoft's modules on a node of Azure Stack HCI, out of the state of the azsconfig lab.
.DESCRIPTION
    AZSCONFIG_LAB_STATE names the document of one node; every call reads it again. What the real commands give as
    enumerations, dates, numbers or dictionaries is given so here, and what they fail with has the same error id, so
    that azsconfig's own scripts run unchanged. What a node of that build lacks fails as a command that does not exist.
.NOTES
    Only the properties and parameters that azsconfig uses are there.
#>

Set-StrictMode -Version 2

enum LabClusterStatus { NotYet = 0; Clustered = 1; OutOfPolicy = 2 }
enum LabRegistrationStatus { Registered = 0; NotYet = 1; OutOfPolicy = 2 }
enum LabConnectionStatus { NotYet = 0; Connected = 1; Disconnected = 2; OutOfPolicy = 3; RepairRegistrationRequired = 4 }
enum LabAttestation { Disabled = 0; Enabled = 1 }
enum LabDiagnosticLevel { Off = 0; Basic = 1; Enhanced = 2 }
enum LabArcStatus { Unknown = 0; Enabled = 1; Disabled = 2; DisableInProgress = 3 }
enum LabClusterNodeState { Up = 0; Down = 1; Paused = 2; Joining = 3 }
enum LabServiceStatus {
    Stopped = 1; StartPending = 2; StopPending = 3; Running = 4; ContinuePending = 5; PausePending = 6; Paused = 7
}
enum LabStartType { Boot = 0; System = 1; Automatic = 2; Manual = 3; Disabled = 4 }

#region The document

function Read-Document {
    # As text, so that nothing turns what looks like a time into one; 5.1 never does.
    $options = @{}
    $convert = Get-Command -Name ConvertFrom-Json
    if ($convert.Parameters.ContainsKey('DateKind')) { $options['DateKind'] = 'String' }
    $text = [System.IO.File]::ReadAllText($env:AZSCONFIG_LAB_STATE)
    return ConvertFrom-Json -InputObject $text @options
}

function Get-Value {
    # The value of a property, or null where there is none.
    param($InputObject, [string] $Name)
    if ($null -eq $InputObject) { return $null }
    $property = $InputObject.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return $property.Value
}

function Test-Value {
    param($InputObject, [string] $Name)
    return $null -ne $InputObject -and $null -ne $InputObject.PSObject.Properties[$Name]
}

function Read-Fact {
    # What the named script shall give. The command that a script calls first also waits the script's delay.
    param([string] $Name, [switch] $First)
    $document = Read-Document
    if ($First) {
        $seconds = Get-Value -InputObject (Get-Value -InputObject $document -Name 'delays') -Name $Name
        if ($seconds) { Start-Sleep -Milliseconds ([int] (1000 * $seconds)) }
    }
    return Get-Value -InputObject (Get-Value -InputObject $document -Name 'facts') -Name $Name
}

function Get-LabNow {
    # The node's clock, UTC: simulated time goes on from where it was when the document was written.
    $document = Read-Document
    $now = [System.DateTime]::UtcNow
    $simulated = ConvertTo-Time -Text (Get-Value -InputObject $document -Name 'now')
    $written = ConvertTo-Time -Text (Get-Value -InputObject $document -Name 'written')
    if ($null -ne $simulated -and $null -ne $written) {
        # In UTC: local times on both sides of a change of the clocks are an hour off.
        $now = $now + ($simulated.ToUniversalTime() - $written.ToUniversalTime())
    }
    $skew = Get-Value -InputObject $document -Name 'clock_offset_seconds'
    if ($null -ne $skew) { $now = $now.AddSeconds([double] $skew) }
    return $now
}

#endregion
#region Microsoft's shapes

function ConvertTo-Time {
    # A local time, as most of Microsoft's commands give.
    param($Text)
    if ([string] $Text -eq '') { return $null }
    if ($Text -is [System.DateTime]) { return $Text.ToLocalTime() }
    $styles = [System.Globalization.DateTimeStyles]::AssumeUniversal
    return [System.DateTime]::Parse([string] $Text, [System.Globalization.CultureInfo]::InvariantCulture, $styles)
}

function ConvertTo-Enum {
    # A member of the enumeration, or the text itself where a newer build has a name that is not listed.
    param([type] $Type, $Text)
    if ([string] $Text -eq '') { return $null }
    if ([System.Enum]::GetNames($Type) -ccontains [string] $Text) { return [System.Enum]::Parse($Type, [string] $Text) }
    return [string] $Text
}

function New-Failure {
    param([System.Exception] $Exception, [string] $Id, [string] $Category, $Target)
    return New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList @(
        $Exception, $Id, ([System.Management.Automation.ErrorCategory] $Category), $Target
    )
}

function New-Absence {
    # The error that PowerShell gives for a command that does not exist.
    param([string] $Command)
    $type = 'System.Management.Automation.CommandNotFoundException'
    $text = "The term '$Command' is not recognized as the name of a cmdlet, function, script file, or operable program."
    $exception = New-Object -TypeName $type -ArgumentList $text
    $exception.CommandName = $Command
    return $exception
}

function New-CimFailure {
    param([string] $Text, [string] $Code)
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Text
    return New-Failure -Exception $exception -Id "HRESULT $Code" -Category 'ObjectNotFound' -Target $null
}

#endregion
#region Files: the agent's program and its extensions

function Update-LabFile {
    # Files follow the document: laid out again when somebody looks, because a program asked by its path cannot be
    # a function. Several runs may look at once, so each step only makes what is missing or removes what is too much.
    if (-not $env:AZSCONFIG_LAB_FOLDER) { return }
    $document = Read-Document
    $folder = [System.IO.Path]::Combine($env:AZSCONFIG_LAB_FOLDER, 'Program Files', 'AzureConnectedMachineAgent')
    $program = [System.IO.Path]::Combine($folder, 'azcmagent.exe')
    if ($null -eq (Get-Value -InputObject $document -Name 'azcmagent')) {
        [System.IO.File]::Delete($program)
        return
    }
    if (-not [System.IO.File]::Exists($program)) {
        $source = [System.IO.Path]::Combine($env:AZSCONFIG_LAB_FOLDER, 'azcmagent')
        try {
            [void] [System.IO.File]::CreateSymbolicLink($program, $source)
        } catch {
            if (-not [System.IO.File]::Exists($program)) { throw }
        }
    }
    Update-LabExtension -Document $document
}

function Update-LabExtension {
    param($Document)
    $root = [System.IO.Path]::Combine($env:AZSCONFIG_LAB_FOLDER, 'SystemDrive', 'Packages', 'Plugins')
    $facts = Get-Value -InputObject $Document -Name 'facts'
    $agent = Get-Value -InputObject $facts -Name 'get-connected-machine-agent'
    $kept = @()
    foreach ($extension in @(Get-Value -InputObject $agent -Name 'Extensions')) {
        if ($null -eq $extension) { continue }
        $folder = [System.IO.Path]::Combine($root, $extension.Name, $extension.Version)
        $kept += $folder
        $status = [System.IO.Path]::Combine($folder, 'Status')
        [void] [System.IO.Directory]::CreateDirectory($status)
        $file = [System.IO.Path]::Combine($status, '0.status')
        if ($null -eq $extension.State) {
            [System.IO.File]::Delete($file)
            continue
        }
        $entry = @{ version = '1.0'; status = @{ name = $extension.Name; operation = 'Enable'; status = $extension.State } }
        $text = ConvertTo-Json -InputObject @($entry) -Depth 4
        [System.IO.File]::WriteAllText($file, $text)
    }
    foreach ($extension in [System.IO.Directory]::GetDirectories($root)) {
        foreach ($version in [System.IO.Directory]::GetDirectories($extension)) {
            if ($kept -notcontains $version) { Remove-Item -LiteralPath $version -Recurse -Force -ErrorAction SilentlyContinue }
        }
    }
}

function Test-Path {
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    param(
        [Parameter(ParameterSetName = 'Path', Position = 0, Mandatory = $true, ValueFromPipeline = $true)]
        [AllowEmptyString()] [AllowNull()] [AllowEmptyCollection()] [string[]] $Path,
        [Parameter(ParameterSetName = 'Literal', Mandatory = $true)] [Alias('PSPath')]
        [AllowEmptyString()] [AllowNull()] [AllowEmptyCollection()] [string[]] $LiteralPath,
        [string] $PathType,
        [string] $Filter,
        [switch] $IsValid
    )
    process {
        Update-LabFile
        Microsoft.PowerShell.Management\Test-Path @PSBoundParameters
    }
}

#endregion
#region Module AzureStackHCI

function Get-AzureStackHCI {
    [CmdletBinding()]
    param()
    $fact = Read-Fact -Name 'get-registration' -First
    if (-not $fact.Available) { throw (New-Absence -Command 'Get-AzureStackHCI') }
    $enumerations = @{
        ClusterStatus      = [LabClusterStatus]
        RegistrationStatus = [LabRegistrationStatus]
        ConnectionStatus   = [LabConnectionStatus]
        IMDSAttestation    = [LabAttestation]
        DiagnosticLevel    = [LabDiagnosticLevel]
    }
    $answer = [ordered] @{}
    foreach ($property in $fact.PSObject.Properties) {
        $name = $property.Name
        if ($name -eq 'Available' -or $name -eq 'WindowsServerSubscription') { continue }
        if ($enumerations.ContainsKey($name)) {
            $answer[$name] = ConvertTo-Enum -Type $enumerations[$name] -Text $property.Value
        } elseif ($name -in @('RegistrationDate', 'LastConnected', 'NextSync')) {
            $answer[$name] = ConvertTo-Time -Text $property.Value
        } else {
            $answer[$name] = $property.Value
        }
    }
    [pscustomobject] $answer
}

function Get-AzureStackHCISubscriptionStatus {
    [CmdletBinding()]
    param()
    $fact = Read-Fact -Name 'get-registration'
    if (-not (Test-Value -InputObject $fact -Name 'WindowsServerSubscription')) {
        throw (New-Absence -Command 'Get-AzureStackHCISubscriptionStatus')
    }
    [pscustomobject] @{ SubscriptionName = 'Azure Stack HCI'; Status = 'Active' }
    if ($null -ne $fact.WindowsServerSubscription) {
        [pscustomobject] @{ SubscriptionName = 'Windows Server subscription'; Status = $fact.WindowsServerSubscription }
    }
}

function Get-AzureStackHCIArcIntegration {
    [CmdletBinding()]
    param()
    $fact = Read-Fact -Name 'get-arc-integration' -First
    if (-not $fact.Available) { throw (New-Absence -Command 'Get-AzureStackHCIArcIntegration') }
    $nodes = New-Object -TypeName 'System.Collections.Generic.Dictionary[string,object]'
    $states = Get-Value -InputObject $fact -Name 'NodesArcStatus'
    if ($null -ne $states) {
        foreach ($node in $states.PSObject.Properties) {
            $nodes[$node.Name] = ConvertTo-Enum -Type ([LabArcStatus]) -Text $node.Value
        }
    }
    [pscustomobject] @{
        ApplicationId    = Get-Value -InputObject $fact -Name 'ApplicationId'
        ClusterArcStatus = ConvertTo-Enum -Type ([LabArcStatus]) -Text (Get-Value -InputObject $fact -Name 'ClusterArcStatus')
        NodesArcStatus   = $nodes
    }
}

#endregion
#region Windows

function Get-Date {
    # Asked anything but the present time, the clock of the lab has no say.
    if ($args.Count -gt 0) { Microsoft.PowerShell.Utility\Get-Date @args } else { (Get-LabNow).ToLocalTime() }
}

function whoami.exe {
    $elevated = Get-Value -InputObject (Read-Fact -Name 'get-system') -Name 'Elevated'
    '"BUILTIN\Administrators","Alias","S-1-5-32-544","Mandatory group, Enabled by default, Enabled group, Group owner"'
    if ($null -eq $elevated) { return }
    if ($elevated) {
        '"Mandatory Label\High Mandatory Level","Label","S-1-16-12288",""'
    } else {
        '"Mandatory Label\Medium Mandatory Level","Label","S-1-16-8192",""'
    }
}

function Get-ItemProperty {
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    param(
        [Parameter(ParameterSetName = 'Path', Position = 0, Mandatory = $true, ValueFromPipelineByPropertyName = $true)]
        [string[]] $Path,
        [Parameter(ParameterSetName = 'Literal', Mandatory = $true)] [Alias('PSPath')] [string[]] $LiteralPath,
        [Parameter(Position = 1)] [string[]] $Name
    )
    process {
        $asked = @($Path) + @($LiteralPath)
        if (-not ($asked -like '*\Microsoft\Windows NT\CurrentVersion')) {
            Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters
            return
        }
        $fact = Read-Fact -Name 'get-system' -First
        $answer = [ordered] @{}
        $values = @{
            ProductName = 'ProductName'; InstallationType = 'InstallationType'; DisplayVersion = 'DisplayVersion'
            CurrentBuildNumber = 'Build'; UBR = 'Revision'
        }
        foreach ($value in $values.Keys) {
            $known = Get-Value -InputObject $fact -Name $values[$value]
            if ($null -eq $known) { continue }
            if ($value -eq 'CurrentBuildNumber') { $known = [string] $known }
            $answer[$value] = $known
        }
        [pscustomobject] $answer
    }
}

function Get-CimInstance {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, Mandatory = $true)] [string] $ClassName,
        [string] $Namespace = 'root\cimv2'
    )
    $system = Read-Fact -Name 'get-system'
    $firmware = Read-Fact -Name 'get-firmware'
    $missing = $null
    switch ($ClassName) {
        'Win32_OperatingSystem' {
            [pscustomobject] @{
                Caption        = "Microsoft $($system.ProductName)"
                BuildNumber    = [string] (Get-Value -InputObject $system -Name 'Build')
                CSName         = $system.ComputerName
                LocalDateTime  = Get-LabNow
                InstallDate    = ConvertTo-Time -Text (Get-Value -InputObject $system -Name 'InstallDate')
                LastBootUpTime = ConvertTo-Time -Text (Get-Value -InputObject $system -Name 'BootTime')
            }
        }
        'Win32_ComputerSystem' {
            [pscustomobject] @{
                Name         = $system.ComputerName
                Domain       = Get-Value -InputObject $system -Name 'Domain'
                PartOfDomain = Get-Value -InputObject $system -Name 'PartOfDomain'
                Manufacturer = Get-Value -InputObject $firmware -Name 'Manufacturer'
                Model        = Get-Value -InputObject $firmware -Name 'Model'
            }
        }
        'Win32_BIOS' {
            [pscustomobject] @{
                Manufacturer      = Get-Value -InputObject $firmware -Name 'BiosVendor'
                SMBIOSBIOSVersion = Get-Value -InputObject $firmware -Name 'BiosVersion'
                ReleaseDate       = ConvertTo-Time -Text (Get-Value -InputObject $firmware -Name 'BiosDate')
            }
        }
        'Win32_DeviceGuard' {
            $vbs = Get-Value -InputObject $firmware -Name 'Vbs'
            if ($null -eq $vbs) { $missing = 'Invalid class'; break }
            $number = [array]::IndexOf(@('Off', 'Configured', 'Running'), $vbs)
            [pscustomobject] @{ VirtualizationBasedSecurityStatus = [uint32] $number }
        }
        'Win32_Tpm' {
            if ($null -eq (Get-Value -InputObject $firmware -Name 'TpmPresent')) { $missing = 'Invalid namespace'; break }
            $version = Get-Value -InputObject $firmware -Name 'TpmVersion'
            if ($null -ne $version) { [pscustomobject] @{ SpecVersion = "$version, 0, 1.38" } }
        }
        default { $missing = 'Invalid class' }
    }
    if ($missing -eq 'Invalid class') {
        $PSCmdlet.WriteError((New-CimFailure -Text 'Invalid class ' -Code '0x80041010'))
    } elseif ($null -ne $missing) {
        $PSCmdlet.WriteError((New-CimFailure -Text 'Invalid namespace ' -Code '0x8004100e'))
    }
}

function Confirm-SecureBootUEFI {
    [CmdletBinding()]
    param()
    $state = Get-Value -InputObject (Read-Fact -Name 'get-firmware' -First) -Name 'SecureBoot'
    if ($null -ne $state) { return $state }
    $text = 'Cmdlet not supported on this platform: 0xC0000002'
    $exception = New-Object -TypeName System.PlatformNotSupportedException -ArgumentList $text
    $failure = New-Failure -Exception $exception -Id 'GetFWVarFailed' -Category 'NotImplemented' -Target $null
    $PSCmdlet.ThrowTerminatingError($failure)
}

function Get-Tpm {
    [CmdletBinding()]
    param()
    $fact = Read-Fact -Name 'get-firmware'
    $present = Get-Value -InputObject $fact -Name 'TpmPresent'
    if ($null -eq $present) { throw (New-Absence -Command 'Get-Tpm') }
    [pscustomobject] @{ TpmPresent = $present; TpmReady = Get-Value -InputObject $fact -Name 'TpmReady' }
}

function Get-Module {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true)] [string[]] $Name,
        [switch] $ListAvailable,
        [switch] $All,
        [switch] $Refresh
    )
    process {
        $asked = @($Name | Where-Object { $_ -like 'Az.*' })
        if (-not $ListAvailable -or $asked.Count -eq 0) {
            Microsoft.PowerShell.Core\Get-Module @PSBoundParameters
            return
        }
        foreach ($module in @(Read-Fact -Name 'get-modules' -First)) {
            if ($asked -notcontains $module.Name -or $null -eq $module.Version) { continue }
            [pscustomobject] @{ Name = $module.Name; Version = [version] $module.Version; ModuleType = 'Script' }
        }
    }
}

function Get-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory = $true)] [string[]] $Name)
    $services = @(Read-Fact -Name 'get-services' -First:($Name -contains 'hcisvc'))
    $clustered = Get-Value -InputObject (Read-Fact -Name 'get-cluster') -Name 'Clustered'
    $status = 'Stopped'
    if ($clustered) { $status = 'Running' }
    $services += [pscustomobject] @{
        Name = 'ClusSvc'; Present = $true; DisplayName = 'Cluster Service'; Status = $status; StartType = 'Automatic'
    }
    foreach ($asked in $Name) {
        $found = @($services | Where-Object { $_.Name -eq $asked -and $_.Present })
        foreach ($service in $found) {
            [pscustomobject] @{
                Name        = $service.Name
                DisplayName = $service.DisplayName
                Status      = ConvertTo-Enum -Type ([LabServiceStatus]) -Text $service.Status
                StartType   = ConvertTo-Enum -Type ([LabStartType]) -Text $service.StartType
            }
        }
        if ($found.Count -eq 0) {
            $text = "Cannot find any service with service name '$asked'."
            $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $text
            $id = 'NoServiceFoundForGivenName'
            $PSCmdlet.WriteError((New-Failure -Exception $exception -Id $id -Category 'ObjectNotFound' -Target $asked))
        }
    }
}

function Get-WinEvent {
    [CmdletBinding(DefaultParameterSetName = 'Log')]
    param(
        [Parameter(ParameterSetName = 'Log', Position = 0, Mandatory = $true)] [string] $LogName,
        [Parameter(ParameterSetName = 'Hash', Mandatory = $true)] [hashtable] $FilterHashtable,
        [long] $MaxEvents = [long]::MaxValue
    )
    if ($PSCmdlet.ParameterSetName -eq 'Log') { $FilterHashtable = @{ LogName = $LogName } }
    $numbers = @{ Critical = 1; Error = 2; Warning = 3; Information = 4; Verbose = 5 }
    $after = [System.DateTime]::MinValue
    if ($FilterHashtable.ContainsKey('StartTime')) { $after = $FilterHashtable['StartTime'].ToUniversalTime() }
    $found = @()
    foreach ($entry in @(Read-Fact -Name 'get-events' -First)) {
        if ($null -eq $entry -or $found.Count -ge $MaxEvents) { continue }
        $time = ConvertTo-Time -Text $entry.Time
        if ($time.ToUniversalTime() -lt $after) { continue }
        $found += [pscustomobject] @{
            Id               = [int] $entry.EventId
            Level            = [byte] $numbers[$entry.Level]
            LevelDisplayName = $entry.Level
            TimeCreated      = $time
            Message          = $entry.Message
            RecordId         = Get-Value -InputObject $entry -Name 'RecordId'
            ProviderName     = 'Microsoft-AzureStack-HCI'
            LogName          = $FilterHashtable['LogName']
        }
    }
    if ($found.Count -eq 0) {
        $text = 'No events were found that match the specified selection criteria.'
        $exception = New-Object -TypeName System.Exception -ArgumentList $text
        $PSCmdlet.WriteError((New-Failure -Exception $exception -Id 'NoMatchingEventsFound' -Category 'ObjectNotFound' -Target $null))
    }
    $found
}

#endregion
#region Failover cluster

function Get-Cluster {
    [CmdletBinding()]
    param()
    $fact = Read-Fact -Name 'get-cluster' -First
    if (-not $fact.Clustered) {
        $text = 'The cluster service is not running. Make sure that the service is running on all nodes in the cluster.'
        $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $text
        $PSCmdlet.WriteError((New-Failure -Exception $exception -Id 'Get-Cluster' -Category 'NotSpecified' -Target $null))
        return
    }
    [pscustomobject] @{
        Name                   = $fact.Name
        Domain                 = $fact.DnsSuffix
        ClusterFunctionalLevel = $fact.FunctionalLevel
        ClusterUpgradeVersion  = $fact.UpgradeVersion
    }
}

function Get-ClusterNode {
    [CmdletBinding()]
    param()
    foreach ($node in @((Read-Fact -Name 'get-cluster').Nodes)) {
        $state = ConvertTo-Enum -Type ([LabClusterNodeState]) -Text $node.State
        [pscustomobject] @{ Name = $node.Name; State = $state }
    }
}

function Get-ClusterResource {
    [CmdletBinding()]
    param()
    $types = [ordered] @{ 'Cluster IP Address' = 'IP Address'; 'Cluster Name' = 'Network Name' }
    foreach ($name in $types.Keys) {
        [pscustomobject] @{ Name = $name; State = 'Online'; OwnerGroup = 'Cluster Group'; ResourceType = $types[$name] }
    }
}

function Get-ClusterParameter {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, ValueFromPipeline = $true)] $InputObject,
        [Parameter(Position = 0, Mandatory = $true)] [string] $Name
    )
    process {
        if ($InputObject.Name -ne 'Cluster Name' -or $Name -ne 'DnsSuffix') { return }
        $fact = Read-Fact -Name 'get-cluster'
        [pscustomobject] @{ Object = $InputObject.Name; Name = $Name; Value = $fact.DnsSuffix; Type = 'String' }
    }
}

#endregion

Export-ModuleMember -Function @(
    'Confirm-SecureBootUEFI', 'Get-AzureStackHCI', 'Get-AzureStackHCIArcIntegration', 'Get-AzureStackHCISubscriptionStatus',
    'Get-CimInstance', 'Get-Cluster', 'Get-ClusterNode', 'Get-ClusterParameter', 'Get-ClusterResource', 'Get-Date',
    'Get-ItemProperty', 'Get-Module', 'Get-Service', 'Get-Tpm', 'Get-WinEvent', 'Test-Path', 'whoami.exe'
)
