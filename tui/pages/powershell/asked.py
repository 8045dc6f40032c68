"""What an expert asks of a node, by subject; each reads what a fact script of azsconfig reads, and changes nothing."""

from tui.nodes.quoting import quoted
from tui.pages.powershell.command import Command

AGENT = r'& "$env:ProgramFiles\AzureConnectedMachineAgent\azcmagent.exe"'
SERVICES = "'hcisvc', 'himds', 'GCArcService', 'ExtensionService', 'arcproxy'"
MODULES = "'Az.StackHCI', 'Az.Accounts', 'Az.Resources'"
CHANNEL = "Microsoft-AzureStack-HCI/Admin"
CURRENT_VERSION = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion"

REGISTRATION = Command("How each node is registered with Azure.", "Get-AzureStackHCI")
SUBSCRIPTION = Command("Windows Server subscription; 21H2 and later.", "Get-AzureStackHCISubscriptionStatus")
INTEGRATION = Command("Azure Arc integration of the cluster; 21H2 and later.", "Get-AzureStackHCIArcIntegration")
MEMBERSHIP = Command("How the cluster sees its nodes.", "Get-ClusterNode |\n    Select-Object Name, State")
AGENTS = Command(
    "Status, version and last heartbeat of the connected machine agent.",
    f"{AGENT} show -j |\n    ConvertFrom-Json |\n"
    "    Select-Object resourceName, status, agentVersion, lastHeartbeat, agentErrorDetails",
)
AGENT_IN_FULL = Command("All that the connected machine agent tells.", f"{AGENT} show")
AGENT_SERVICES = Command(
    "Services of the registration and of the agent.",
    f"Get-Service {SERVICES} -ErrorAction SilentlyContinue |\n    Select-Object Name, Status, StartType",
)
EXTENSIONS = Command(
    "Extensions that are installed, by their folders.",
    'Get-Item "$env:SystemDrive\\Packages\\Plugins\\*\\*" |\n    Select-Object FullName, LastWriteTime',
)
RELEASE = Command(
    "Release and build of the operating system.",
    f"Get-ItemProperty {quoted(CURRENT_VERSION)} |\n"
    "    Select-Object ProductName, DisplayVersion, CurrentBuildNumber, UBR",
)
CLOCK = Command(
    "Clock and last boot.",
    "Get-CimInstance Win32_OperatingSystem |\n    Select-Object CSName, LocalDateTime, LastBootUpTime",
)
FIRMWARE = Command(
    "Firmware.", "Get-CimInstance Win32_BIOS |\n    Select-Object Manufacturer, SMBIOSBIOSVersion, ReleaseDate"
)
SECURITY = Command("Secure boot and TPM.", "Confirm-SecureBootUEFI\nGet-Tpm |\n    Select-Object TpmPresent, TpmReady")
MODULE_VERSIONS = Command(
    "PowerShell modules that register.",
    f"Get-Module -ListAvailable {MODULES} |\n    Select-Object Name, Version",
)
EVENTS = Command(
    "The latest events of Azure Stack HCI.",
    f"Get-WinEvent -LogName {quoted(CHANNEL)} -MaxEvents 50 |\n"
    "    Select-Object TimeCreated, Id, LevelDisplayName, Message",
)

OFFERED = Command(
    "What Windows Update offers each node; the search may take minutes.",
    "(New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher().Search('IsInstalled=0').Updates |\n"
    "    Select-Object Title, MsrcSeverity, IsDownloaded, MaxDownloadSize",
)
UPDATE_HISTORY = Command(
    "The latest installations.",
    "(New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher().QueryHistory(0, 20) |\n"
    "    Select-Object Date, Title, ResultCode, HResult",
)
UPDATE_SERVICES = Command(
    "The services that updates come by; Microsoft Update is among them where a node is opted in.",
    "(New-Object -ComObject Microsoft.Update.ServiceManager).Services |\n"
    "    Select-Object Name, ServiceID, IsDefaultAUService, IsRegisteredWithAU",
)

STATUS = (REGISTRATION, SUBSCRIPTION, INTEGRATION, MEMBERSHIP, AGENTS, RELEASE, CLOCK, FIRMWARE, SECURITY)
ASKED: dict[str, tuple[Command, ...]] = {
    "menu": (REGISTRATION, INTEGRATION, AGENTS),
    "status": STATUS,
    "node": (*STATUS, AGENT_SERVICES, MODULE_VERSIONS, EVENTS),
    "arc": (AGENTS, AGENT_SERVICES, EXTENSIONS, INTEGRATION),
    "arc-node": (AGENT_IN_FULL, AGENT_SERVICES, EXTENSIONS, INTEGRATION),
    "runs": (EVENTS,),
    "updates": (OFFERED, UPDATE_HISTORY, UPDATE_SERVICES, MEMBERSHIP),
    "agent": (AGENTS, AGENT_SERVICES, OFFERED),
}
"""By page: what to ask each node to see what the page shows."""
