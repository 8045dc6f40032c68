<#
.SYNOPSIS
    Sees that the folder of runs is nobody's but the administrators': functions alone.
.DESCRIPTION
    Everybody may make folders in %ProgramData%, and what they inherit there lets everybody add to them. Scripts that a
    task runs as SYSTEM must not lie where somebody else can write. A folder that is not as it should be is refused, not
    repaired: what is in it may be somebody's.
#>

$runRootSddl = 'O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
$runTrusted = @('SY', 'BA', 'S-1-5-18', 'S-1-5-32-544')
$runReadOnly = @('FR', 'FX', 'GR', 'GX', 'RC')
# Add, append, delete, change attributes, permissions or owner; generic write and all.
$runWriteBits = 0x500D0156

function Test-RunAccess {
    # Whether an entry of an access list lets somebody write that should not.
    param([string] $Entry)
    $parts = $Entry.Trim('(', ')').Split(';')
    $type, $flags, $rights, $who = $parts[0], $parts[1], $parts[2], $parts[5]
    if ($type -notlike '*A' -or $runTrusted -contains $who) { return $false }
    # Whoever makes something in it: nobody else can.
    if ($who -in 'CO', 'S-1-3-0' -and $flags -match 'IO') { return $false }
    if ($rights -match '^0x[0-9a-f]+$') { return ([System.Convert]::ToInt64($rights, 16) -band $runWriteBits) -ne 0 }
    foreach ($right in @($rights -split '(..)' | Where-Object -FilterScript { $_ })) {
        if ($runReadOnly -notcontains $right) { return $true }
    }
    return $false
}

function Get-RunRootFlaw {
    # What is wrong with a folder, null for nothing.
    param([string] $Path)
    $item = Get-Item -LiteralPath $Path -Force
    if (($item.Attributes -band [System.IO.FileAttributes]::ReparsePoint) -ne 0) { return 'it leads elsewhere (a reparse point)' }
    if ($item -isnot [System.IO.DirectoryInfo]) { return 'it is no folder' }
    $sddl = [string] (Get-Acl -LiteralPath $Path).Sddl
    $sid = '(?:S-1-[0-9-]+|[A-Z]{2})'
    if ($sddl -cnotmatch "^O:(?<owner>$sid)(?:G:$sid)?D:(?<flags>[A-Z]*)(?<entries>(?:\([^()]*\))+)(?:S:.*)?$") {
        return "its access list is not understood: $sddl"
    }
    if ($runTrusted -cnotcontains $Matches['owner']) { return "it belongs to $($Matches['owner'])" }
    foreach ($entry in [regex]::Matches($Matches['entries'], '\([^()]*\)')) {
        if (Test-RunAccess -Entry $entry.Value) { return "others may write there: $($entry.Value)" }
    }
    return $null
}

function Confirm-RunRoot {
    # Makes the folder where there is none, and refuses one that is not safe.
    $root = Get-RunRoot
    if (-not (Test-Path -LiteralPath $root)) {
        if (Test-RunWindows) {
            $security = New-Object -TypeName System.Security.AccessControl.DirectorySecurity
            $security.SetSecurityDescriptorSddlForm($runRootSddl)
            # .NET Framework has it on one class, .NET on another.
            if ($PSVersionTable.PSVersion.Major -ge 6) {
                $null = [System.IO.FileSystemAclExtensions]::CreateDirectory($security, $root)
            } else {
                $null = [System.IO.Directory]::CreateDirectory($root, $security)
            }
        } else {
            $null = [System.IO.Directory]::CreateDirectory($root)
        }
    }
    # Also where it was just made: somebody may have been quicker.
    $flaw = Get-RunRootFlaw -Path $root
    if ($flaw) {
        throw (New-RunFault -Id 'AzsconfigRunFolderUnsafe' -Category SecurityError `
                -Message "The folder $root is not safe: $flaw. It has to belong to Administrators or SYSTEM, who alone may write there.")
    }
}
