<#
.SYNOPSIS
    Tells what an installer file on this node is: its hash, who signed it, and which product it installs.
.DESCRIPTION
    Reads the file, its Authenticode signature and, of an MSI file, the properties ProductName and ProductVersion.
    Nothing is installed.
.PARAMETER Path
    The file.
.OUTPUTS
    One object: Path, Length in bytes, Sha256 in lower case, SignatureStatus as Get-AuthenticodeSignature names it,
    Signer (its subject), SignerIsMicrosoft (a valid signature of Microsoft Corporation), ProductName and ProductVersion.
    What cannot be told is null.
.EXAMPLE
    .\test-installer.ps1 -Path C:\ProgramData\azsconfig\files\AzureConnectedMachineAgent.msi
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $Path
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Test-MicrosoftSubject {
    # Whether a certificate names Microsoft Corporation as its organization: one name a line, so that no other name can
    # hold the words.
    param($Certificate)
    $flags = [System.Security.Cryptography.X509Certificates.X500DistinguishedNameFlags]::UseNewLines
    return @($Certificate.SubjectName.Decode($flags) -split '\r?\n') -ccontains 'O=Microsoft Corporation'
}

function Invoke-InstallerMember {
    # Calls a member of an object of the Windows Installer, which PowerShell cannot call by its name.
    param($InputObject, [string] $Name, [object[]] $ArgumentList = @())
    $kind = [System.Reflection.BindingFlags] 'InvokeMethod, GetProperty'
    return , $InputObject.GetType().InvokeMember($Name, $kind, $null, $InputObject, $ArgumentList)
}

function Read-InstallerProperty {
    # A property of an MSI file, null where there is none of that name.
    param($Database, [string] $Name)
    $query = "SELECT ``Value`` FROM ``Property`` WHERE ``Property`` = '$Name'"
    $view = Invoke-InstallerMember -InputObject $Database -Name OpenView -ArgumentList $query
    $null = Invoke-InstallerMember -InputObject $view -Name Execute
    $record = Invoke-InstallerMember -InputObject $view -Name Fetch
    $value = $null
    if ($null -ne $record) { $value = [string] (Invoke-InstallerMember -InputObject $record -Name StringData -ArgumentList 1) }
    $null = Invoke-InstallerMember -InputObject $view -Name Close
    return $value
}

function Get-Product {
    # Name and version of the product, both null for what is no MSI file.
    param([string] $Path)
    $product = @{ Name = $null; Version = $null }
    try {
        $installer = New-Object -ComObject WindowsInstaller.Installer
        # 0: read only.
        $database = Invoke-InstallerMember -InputObject $installer -Name OpenDatabase -ArgumentList $Path, 0
        $product.Name = Read-InstallerProperty -Database $database -Name 'ProductName'
        $product.Version = Read-InstallerProperty -Database $database -Name 'ProductVersion'
    } catch {
        Write-Warning "The product of $Path cannot be read: $($_.Exception.GetBaseException().Message)"
    } finally {
        # As long as the database is held, nobody else may be able to open the file.
        $database = $null
        [System.GC]::Collect()
        [System.GC]::WaitForPendingFinalizers()
    }
    return $product
}

if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) {
    $exception = New-Object -TypeName System.IO.FileNotFoundException -ArgumentList "There is no file $Path on this node."
    throw (New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, 'FileMissing', 'ObjectNotFound', $Path)
}
$file = Get-Item -LiteralPath $Path -Force
$signature = Get-AuthenticodeSignature -LiteralPath $Path
$certificate = $signature.SignerCertificate
$product = Get-Product -Path $file.FullName
[pscustomobject] [ordered] @{
    Path              = $file.FullName
    Length            = $file.Length
    Sha256            = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
    SignatureStatus   = [string] $signature.Status
    Signer            = if ($null -eq $certificate) { $null } else { [string] $certificate.Subject }
    SignerIsMicrosoft = $null -ne $certificate -and [string] $signature.Status -eq 'Valid' -and (Test-MicrosoftSubject -Certificate $certificate)
    ProductName       = $product.Name
    ProductVersion    = $product.Version
}
