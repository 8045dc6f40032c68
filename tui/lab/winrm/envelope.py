"""SOAP envelopes of WS-Management: reading requests and writing answers.

Requests are parsed by the standard library's C parser; answers are put together from strings with the prefixes and
namespace declarations that real Windows uses, which keeps both far below a millisecond.
"""

import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.sax.saxutils import escape as escape_xml

from tui.lab.winrm import wsman_faults
from tui.lab.winrm.durations import parse_duration
from tui.lab.winrm.wsman_faults import WsmanFaultError

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CMD_SHELL = f"{SHELL}/cmd"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
ANONYMOUS = f"{ADDRESSING}/role/anonymous"
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_PREFIXES = {
    "a": ADDRESSING,
    "x": TRANSFER,
    "e": "http://schemas.xmlsoap.org/ws/2004/08/eventing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "w": WSMAN,
    "rsp": SHELL,
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
}
_QUOTES = {'"': "&quot;", "'": "&apos;"}
_DEFAULT_ENVELOPE_SIZE = 153_600
_DEFAULT_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request's header fields and its body."""

    action: str
    """The WS-Addressing action URI."""
    message_id: str
    """What the answer relates to."""
    to: str
    """The address the client believes it talks to; Windows echoes it."""
    resource_uri: str
    """Which resource: the command shell or the configuration."""
    timeout_seconds: float
    """OperationTimeout."""
    max_envelope_size: int
    """The largest answer in bytes that the client takes."""
    selectors: dict[str, str]
    """The SelectorSet, such as ShellId."""
    options: dict[str, str]
    """The OptionSet, such as WINRS_CODEPAGE; names in upper case."""
    body: ET.Element | None
    """The first element of the body; None for an empty one."""


def escape(text: str) -> str:
    """Escape text for an element or an attribute, quotes too, as Windows does."""
    return escape_xml(text, _QUOTES)


def parse_request(document: bytes) -> Request:
    """Read a request; raises `WsmanFaultError` when it is no usable envelope."""
    try:
        root = ET.fromstring(document)  # noqa: S314 - from this machine's own clients, size-limited, entities bounded by expat
    except ET.ParseError as error:
        raise wsman_faults.invalid_xml() from error
    header, body = root.find(f"{{{SOAP}}}Header"), root.find(f"{{{SOAP}}}Body")
    if header is None or body is None:
        raise wsman_faults.invalid_xml()

    def text(namespace: str, name: str, default: str = "") -> str:
        return (header.findtext(f"{{{namespace}}}{name}") or default).strip()

    try:
        timeout = parse_duration(text(WSMAN, "OperationTimeout", f"PT{_DEFAULT_TIMEOUT_SECONDS}S"))
        size = int(text(WSMAN, "MaxEnvelopeSize", str(_DEFAULT_ENVELOPE_SIZE)))
    except ValueError as error:
        raise wsman_faults.invalid_xml() from error
    return Request(
        action=text(ADDRESSING, "Action"),
        message_id=text(ADDRESSING, "MessageID"),
        to=text(ADDRESSING, "To"),
        resource_uri=text(WSMAN, "ResourceURI"),
        timeout_seconds=timeout,
        max_envelope_size=size,
        selectors=_named(header, "SelectorSet", "Selector"),
        options={name.upper(): value for name, value in _named(header, "OptionSet", "Option").items()},
        body=next(iter(body), None),
    )


def _named(header: ET.Element, group: str, item: str) -> dict[str, str]:
    found = header.iterfind(f"{{{WSMAN}}}{group}/{{{WSMAN}}}{item}")
    return {element.get("Name", ""): element.text or "" for element in found}


@dataclass(frozen=True, slots=True)
class AnswerStyle:
    """What differs between Windows versions in every answer."""

    machine: str
    """The name that faults give as their machine."""
    activity_id: bool = True
    """Whether answers carry the ActivityId header, as Windows Server 2016 and later do."""

    def answer(self, request: Request | None, action: str, body: str, prefixes: str) -> bytes:
        """Wrap a body in an envelope; `prefixes` are the namespaces it declares, blank-separated."""
        declared = "".join(f' xmlns:{prefix}="{_PREFIXES[prefix]}"' for prefix in prefixes.split())
        activity = f"<p:ActivityId>{new_id()}</p:ActivityId>" if self.activity_id else ""
        relates = f"<a:RelatesTo>{escape(request.message_id)}</a:RelatesTo>" if request else ""
        return (
            f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}"{declared}><s:Header><a:Action>{action}</a:Action>'
            f"<a:MessageID>uuid:{new_id()}</a:MessageID>{activity}<a:To>{ANONYMOUS}</a:To>{relates}</s:Header>"
            f"<s:Body>{body}</s:Body></s:Envelope>"
        ).encode()

    def fault(self, request: Request | None, fault: WsmanFaultError) -> bytes:
        """Write a fault."""
        text = escape(fault.text)
        if fault.provider:
            name, path = (escape(part) for part in fault.provider)
            text = f'<f:ProviderFault provider="{name}" path="{path}">{text}</f:ProviderFault>'
        detail = f"<w:FaultDetail>{fault.detail}</w:FaultDetail>" if fault.detail else ""
        body = (
            f"<s:Fault><s:Code><s:Value>{fault.role}</s:Value><s:Subcode><s:Value>{fault.subcode}</s:Value></s:Subcode>"
            f'</s:Code><s:Reason><s:Text xml:lang="en-US">{escape(fault.reason)}</s:Text></s:Reason><s:Detail>{detail}'
            '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
            f'Code="{fault.code}" Machine="{escape(self.machine)}"><f:Message>{text}</f:Message></f:WSManFault>'
            "</s:Detail></s:Fault>"
        )
        return self.answer(request, FAULT_ACTION, body, "a x e n w p")


def new_id() -> str:
    """Return a new GUID in upper case, as Windows writes them."""
    return str(uuid.uuid4()).upper()
