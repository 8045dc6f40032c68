"""WinRM services that count who tried to sign in."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui.lab.winrm.accounts import Account, AccountStore
from tui.lab.winrm.command_prompt import CommandPrompt
from tui.lab.winrm.server import WinrmServer
from tui.nodes.connection import Connection
from tui.secret import Secret

USER = r"HCI\Administrator"
PASSWORD = "Correct-Horse-7"
WRONG = "Wrong-Horse-7"


class WatchedAccounts(AccountStore):
    """Accounts of one node, with the number of messages by which somebody tried to sign in."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [Account("Administrator", PASSWORD, "HCI", "hci.contoso.test")])
        self.messages = 0
        """Messages of NTLM so far; an attempt has two of them."""

    @contextmanager
    def offered_to_ntlm(self) -> Generator[None]:
        """Count a message."""
        self.messages += 1
        with super().offered_to_ntlm():
            yield


@dataclass(frozen=True)
class WatchedNode:
    """A running WinRM service and its accounts."""

    server: WinrmServer
    accounts: WatchedAccounts

    @property
    def name(self) -> str:
        """Its name."""
        return self.server.name

    def connection(self, password: str = WRONG) -> Connection:
        """Return how it is reached."""
        return Connection(self.name, self.server.http_url, user=USER, password=Secret(password))


@contextmanager
def watched_nodes(folder: Path, count: int) -> Generator[Sequence[WatchedNode]]:
    """Run as many nodes as asked for; nothing can be started on them."""
    with ExitStack() as cleanup:
        nodes: list[WatchedNode] = []
        for number in range(1, count + 1):
            accounts = WatchedAccounts(folder / f"accounts-{number}")
            server = WinrmServer(f"HCI-N{number}", programs=CommandPrompt(f"HCI-N{number}", []), accounts=accounts)
            server.start()
            cleanup.callback(server.stop)
            nodes.append(WatchedNode(server, accounts))
        yield nodes
