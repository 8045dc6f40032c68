"""The WinRM endpoint of one simulated node."""

import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tui.lab.certificates import IssuedCertificate
from tui.lab.winrm.accounts import AccountStore
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.connection import EndpointParts
from tui.lab.winrm.dispatcher import Dispatcher
from tui.lab.winrm.envelope import AnswerStyle
from tui.lab.winrm.faults import Faults
from tui.lab.winrm.listener import LOOPBACK, Listener
from tui.lab.winrm.program import ProgramFactory
from tui.lab.winrm.quotas import Quotas
from tui.lab.winrm.shells import Shell


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """How an endpoint behaves; the defaults are those of Windows."""

    quotas: Quotas = field(default_factory=Quotas)
    """Limits."""
    authentication: ServiceAuthentication = field(default_factory=ServiceAuthentication)
    """Ways to sign in."""
    idle_seconds: float = 120.0
    """When a silent connection is closed: HTTP.sys waits two minutes."""
    linger_seconds: float = 0.2
    """How long output waits for the end of its command, so that both travel in one answer."""
    activity_id: bool = True
    """Whether answers carry an ActivityId, as Windows Server 2016 and later do."""


class WinrmServer:
    """One node's WinRM service: two ports on loopback, its shells, and what goes wrong with it on demand.

    It may be stopped and started again, which is what a restart of the node looks like from outside: the ports stay
    the same, the shells are gone.
    """

    def __init__(
        self,
        name: str,
        *,
        programs: ProgramFactory,
        accounts: AccountStore,
        certificate: IssuedCertificate | None = None,
        client_ca: Path | None = None,
        options: EndpointOptions | None = None,
    ) -> None:
        """`certificate` opens the HTTPS port; `client_ca` verifies client certificates there."""
        options = options or EndpointOptions()
        self.name = name
        """The node's name, which faults carry as their machine."""
        self.faults = Faults()
        """Switches for what goes wrong."""
        self._dispatcher = Dispatcher(
            AnswerStyle(machine=name, activity_id=options.activity_id),
            options.quotas,
            options.authentication,
            programs,
            self.faults,
            linger_seconds=options.linger_seconds,
        )
        parts = EndpointParts(accounts, options.authentication, self._dispatcher, self.faults, options.idle_seconds)
        self._http = Listener(parts)
        self._https = Listener(parts, _tls(certificate, client_ca)) if certificate else None
        self._state = threading.Lock()
        self._running = threading.Event()
        self._comeback: threading.Timer | None = None

    @property
    def running(self) -> bool:
        """Whether the ports are open."""
        return self._running.is_set()

    def wait_until_running(self, timeout: float) -> bool:
        """Wait for the node to come back; returns whether it did."""
        return self._running.wait(timeout)

    @property
    def http_url(self) -> str:
        """Where to reach it with message encryption; valid after the first start."""
        return f"http://{LOOPBACK}:{self._http.port}/wsman"

    @property
    def https_url(self) -> str | None:
        """Where to reach it over TLS; None without a certificate."""
        return f"https://{LOOPBACK}:{self._https.port}/wsman" if self._https else None

    @property
    def http_port(self) -> int:
        """The HTTP port; 0 before the first start."""
        return self._http.port

    @property
    def https_port(self) -> int | None:
        """The HTTPS port; None without a certificate."""
        return self._https.port if self._https else None

    @property
    def open_shells(self) -> int:
        """How many shells are open."""
        return len(self._dispatcher.shells)

    def shells(self) -> list[Shell]:
        """Return the open shells."""
        return self._dispatcher.shells.all()

    def start(self) -> None:
        """Open the ports; nothing happens when they are open."""
        with self._state:
            if self._running.is_set():
                return
            self.faults.release(False)
            self._http.start()
            if self._https:
                self._https.start()
            self._dispatcher.shells.start()
            self._running.set()

    def stop(self) -> None:
        """Close ports and connections, end shells and their programs; nothing of them is left when it returns."""
        comeback, self._comeback = self._comeback, None
        if comeback:
            comeback.cancel()
            if comeback is not threading.current_thread():
                comeback.join()
        self._stop()

    def restart(self, down_seconds: float) -> None:
        """Stop now and come back by itself after a while, as a node does that restarts."""
        self.stop()
        self._comeback = threading.Timer(down_seconds, self.start)
        self._comeback.daemon = True
        self._comeback.start()

    def cut_connections(self) -> None:
        """Cut every connection; ports stay open and shells stay alive."""
        self._http.cut_connections()
        if self._https:
            self._https.cut_connections()

    def _stop(self) -> None:
        with self._state:
            if not self._running.is_set():
                return
            self._running.clear()
            self.faults.release(True)
            listeners = [self._http, self._https] if self._https else [self._http]
            # A node that goes down says no goodbye: connections end first, what waits on them is woken after that.
            for listener in listeners:
                listener.close()
            self._dispatcher.shells.stop()
            for listener in listeners:
                listener.join()


def _tls(certificate: IssuedCertificate, client_ca: Path | None) -> tuple[ssl.SSLContext, bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate.certificate_file, certificate.key_file)
    if client_ca:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(client_ca)
    return context, certificate.der
