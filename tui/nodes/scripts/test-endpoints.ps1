<#
.SYNOPSIS
    Tells which addresses on the internet this node reaches, as the user it runs as.
.DESCRIPTION
    Asks every endpoint at the same time for its start page, with TLS 1.2 or newer, through the proxy that Windows has
    for it: that of the user's internet settings, else that of WinHTTP. Nothing is changed.
.PARAMETER Endpoint
    Names as host or host:port. Port 80 is asked without TLS, every other with it; without a port it is 443. An
    address with a scheme of its own, as in http://host:8080, is taken as it is.
.PARAMETER TimeoutSeconds
    How long to wait for all of them together.
.OUTPUTS
    One object per endpoint, in their order. Reachable is true where anything answered over HTTP, whatever the status.
    Proxy is the address of the proxy that was asked, or null. Error says in words what stood in the way, or is null.
.EXAMPLE
    .\test-endpoints.ps1 -Endpoint login.microsoftonline.com, management.azure.com:443
.NOTES
    Where Windows has both, modules of PowerShell follow the internet settings and the Azure Stack HCI service follows
    WinHTTP.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string[]] $Endpoint,

    [ValidateRange(1, 300)]
    [int] $TimeoutSeconds = 15
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

Add-Type -AssemblyName System.Net.Http
# 5.1 may offer old versions alone, and lets two requests at a time through one proxy.
[System.Net.ServicePointManager]::SecurityProtocol =
    [System.Net.ServicePointManager]::SecurityProtocol -bor [System.Net.SecurityProtocolType]::Tls12
if ([System.Net.ServicePointManager]::DefaultConnectionLimit -lt 64) {
    [System.Net.ServicePointManager]::DefaultConnectionLimit = 64
}
# Looking up names holds a thread each in 5.1; those that wait for a thread would look like lost.
$workers = 0
$ports = 0
[System.Threading.ThreadPool]::GetMinThreads([ref] $workers, [ref] $ports)
if ($workers -lt 64) { [void] [System.Threading.ThreadPool]::SetMinThreads(64, $ports) }

function Get-WinHttpSetting {
    # The proxy of WinHTTP and the hosts that go past it, as `netsh winhttp show proxy` tells in the user's language.
    $key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections'
    $none = @{ Proxy = ''; Bypass = @() }
    try {
        $bytes = @((Get-ItemProperty -LiteralPath $key -Name 'WinHttpSettings' -ErrorAction Stop).WinHttpSettings)
    } catch {
        # It is there only where somebody has set it.
        return $none
    }
    $texts = @()
    # Three numbers, of which the third tells the kind, then the length and the text of proxy and of exceptions.
    if ($bytes.Count -lt 16 -or ($bytes[8] -band 2) -eq 0) { return $none }
    $at = 12
    while ($texts.Count -lt 2 -and $at + 4 -le $bytes.Count) {
        $length = [System.BitConverter]::ToInt32([byte[]] $bytes, $at)
        $at += 4
        if ($length -lt 0 -or $at + $length -gt $bytes.Count) { break }
        $texts += [System.Text.Encoding]::ASCII.GetString([byte[]] $bytes, $at, $length)
        $at += $length
    }
    if ($texts.Count -eq 0) { return $none }
    $bypass = @()
    if ($texts.Count -gt 1) { $bypass = @($texts[1] -split '[;\s]+' | Where-Object { $_ -ne '' }) }
    return @{ Proxy = $texts[0]; Bypass = $bypass }
}

function Get-WinHttpProxy {
    param($Setting, [System.Uri] $Address)
    foreach ($pattern in $Setting.Bypass) {
        if ($pattern -eq '<local>') {
            if (-not $Address.Host.Contains('.')) { return $null }
        } elseif ($Address.Host -like $pattern) {
            return $null
        }
    }
    foreach ($part in @($Setting.Proxy -split '[;\s]+' | Where-Object { $_ -ne '' })) {
        $scheme, $server = $part -split '=', 2
        if ($null -eq $server) {
            $server = $scheme
        } elseif ($scheme -ne $Address.Scheme) {
            continue
        }
        if ($server -notmatch '^\w+://') { $server = "http://$server" }
        return [System.Uri] $server
    }
    return $null
}

function Get-Proxy {
    param($Setting, [System.Uri] $Address)
    $system = [System.Net.WebRequest]::DefaultWebProxy
    if ($null -ne $system -and -not $system.IsBypassed($Address)) {
        $proxy = $system.GetProxy($Address)
        if ($null -ne $proxy -and $proxy -ne $Address) { return $proxy }
    }
    return Get-WinHttpProxy -Setting $Setting -Address $Address
}

function ConvertTo-Address {
    param([string] $Text)
    if ($Text -notmatch '^https?://') {
        $scheme = 'https'
        if ($Text -match ':80$') { $scheme = 'http' }
        $Text = "${scheme}://$Text"
    }
    $address = $Text -as [System.Uri]
    if ($null -eq $address -or -not $address.IsAbsoluteUri -or $address.Host -eq '' -or $address.Host -match '[*\s]') {
        return $null
    }
    return $address
}

function Get-Words {
    # What an error of the network is, in words.
    param([System.Exception] $Failure, [string] $HostName, $Proxy)
    $target = $HostName
    $subject = $HostName
    if ($null -ne $Proxy) {
        $target = "the proxy $($Proxy.Authority)"
        $subject = "The proxy $($Proxy.Authority)"
    }
    $unresolved = "The name of $target was not resolved."
    $late = "$subject did not answer in time."
    $last = $Failure
    for ($cause = $Failure; $null -ne $cause; $cause = $cause.InnerException) {
        $last = $cause
        if ($cause -is [System.Security.Authentication.AuthenticationException]) {
            return "The TLS certificate of $HostName is not trusted: $($cause.Message)"
        }
        if ($cause -is [System.OperationCanceledException]) { return $late }
        if ($cause -is [System.Net.Sockets.SocketException]) {
            switch ([string] $cause.SocketErrorCode) {
                { $_ -in 'HostNotFound', 'NoData', 'TryAgain', 'NoRecovery' } { return $unresolved }
                'ConnectionRefused' { return "$subject refused the connection." }
                'TimedOut' { return $late }
                { $_ -in 'NetworkUnreachable', 'HostUnreachable' } { return "There is no way to $target." }
                'ConnectionReset' { return "The connection to $target was cut." }
            }
        }
        # Of 5.1 alone.
        if ($cause -is [System.Net.WebException]) {
            switch ([string] $cause.Status) {
                { $_ -in 'NameResolutionFailure', 'ProxyNameResolutionFailure' } { return $unresolved }
                'Timeout' { return $late }
                'TrustFailure' { return "The TLS certificate of $HostName is not trusted: $($cause.Message)" }
                'SecureChannelFailure' { return "No secure channel to $HostName could be made: $($cause.Message)" }
                'RequestProhibitedByProxy' { return "$subject does not let the request through: $($cause.Message)" }
            }
        }
    }
    if ($null -ne $Proxy -and $last.Message -match '\b407\b') { return "$subject asks for a sign-in." }
    if ($null -ne $Proxy -and $last.Message -match '\b(403|5\d\d)\b') {
        return "$subject does not let the request through: $($last.Message)"
    }
    return $last.Message
}

function Start-Attempt {
    param([string] $Text, $Setting)
    $attempt = @{ Endpoint = $Text; Address = ConvertTo-Address -Text $Text; Proxy = $null; Task = $null; Client = $null; Error = $null }
    if ($null -eq $attempt.Address) {
        $attempt.Error = "'$Text' is no name of a host; it takes host or host:port."
        return $attempt
    }
    try {
        $attempt.Proxy = Get-Proxy -Setting $Setting -Address $attempt.Address
        $handler = New-Object -TypeName System.Net.Http.HttpClientHandler
        $handler.AllowAutoRedirect = $false
        $handler.UseProxy = $null -ne $attempt.Proxy
        if ($handler.UseProxy) {
            $handler.Proxy = New-Object -TypeName System.Net.WebProxy -ArgumentList $attempt.Proxy
            $handler.Proxy.Credentials = [System.Net.CredentialCache]::DefaultNetworkCredentials
        }
        $attempt.Client = New-Object -TypeName System.Net.Http.HttpClient -ArgumentList $handler
        $attempt.Client.Timeout = [System.TimeSpan]::FromSeconds($TimeoutSeconds)
        $headers = [System.Net.Http.HttpCompletionOption]::ResponseHeadersRead
        $attempt.Task = $attempt.Client.GetAsync($attempt.Address, $headers)
    } catch {
        $attempt.Error = Get-Words -Failure $_.Exception -HostName $attempt.Address.Authority -Proxy $attempt.Proxy
    }
    return $attempt
}

$setting = Get-WinHttpSetting
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$attempts = @($Endpoint | ForEach-Object -Process { Start-Attempt -Text $_ -Setting $setting })
try {
    $tasks = @($attempts | Where-Object { $null -ne $_.Task } | ForEach-Object -Process { $_.Task })
    # In steps, so that the script can be stopped.
    while (@($tasks | Where-Object { -not $_.IsCompleted }).Count -gt 0 -and
        $clock.Elapsed.TotalSeconds -lt $TimeoutSeconds) {
        Start-Sleep -Milliseconds 20
    }
    foreach ($attempt in $attempts) {
        $reachable = $false
        if ($null -ne $attempt.Task) {
            $authority = $attempt.Address.Authority
            $told = @{ HostName = $authority; Proxy = $attempt.Proxy }
            if ([string] $attempt.Task.Status -eq 'RanToCompletion') {
                $reachable = $true
                $attempt.Task.Result.Dispose()
            } elseif ([string] $attempt.Task.Status -eq 'Faulted') {
                $attempt.Error = Get-Words -Failure $attempt.Task.Exception.InnerException @told
            } else {
                $attempt.Error = Get-Words -Failure (New-Object -TypeName System.OperationCanceledException) @told
            }
        }
        $proxy = $null
        if ($null -ne $attempt.Proxy) { $proxy = $attempt.Proxy.AbsoluteUri.TrimEnd('/') }
        [pscustomobject] [ordered] @{
            Endpoint  = $attempt.Endpoint
            Reachable = $reachable
            Proxy     = $proxy
            Error     = $attempt.Error
        }
    }
} finally {
    foreach ($attempt in $attempts) {
        if ($null -ne $attempt.Client) { $attempt.Client.Dispose() }
    }
}
