"""One cluster's Azure: signed in to when it is first needed or when somebody says how, left with the session."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.azure.errors import AzureError, Cancelled, SignInNeeded
from tui.azure.identity import Account, DeviceCode, Identity, Method
from tui.azure.target import AzureTarget
from tui.secret import Secret

if TYPE_CHECKING:
    from tui.azure.clients import Clients
    from tui.azure.sign_in import SignedIn
    from tui.cluster.clouds import Cloud

ShowCode = Callable[[DeviceCode], None]
NOBODY = "Nobody has signed in to Azure yet."


@dataclass(frozen=True, slots=True)
class NodeToken:
    """An access token for Azure Resource Manager that a cmdlet on a node works with."""

    token: Secret
    """The token itself: what `-ArmAccessToken` takes."""
    account: str
    """Whose it is: what `-AccountId` takes."""
    tenant: str | None
    """Id of the tenant it is of."""
    expires_at: datetime
    """Until when it is good, UTC. Nobody can renew it on the node."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is signed in, for display."""

    account: Account
    """Who."""
    method: Method
    """How."""
    cloud: str
    """Which cloud, as PowerShell calls it."""
    expires_at: datetime
    """Until when the last token is good, UTC."""
    lapsed: str | None = None
    """Why this sign-in is good for nothing more; `None` while it is."""


class _Attempt:
    """One sign-in, from its beginning to its end."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        """Ends it, and every request that follows from it."""
        self.signed_in: SignedIn | None = None
        self.clients: Clients | None = None
        self.error: AzureError | None = None
        self.method = Method.DEVICE

    def close(self) -> None:
        self.stop.set()
        if self.clients is not None:
            self.clients.close()
        if self.signed_in is not None:
            self.signed_in.close()


class AzureAccess:
    """Signs in and makes clients. Every method may be called from any thread; what is slow is asked on engines."""

    def __init__(self, target: AzureTarget, show_code: ShowCode | None = None) -> None:
        """Connect to nothing yet; `show_code` gets what a person has to enter, where a person signs in."""
        self.target = target
        """Which Azure, and who signs in where nobody chose another way since."""
        self.subscription: str | None = None
        """Id of the subscription that somebody chose for what comes."""
        self._show_code = show_code
        self._changed = threading.Condition()
        self._closed = False
        self._left = False
        self._going_on: _Attempt | None = None
        self._current: _Attempt | None = None

    @property
    def standing(self) -> Standing | None:
        """Who is signed in, and for how long; `None` for nobody."""
        current = self._current
        signed_in = current.signed_in if current else None
        if current is None or signed_in is None:
            return None
        lapsed = signed_in.lapsed
        return Standing(
            signed_in.account,
            current.method,
            signed_in.cloud.name,
            signed_in.expires_at,
            lapsed.message if lapsed else None,
        )

    @property
    def account(self) -> str | None:
        """Who is signed in; `None` for nobody yet."""
        standing = self.standing
        return standing.account.name if standing else None

    @property
    def can_sign_in(self) -> bool:
        """Whether tokens can be had: a code is of no use where nobody could be shown it."""
        if self.account is not None and self.lapsed is None:
            return True
        identity = self.target.identity
        return identity.complete and (identity.method is not Method.DEVICE or self._show_code is not None)

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to do something before anything can be read: enter a code or a secret, sign in again."""
        if self.account is None:
            return self._left or self.target.identity.method is Method.DEVICE or not self.target.identity.complete
        return self.lapsed is not None

    @property
    def lapsed(self) -> SignInNeeded | None:
        """Why whoever is signed in has to sign in again; `None` while nothing says so."""
        current = self._current
        return current.signed_in.lapsed if current is not None and current.signed_in is not None else None

    def clients(self) -> "Clients":
        """Return clients, signed in now where nobody was, or where a sign-in has lapsed. Raises AzureError.

        Whoever asks while a sign-in goes on gets what comes of that one.
        """
        with self._changed:
            self._wait_for_others()
            if self._closed:
                raise _closing()
            current = self._current
            if current is not None and current.clients is not None and self.lapsed is None:
                return current.clients
            if not self.can_sign_in:
                raise self._nobody()
            attempt = self._begun()
        return self._carried_out(attempt, self.target)

    def sign_in(self, identity: Identity, cloud: "Cloud | None" = None) -> Account:
        """Sign in this way from now on, in another cloud perhaps; whoever is signed in stays so until it succeeds.

        Blocks, with a code until a person has entered it. Ends a sign-in that goes on. Raises AzureError: Cancelled
        after `cancel_sign_in`, or when another sign-in was begun meanwhile.
        """
        target = replace(self.target, identity=identity, cloud=cloud or self.target.cloud, unasked=False)
        with self._changed:
            if identity.method is Method.DEVICE and self._show_code is None:
                raise self._nobody()
            if self._going_on is not None:
                self._going_on.stop.set()
            attempt = self._begun()
        clients = self._carried_out(attempt, target)
        self.target = target
        return clients.signed_in.account

    def cancel_sign_in(self) -> None:
        """End a sign-in that goes on; returns at once, and does nothing where none does."""
        with self._changed:
            attempt, self._going_on = self._going_on, None
            if attempt is not None:
                attempt.stop.set()
                attempt.error = _stopped()
            self._changed.notify_all()

    def sign_out(self) -> None:
        """Forget every token and what was typed to get it; nothing is read from Azure until somebody signs in again."""
        self.cancel_sign_in()
        with self._changed:
            current, self._current = self._current, None
            self._left = True
            # Nobody is to wonder that Azure is not read: as if nobody had ever said how to sign in.
            self.target = replace(self.target, identity=replace(self.target.identity, secret=None), unasked=True)
        if current is not None:
            current.close()

    def token_for_node(self, at_least: timedelta) -> NodeToken:
        """Return a token that is good for at least that long, a fresh one where the one at hand is not.

        Signs in where nobody has. Nobody is asked again for a fresh one. Raises AzureError: SignInNeeded when no such
        token can be had.
        """
        signed_in = self.clients().signed_in
        token = signed_in.token_for_powershell(at_least)
        account = signed_in.account
        return NodeToken(
            Secret(token.token), account.name, account.tenant, datetime.fromtimestamp(token.expires_on, UTC)
        )

    def close(self) -> None:
        """End every request soon, and forget every token; returns at once."""
        with self._changed:
            self._closed = True
        self.cancel_sign_in()
        current = self._current
        if current is not None:
            current.close()

    def _wait_for_others(self) -> None:
        """Wait, with the lock, until no sign-in goes on; raises what the last one of them failed with."""
        last = None
        while self._going_on is not None:
            last = self._going_on
            self._changed.wait()
        if last is not None and last.error is not None:
            raise last.error

    def _begun(self) -> _Attempt:
        """Return a new attempt, the one that goes on from now on; called with the lock."""
        if self._closed:
            raise _closing()
        self._going_on = attempt = _Attempt()
        self._changed.notify_all()
        return attempt

    def _carried_out(self, attempt: _Attempt, target: AzureTarget) -> "Clients":
        """Sign in, and let what came of it count where nobody stopped it or began another one."""
        try:
            clients = self._signed_in(attempt, target)
        except AzureError as error:
            with self._changed:
                attempt.error = attempt.error or error
                if self._going_on is attempt:
                    self._going_on = None
                    self._changed.notify_all()
            attempt.close()
            raise (_stopped() if attempt.stop.is_set() and isinstance(error, Cancelled) else error) from error
        before = None
        with self._changed:
            counts = self._going_on is attempt and not attempt.stop.is_set() and not self._closed
            if counts:
                before, self._current, self._going_on, self._left = self._current, attempt, None, False
                self._changed.notify_all()
        if not counts:
            attempt.close()
            raise _stopped()
        if before is not None:
            before.close()
        return clients

    def _signed_in(self, attempt: _Attempt, target: AzureTarget) -> "Clients":
        # Loaded here, on the caller's thread: Azure's packages take a quarter of a second.
        from tui.azure.clients import Clients
        from tui.azure.network import Network
        from tui.azure.sign_in import sign_in

        lapsed = self.lapsed
        attempt.method = target.identity.method

        def show(code: DeviceCode) -> None:
            if self._show_code is not None and not attempt.stop.is_set():
                self._show_code(code)

        attempt.signed_in = sign_in(
            target.cloud,
            Network(target.ca_file, target.proxy),
            target.identity,
            show_code=show,
            cancel=attempt.stop,
            claims=lapsed.claims if lapsed else None,
        )
        attempt.clients = Clients(attempt.signed_in, attempt.stop)
        return attempt.clients

    def _nobody(self) -> SignInNeeded:
        return self.lapsed or SignInNeeded(NOBODY)


def _stopped() -> Cancelled:
    return Cancelled("The sign-in was stopped.")


def _closing() -> Cancelled:
    return Cancelled("azsconfig is closing.")
