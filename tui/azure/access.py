"""One cluster's Azure: signed in to when it is first needed, left with the session."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.azure.errors import Cancelled
from tui.azure.identity import DeviceCode, Method
from tui.azure.target import AzureTarget

if TYPE_CHECKING:
    from tui.azure.clients import Clients
    from tui.azure.sign_in import SignedIn

ShowCode = Callable[[DeviceCode], None]


class AzureAccess:
    """Signs in once and makes clients. Every method may be called from any thread; what is slow is asked on engines."""

    def __init__(self, target: AzureTarget, show_code: ShowCode | None = None) -> None:
        """Connect to nothing yet; `show_code` gets what a person has to enter, where a person signs in."""
        self.target = target
        """Which Azure, and who."""
        self._show_code = show_code
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._signed_in: SignedIn | None = None
        self._clients: Clients | None = None

    @property
    def account(self) -> str | None:
        """Who is signed in; `None` for nobody yet."""
        return self._signed_in.account.name if self._signed_in else None

    @property
    def can_sign_in(self) -> bool:
        """Whether tokens can be had: a code is of no use where nobody could be shown it."""
        return self.target.identity.method is not Method.DEVICE or self._show_code is not None

    @property
    def needs_person(self) -> bool:
        """Whether a person has to enter a code before anything can be read."""
        return self.target.identity.method is Method.DEVICE and self._signed_in is None

    def clients(self) -> "Clients":
        """Return clients, signed in now where nobody was. Raises AzureError."""
        with self._lock:
            if self._closed.is_set():
                raise Cancelled("azsconfig is closing.")
            if self._clients is None:
                # Loaded here, on the caller's thread: Azure's packages take a quarter of a second.
                from tui.azure.clients import Clients
                from tui.azure.network import Network
                from tui.azure.sign_in import sign_in

                target = self.target
                self._signed_in = sign_in(
                    target.cloud,
                    Network(target.ca_file, target.proxy),
                    target.identity,
                    show_code=self._show_code,
                    cancel=self._closed,
                )
                self._clients = Clients(self._signed_in, self._closed)
            return self._clients

    def close(self) -> None:
        """End every request soon, and forget every token; returns at once."""
        self._closed.set()
        clients, signed_in = self._clients, self._signed_in
        if clients is not None:
            clients.close()
        if signed_in is not None:
            signed_in.close()
