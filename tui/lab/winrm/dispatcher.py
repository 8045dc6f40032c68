"""What each WS-Management message does: the command shell resource, the configuration and Identify."""

import base64
import binascii
import threading
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from tui.lab.winrm import wsman_faults
from tui.lab.winrm.accounts import Account
from tui.lab.winrm.config_document import ServiceAuthentication, config_document
from tui.lab.winrm.durations import parse_duration
from tui.lab.winrm.envelope import CMD_SHELL, CONFIG, IDENTITY, SHELL, TRANSFER, AnswerStyle, Request, parse_request
from tui.lab.winrm.faults import Faults
from tui.lab.winrm.program import ProgramFactory, ProgramStart
from tui.lab.winrm.quotas import Quotas
from tui.lab.winrm.shell_documents import created_document, received_document, shell_document
from tui.lab.winrm.shells import Shell, ShellSettings, ShellTable
from tui.lab.winrm.wsman_faults import WsmanFaultError

OK, FAULT = 200, 500
_ENVELOPE_OVERHEAD = 1_800
"""Bytes of a Receive answer besides its streams."""
# Clients differ in their capitals: [MS-WSMV] says Terminate, pywinrm sends terminate, Windows takes both.
_INTERRUPTS = {f"{SHELL}/signal/ctrl_c".lower(), f"{SHELL}/signal/ctrl_break".lower()}
_TERMINATE = f"{SHELL}/signal/terminate".lower()
_ALL_PREFIXES = "a x w rsp p"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request."""

    account: Account
    """The signed-in user."""
    address: str
    """The client's IP address."""


class Dispatcher:
    """Answers the requests of one node's users; may be called from many threads at once."""

    def __init__(
        self,
        style: AnswerStyle,
        quotas: Quotas,
        authentication: ServiceAuthentication,
        programs: ProgramFactory,
        faults: Faults,
        *,
        linger_seconds: float,
    ) -> None:
        self.shells = ShellTable(quotas)
        self._style = style
        self._quotas = quotas
        self._authentication = authentication
        self._programs = programs
        self._faults = faults
        self._linger_seconds = linger_seconds
        self._lock = threading.Lock()
        self._operations: Counter[Account] = Counter()
        self._handlers: dict[tuple[str, str], Callable[[Request, Caller], bytes]] = {
            (CMD_SHELL, f"{TRANSFER}/Create"): self._create,
            (CMD_SHELL, f"{TRANSFER}/Delete"): self._delete,
            (CMD_SHELL, f"{TRANSFER}/Get"): self._get_shell,
            (CMD_SHELL, f"{SHELL}/Command"): self._command,
            (CMD_SHELL, f"{SHELL}/Send"): self._send,
            (CMD_SHELL, f"{SHELL}/Receive"): self._receive,
            (CMD_SHELL, f"{SHELL}/Signal"): self._signal,
            (CONFIG, f"{TRANSFER}/Get"): self._get_config,
        }

    def handle(self, document: bytes, caller: Caller) -> tuple[int, bytes]:
        """Act on a request; returns the HTTP status and the answer."""
        request: Request | None = None
        try:
            if len(document) > self._quotas.max_envelope_size_kb * 1024:
                raise wsman_faults.request_too_large()
            if is_identify(document):
                return OK, identify_answer(known=True)
            request = parse_request(document)
            with self._operation_of(caller.account):
                return OK, self._handler(request)(request, caller)
        except WsmanFaultError as fault:
            return FAULT, self._style.fault(request, fault)

    def _handler(self, request: Request) -> Callable[[Request, Caller], bytes]:
        handler = self._handlers.get((request.resource_uri, request.action))
        if handler:
            return handler
        known = any(resource == request.resource_uri for resource, _ in self._handlers)
        raise wsman_faults.unknown_action() if known else wsman_faults.unknown_resource()

    @contextmanager
    def _operation_of(self, account: Account) -> Generator[None]:
        if self._faults.access_denied or not account.administrator:
            raise wsman_faults.access_denied()
        with self._lock:
            if self._operations[account] >= self._quotas.max_operations_per_user:
                raise wsman_faults.too_many_operations(self._quotas.max_operations_per_user)
            self._operations[account] += 1
        try:
            yield
        finally:
            with self._lock:
                self._operations[account] -= 1

    def _shell(self, request: Request, caller: Caller) -> Shell:
        shell_id = request.selectors.get("ShellId")
        if not shell_id:
            raise wsman_faults.missing_selectors()
        return self.shells.get(shell_id, caller.account)

    def _timeout_seconds(self, request: Request) -> float:
        return min(request.timeout_seconds, self._quotas.max_timeout_ms / 1000)

    def _create(self, request: Request, caller: Caller) -> bytes:
        if self._faults.quota_exceeded:
            raise wsman_faults.too_many_shells(self._quotas.max_shells_per_user)
        settings = _shell_settings(request, self._quotas)
        shell = self.shells.create(caller.account, caller.address, settings)
        return self._style.answer(
            request, f"{TRANSFER}/CreateResponse", created_document(shell, request), _ALL_PREFIXES
        )

    def _delete(self, request: Request, caller: Caller) -> bytes:
        self.shells.delete(self._shell(request, caller))
        return self._style.answer(request, f"{TRANSFER}/DeleteResponse", "", "a w p")

    def _get_shell(self, request: Request, caller: Caller) -> bytes:
        document = shell_document(self._shell(request, caller))
        return self._style.answer(request, f"{TRANSFER}/GetResponse", document, _ALL_PREFIXES)

    def _get_config(self, request: Request, _caller: Caller) -> bytes:
        document = config_document(self._quotas, self._authentication)
        return self._style.answer(request, f"{TRANSFER}/GetResponse", document, "a x w p")

    def _command(self, request: Request, caller: Caller) -> bytes:
        shell = self._shell(request, caller)
        line = _body(request, "CommandLine")
        command = (line.findtext(f"{{{SHELL}}}Command") or "").strip()
        if not command:
            raise wsman_faults.invalid_parameter()
        start = ProgramStart(
            command=command,
            arguments=tuple(argument.text or "" for argument in line.iterfind(f"{{{SHELL}}}Arguments")),
            environment=shell.settings.environment,
            working_directory=shell.settings.working_directory,
            user=caller.account.display_name,
            skip_cmd_shell=request.options.get("WINRS_SKIP_CMD_SHELL", "").lower() == "true",
            codepage=shell.settings.codepage,
        )
        with shell.operation():
            running = shell.start(self._programs, start, self._quotas.max_processes_per_shell)
        body = f"<rsp:CommandResponse><rsp:CommandId>{running.id}</rsp:CommandId></rsp:CommandResponse>"
        return self._style.answer(request, f"{SHELL}/CommandResponse", body, _ALL_PREFIXES)

    def _send(self, request: Request, caller: Caller) -> bytes:
        shell = self._shell(request, caller)
        with shell.operation():
            for stream in _body(request, "Send").iterfind(f"{{{SHELL}}}Stream"):
                command = shell.command(stream.get("CommandId", ""))
                try:
                    data = base64.b64decode(stream.text or "")
                except binascii.Error as error:
                    raise wsman_faults.invalid_xml() from error
                if data:
                    command.write(data)
                if stream.get("End", "").lower() in {"true", "1"}:
                    command.close_input()
        return self._style.answer(request, f"{SHELL}/SendResponse", "<rsp:SendResponse/>", _ALL_PREFIXES)

    def _receive(self, request: Request, caller: Caller) -> bytes:
        shell = self._shell(request, caller)
        desired = _body(request, "Receive").find(f"{{{SHELL}}}DesiredStream")
        if desired is None or not desired.get("CommandId"):
            raise wsman_faults.invalid_parameter()
        with shell.operation():
            command = shell.command(desired.get("CommandId", ""))
            size = min(request.max_envelope_size, self._quotas.max_envelope_size_kb * 1024)
            received = command.receive(
                (desired.text or "").split(),
                self._timeout_seconds(request),
                max(size - _ENVELOPE_OVERHEAD, 1024),
                self._linger_seconds,
            )
        if received.exit_code is not None:
            shell.forget(command)
        body = received_document(command.id, received)
        return self._style.answer(request, f"{SHELL}/ReceiveResponse", body, "a w rsp p")

    def _signal(self, request: Request, caller: Caller) -> bytes:
        shell = self._shell(request, caller)
        signal = _body(request, "Signal")
        code = (signal.findtext(f"{{{SHELL}}}Code") or "").strip().lower()
        with shell.operation():
            command = shell.find_command(signal.get("CommandId", ""))
            if command and code in _INTERRUPTS:
                command.program.interrupt()
            elif command and code == _TERMINATE:
                shell.forget(command)
                command.kill()
        return self._style.answer(request, f"{SHELL}/SignalResponse", "<rsp:SignalResponse/>", _ALL_PREFIXES)


def is_identify(document: bytes) -> bool:
    """Tell whether a request is Identify, which has no headers and needs no rights."""
    return len(document) < 4096 and IDENTITY.encode() in document and b"Identify" in document


def identify_answer(*, known: bool) -> bytes:
    """Answer Identify; strangers are not told the Windows version."""
    version = "OS: 10.0.20348 SP: 0.0 Stack: 3.0" if known else "OS: 0.0.0 SP: 0.0 Stack: 3.0"
    return (
        '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>'
        f'<wsmid:IdentifyResponse xmlns:wsmid="{IDENTITY}">'
        "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>"
        "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        f"<wsmid:ProductVersion>{version}</wsmid:ProductVersion>"
        "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
    ).encode()


def _body(request: Request, name: str) -> ET.Element:
    if request.body is None or request.body.tag != f"{{{SHELL}}}{name}":
        raise wsman_faults.invalid_xml()
    return request.body


def _shell_settings(request: Request, quotas: Quotas) -> ShellSettings:
    body = _body(request, "Shell")

    def text(name: str) -> str | None:
        return body.findtext(f"{{{SHELL}}}{name}")

    variables = body.iterfind(f"{{{SHELL}}}Environment/{{{SHELL}}}Variable")
    try:
        idle = parse_duration(text("IdleTimeOut") or f"PT{quotas.idle_timeout_ms / 1000}S")
        codepage = int(request.options.get("WINRS_CODEPAGE", "437"))
    except ValueError as error:
        raise wsman_faults.invalid_parameter() from error
    return ShellSettings(
        idle_timeout_seconds=min(idle, quotas.idle_timeout_ms / 1000),
        name=text("Name"),
        working_directory=text("WorkingDirectory"),
        environment={variable.get("Name", ""): variable.text or "" for variable in variables},
        input_streams=text("InputStreams") or "stdin",
        output_streams=text("OutputStreams") or "stdout stderr",
        codepage=codepage,
    )
