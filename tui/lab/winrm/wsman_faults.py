"""The faults of the WinRM service: codes, sub-codes and texts of real Windows.

Texts come from recorded conversations and, where none was recorded, from the SDK's wsmerror.h. Texts end in one or
two blanks: that is how Windows sends them.
"""

SHELL_PLUGIN = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")
_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"


class WsmanFaultError(Exception):
    """An operation that is answered by a SOAP fault, HTTP 500."""

    def __init__(
        self,
        code: int,
        text: str,
        *,
        subcode: str,
        sender: bool = True,
        detail: str | None = None,
        reason: str | None = None,
        provider: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        """The Windows or WS-Management error code."""
        self.text = text
        """The message of the WSManFault."""
        self.subcode = subcode
        """Qualified name such as `w:TimedOut`."""
        self.role = "s:Sender" if sender else "s:Receiver"
        """Whose fault SOAP says it is."""
        self.detail = f"{_DETAIL}{detail}" if detail else None
        """The WS-Management fault detail URI, when there is one."""
        self.reason = reason or text
        """The text of the SOAP reason, often but not always the same."""
        self.provider = provider
        """Name and path of the plugin that failed, when it was the plugin."""


def timed_out() -> WsmanFaultError:
    """Say that nothing happened within OperationTimeout; the client is expected to ask again."""
    text = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
    return WsmanFaultError(2150858793, text, subcode="w:TimedOut", sender=False)


def _bad_selectors(text: str) -> WsmanFaultError:
    reason = (
        "The WS-Management service cannot process the request because the request contained invalid selectors for "
        "the resource. "
    )
    return WsmanFaultError(2150858843, text, subcode="w:InvalidSelectors", detail="UnexpectedSelectors", reason=reason)


def unknown_command() -> WsmanFaultError:
    """Say that the command does not exist, or that its end was already delivered."""
    return _bad_selectors(
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not "
        "exist. Either the command has completed execution or the client specified an invalid command identifier. "
    )


def unknown_shell(shell_id: str) -> WsmanFaultError:
    """Say that the shell does not exist: it never did, was deleted, or was closed when idle."""
    return _bad_selectors(
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on "
        "the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the "
        "server. Provide the correct ShellId or create a new shell and retry the operation. "
    )


def missing_selectors() -> WsmanFaultError:
    """Say that the request names no shell."""
    text = (
        "The WS-Management service cannot process the request because the request did not contain all required "
        "selectors. "
    )
    return WsmanFaultError(2150858842, text, subcode="w:InvalidSelectors", detail="InsufficientSelectors")


def invalid_parameter() -> WsmanFaultError:
    """Say that the shell plugin was given something it cannot use, such as no command id."""
    text = "The parameter is incorrect. "
    return WsmanFaultError(87, text, subcode="w:InvalidParameter", detail="InvalidValue", provider=SHELL_PLUGIN)


def file_not_found() -> WsmanFaultError:
    """Say that CreateProcess found no such program."""
    text = "The system cannot find the file specified. "
    return WsmanFaultError(2147942402, text, subcode="w:InternalError", sender=False, provider=SHELL_PLUGIN)


def operation_aborted() -> WsmanFaultError:
    """Say that the shell went away under a pending operation."""
    text = "The I/O operation has been aborted because of either a thread exit or an application request. "
    return WsmanFaultError(995, text, subcode="w:InternalError", sender=False)


def access_denied() -> WsmanFaultError:
    """Say that the user is no administrator, or that the shell is someone else's."""
    return WsmanFaultError(5, "Access is denied. ", subcode="w:AccessDenied")


def too_many_shells(limit: int) -> WsmanFaultError:
    """Say that MaxShellsPerUser is reached."""
    text = (
        "The WS-Management service cannot process the request. This user is allowed a maximum number of "
        f"{limit} concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user. "
    )
    return WsmanFaultError(2150859173, text, subcode="w:QuotaLimit")


def too_many_operations(limit: int) -> WsmanFaultError:
    """Say that MaxConcurrentOperationsPerUser is reached."""
    text = (
        "The WS-Management service cannot process the request. This user is allowed a maximum number of "
        f"{limit} concurrent operations, which has been exceeded. Close existing operations for this user, or raise "
        "the quota for this user. "
    )
    return WsmanFaultError(2150859174, text, subcode="w:QuotaLimit")


def too_many_processes() -> WsmanFaultError:
    """Say that MaxProcessesPerShell is reached.

    No recording of it was found: code and text are those of the commands-per-shell quota.
    """
    text = (
        "The WS-Management service cannot process the request. The maximum number of concurrent commands per shell "
        "has been exceeded. Retry the request later or raise the Maximum Commands per Shell quota. "
    )
    return WsmanFaultError(2150859241, text, subcode="w:QuotaLimit")


def request_too_large() -> WsmanFaultError:
    """Say that the request is larger than MaxEnvelopeSizekb."""
    text = (
        "The WS-Management service cannot process the request because the encoding of the request exceeds an "
        "internal encoding limit. Reconfigure the client to send messages which fit the encoding limits of the "
        "service. "
    )
    return WsmanFaultError(2150858805, text, subcode="w:EncodingLimit", detail="MaxEnvelopeSize")


def invalid_xml() -> WsmanFaultError:
    """Say that the body is no XML, or that a required element is missing."""
    text = (
        "The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry. "
    )
    return WsmanFaultError(2150858817, text, subcode="w:SchemaValidationError")


def unknown_action() -> WsmanFaultError:
    """Say that the resource has no such operation."""
    text = "The WS-Management service does not support the action specified in the request. "
    return WsmanFaultError(2150858771, text, subcode="a:ActionNotSupported")


def unknown_resource() -> WsmanFaultError:
    """Say that there is no such resource here; PowerShell remoting's shells are among them."""
    text = (
        "The WS-Management service cannot process the request. The service cannot find the resource identified by "
        "the resource URI and selectors. "
    )
    return WsmanFaultError(2150858752, text, subcode="a:DestinationUnreachable", detail="InvalidResourceURI")
