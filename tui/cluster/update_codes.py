"""The codes that searching, downloading and installing updates ends with, each with its cause and its remedy.

Names are those of the Windows SDK (`wuerror.h`, `winerror.h`). Codes of Windows itself (facility 7) and of its
servicing (`0x800F....`) come through the Windows Update Agent as they are; meanings are how they appear in it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UpdateCode:
    """One code in words."""

    number: int
    """The HRESULT, unsigned."""
    name: str | None
    """Its name in the SDK, where it has one."""
    meaning: str
    """What it says, one line."""
    remedy: str
    """What to do about it; empty where nothing is to do."""

    @property
    def succeeded(self) -> bool:
        """Whether it is a success."""
        return self.number < 0x80000000

    @property
    def text(self) -> str:
        """The code as Microsoft's documents spell it, with its name: `0x80240017 WU_E_NOT_APPLICABLE`."""
        return f"0x{self.number:08X}{' ' + self.name if self.name else ''}"


_NETWORK = (
    "Check the node's way to Windows Update: DNS, firewall on 443, and its proxy (netsh winhttp show proxy). With "
    "WSUS, that server."
)
_STORE = (
    "Mend the component store: DISM /Online /Cleanup-Image /RestoreHealth, restart the node, install again. Where it "
    "cannot be mended, %windir%\\Logs\\CBS\\CBS.log names the damaged package."
)
_AGAIN = "Wait until it is over, then install again."
_WSUS_OR_PROXY = "Look at the proxy's log or the WSUS server's: it refused what the node asked for."
_BUSY = "Wait a quarter of an hour, then search again. With WSUS, look at that server's load."
_LOGON = (
    "Run it from a scheduled task as SYSTEM, as azsconfig does: the Windows Update Agent downloads and installs "
    "nothing in a network logon. If it was run so, check that PowerShell is elevated."
)

_ALL = (
    UpdateCode(0x00000000, "S_OK", "it succeeded", ""),
    UpdateCode(
        0x00240005,
        "WU_S_REBOOT_REQUIRED",
        "installed; a restart finishes it",
        "Restart the node: 6) Install updates drains it first.",
    ),
    UpdateCode(0x00240006, "WU_S_ALREADY_INSTALLED", "it is installed already", ""),
    UpdateCode(0x80070005, "E_ACCESSDENIED", "access is denied: a network logon, or no elevation", _LOGON),
    UpdateCode(
        0x80070422,
        "ERROR_SERVICE_DISABLED",
        "a service it needs is disabled, usually wuauserv",
        "Set-Service wuauserv -StartupType Manual, then install again. Find out who disabled it: policy may again.",
    ),
    UpdateCode(
        0x80070490,
        "ERROR_NOT_FOUND",
        "the component store is damaged: something it lists is not there",
        _STORE,
    ),
    UpdateCode(
        0x80070643,
        "ERROR_INSTALL_FAILURE",
        "the update's own installer (MSI) failed",
        "Read the installer's log in %windir%\\Temp, newest first; for the Arc agent 7) Upgrade Arc agent with an MSI "
        "file tells its exit code.",
    ),
    UpdateCode(
        0x80072EE2,
        "ERROR_INTERNET_TIMEOUT",
        "no answer in time from the update server",
        _NETWORK,
    ),
    UpdateCode(
        0x80072EE7,
        "ERROR_INTERNET_NAME_NOT_RESOLVED",
        "the name of the update server cannot be resolved",
        _NETWORK,
    ),
    UpdateCode(
        0x80072EFD,
        "ERROR_INTERNET_CANNOT_CONNECT",
        "the update server cannot be reached",
        _NETWORK,
    ),
    UpdateCode(
        0x80072F8F,
        "ERROR_INTERNET_SECURE_FAILURE",
        "the update server's certificate was not accepted: a wrong clock, or a proxy that breaks TLS open",
        "Compare the node's clock (w32tm /query /status), then look whether a proxy inspects TLS to Windows Update.",
    ),
    UpdateCode(
        0x80073712,
        "ERROR_SXS_COMPONENT_STORE_CORRUPT",
        "the component store is damaged",
        _STORE,
    ),
    UpdateCode(
        0x800F081F,
        "CBS_E_SOURCE_MISSING",
        "files that the update needs are missing in the component store",
        _STORE,
    ),
    UpdateCode(
        0x800F0922,
        "CBS_E_INSTALLERS_FAILED",
        "servicing failed in its last steps: too little space, a full system reserved partition, or no connection",
        "Free space on C: and look at the size of the system reserved partition; %windir%\\Logs\\CBS\\CBS.log names "
        "the step. Then install again.",
    ),
    UpdateCode(0x80240009, "WU_E_OPERATIONINPROGRESS", "another search or installation is going on there", _AGAIN),
    UpdateCode(
        0x8024000B, "WU_E_CALL_CANCELLED", "it was cancelled", "Somebody or a shutdown stopped it: install again."
    ),
    UpdateCode(
        0x80240016,
        "WU_E_INSTALL_NOT_ALLOWED",
        "another installation is going on there, or a restart has to come first",
        "If a restart is pending, restart the node; otherwise wait, then install again.",
    ),
    UpdateCode(
        0x80240017,
        "WU_E_NOT_APPLICABLE",
        "the update does not fit this node: it has been installed or replaced since the search",
        "Search again: what is still needed is offered then.",
    ),
    UpdateCode(
        0x8024001E,
        "WU_E_SERVICE_STOP",
        "the update service or the node was shutting down",
        "Wait until the node is up again, then search and install again.",
    ),
    UpdateCode(0x8024001F, "WU_E_NO_CONNECTION", "the node has no network connection", _NETWORK),
    UpdateCode(
        0x80240020,
        "WU_E_NO_INTERACTIVE_USER",
        "the update wants somebody signed in at the node",
        "Sign in at the node's console and install this one with SConfig's option 6.",
    ),
    UpdateCode(0x80240021, "WU_E_TIME_OUT", "the operation took too long", "Install again."),
    UpdateCode(
        0x80240022,
        "WU_E_ALL_UPDATES_FAILED",
        "none of the updates could be installed",
        "See the code of each update: those name the causes.",
    ),
    UpdateCode(
        0x80240024, "WU_E_NO_UPDATE", "there was nothing to install", "Search again: it may have been installed since."
    ),
    UpdateCode(
        0x80240025,
        "WU_E_USER_ACCESS_DISABLED",
        "policy forbids access to Windows Update",
        "Lift the policy that removes access to Windows Update, or let whoever manages the node install it.",
    ),
    UpdateCode(
        0x8024002E,
        "WU_E_WU_DISABLED",
        "policy allows only a managed update server, and that one was not asked",
        "Get it from the WSUS server: approve the update there. Or lift the policy that forbids Microsoft's.",
    ),
    UpdateCode(0x80240034, "WU_E_DOWNLOAD_FAILED", "it could not be downloaded", _NETWORK),
    UpdateCode(
        0x80240438, "WU_E_PT_ENDPOINT_UNREACHABLE", "there is no route or connection to the update server", _NETWORK
    ),
    UpdateCode(
        0x80242006,
        "WU_E_UH_INVALIDMETADATA",
        "what the node keeps about the update is damaged",
        "Stop wuauserv, rename %windir%\\SoftwareDistribution, start wuauserv, then search again. With WSUS, decline "
        "and approve the update again.",
    ),
    UpdateCode(
        0x8024200A,
        "WU_E_UH_CANREQUIREINPUT",
        "the update may ask somebody something, so it cannot be installed unattended",
        "Sign in at the node's console and install this one with SConfig's option 6.",
    ),
    UpdateCode(
        0x8024200B,
        "WU_E_UH_INSTALLERFAILURE",
        "the update's own installer failed",
        "The installer's log names the cause: %windir%\\Temp, or %windir%\\Logs\\CBS\\CBS.log for Windows' updates.",
    ),
    UpdateCode(
        0x80244010,
        "WU_E_PT_EXCEEDED_MAX_SERVER_TRIPS",
        "the search needed more round trips than the server allows",
        "Search again, several times if need be. With WSUS, decline superseded updates and run its clean-up.",
    ),
    UpdateCode(0x80244018, "WU_E_PT_HTTP_STATUS_FORBIDDEN", "the server refused it (HTTP 403)", _WSUS_OR_PROXY),
    UpdateCode(0x80244019, "WU_E_PT_HTTP_STATUS_NOT_FOUND", "the server does not have it (HTTP 404)", _WSUS_OR_PROXY),
    UpdateCode(0x8024401C, "WU_E_PT_HTTP_STATUS_REQUEST_TIMEOUT", "the server took too long (HTTP 408)", _BUSY),
    UpdateCode(0x80244022, "WU_E_PT_HTTP_STATUS_SERVICE_UNAVAIL", "the server is overloaded (HTTP 503)", _BUSY),
    UpdateCode(
        0x8024402C,
        "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED",
        "the name of the update server or of the proxy cannot be resolved",
        _NETWORK,
    ),
    UpdateCode(
        0x80246007,
        "WU_E_DM_NOTDOWNLOADED",
        "it has not been downloaded yet",
        "Install again: azsconfig downloads first. If that fails too, its code names the cause.",
    ),
    UpdateCode(
        0x8024500C,
        "WU_E_REDIRECTOR_CONNECT_POLICY",
        "policy keeps the node from Windows Update on the internet",
        "Lift the policy DoNotConnectToWindowsUpdateInternetLocations, or get the update from the WSUS server.",
    ),
    UpdateCode(
        0x8024D00C,
        "WU_E_SETUP_REBOOT_TO_FIX",
        "the Windows Update Agent itself was updated and wants a restart",
        "Restart the node, then install again.",
    ),
)
CODES: dict[int, UpdateCode] = {code.number: code for code in _ALL}
"""Every code azsconfig explains, by its number."""
