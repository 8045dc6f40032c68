"""A connection while it is edited: it is tried before it is saved."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from screens.connection_trial import TrialView
from tui.configuration.edit import save_cluster
from tui.configuration.error import ConfigurationError
from tui.configuration.model import TRANSPORTS, Configuration
from tui.operations.activity import Outcome
from tui.operations.draft import Draft, DraftError
from tui.pages import connections as page
from tui.pages.document import Choice, Document
from tui.targets import Chosen
from tui.views.action import Action, Again, Ask, Back, Open, Question, Tell
from tui.views.passwords import with_cluster
from tui.views.pick import Item, PickView
from tui.views.view import HELP, SAVE, View

if TYPE_CHECKING:
    from tui.views.desk import Desk

NAME_TEXT = ("A name for this connection, as you want to see it in the list: the name of the cluster, for example.",)
NODES_TEXT = (
    "The nodes, with commas between them: HCI-N1, HCI-N2.",
    (
        "A node that is reached by another name or port is written NAME=ADDRESS, where the address is a host, "
        "host:port, or a URL such as https://hci-n1.contoso.com:5986/wsman."
    ),
)
USER_TEXT = (
    r"DOMAIN\name or name@domain. Empty: whoever is logged on here, without a password.",
    "The password is asked for when the connection is tried or opened. It is never saved.",
)
CA_TEXT = (
    (
        "A PEM file with the authorities that the nodes' TLS certificates are checked with. Empty: the authorities "
        "that this computer trusts."
    ),
)
TRANSPORT_TEXT = ("How azsconfig identifies itself to the nodes of this connection.",)
NTLM_TEXT = ("Whether negotiate may use NTLM where Kerberos does not work.",)


class DraftView(View):
    """The parts of a connection, each to be changed by its number."""

    LETTERS = (HELP, SAVE)
    FILE = "connection"

    def __init__(self, desk: "Desk", draft: Draft) -> None:
        """Edit `draft`; nothing is saved before it is chosen."""
        super().__init__(desk)
        self._draft = draft

    @property
    def _saved(self) -> Configuration:
        return self.desk.preferences.configuration

    def document(self, columns: int) -> Document:
        """Return the parts and their values."""
        return page.draft_document(self._draft, self._saved.settings.transport, columns)

    def help(self, columns: int) -> Document:
        """Return in what form the parts are written."""
        return page.connection_help(columns)

    def data(self) -> Mapping[str, Any]:
        """Return the connection as it would be saved; it holds no secret."""
        return {"name": self._draft.name, "connection": to_builtins(self._draft.cluster)}

    def read(self) -> Action:
        """Stay: a draft is nowhere to be read."""
        return Again()

    def choose(self, choice: Choice) -> Action:
        """Ask for another value of this part; or try the connection and save it."""
        if choice.id == page.SAVE:
            return with_cluster(self._draft.name, self._draft.cluster, self.desk, self._try)
        return self._change(choice.id)

    def _change(self, part: str) -> Action:
        """Ask for another value of a part."""
        draft, cluster = self._draft, self._draft.cluster
        changes: dict[str, Callable[[], Action]] = {
            page.NAME: lambda: self._ask("Name", NAME_TEXT, draft.name, lambda text: draft.named(text, self._saved)),
            page.NODES: lambda: self._ask("Nodes", NODES_TEXT, draft.nodes_text, draft.with_nodes),
            page.USER: lambda: self._ask("User", USER_TEXT, cluster.user or "", draft.with_user, optional=True),
            page.CA_FILE: lambda: self._ask(
                "CA file", CA_TEXT, cluster.ca_file or "", draft.with_ca_file, optional=True
            ),
            page.TRANSPORT: lambda: self._pick("Transport", TRANSPORT_TEXT, self._transports()),
            page.NTLM: lambda: self._pick(
                "NTLM", NTLM_TEXT, [("yes", draft.with_ntlm(allowed=True)), ("no", draft.with_ntlm(allowed=False))]
            ),
        }
        return changes[part]()

    def _transports(self) -> list[tuple[str, Draft]]:
        default = f"as in the settings ({self._saved.settings.transport})"
        choices = [(one, self._draft.with_transport(one)) for one in TRANSPORTS]
        return [(default, self._draft.with_transport(None)), *choices]

    def _ask(
        self, what: str, text: tuple[str, ...], value: str, change: Callable[[str], Draft], *, optional: bool = False
    ) -> Action:
        def answer(typed: str) -> Action:
            try:
                return self._keep(change(typed))
            except DraftError as error:
                return Tell(str(error))

        title = f"{what} of the connection"
        return Ask(Question(title, text, what, answer, value=value, optional=optional))

    def _pick(self, what: str, text: tuple[str, ...], choices: list[tuple[str, Draft]]) -> Action:
        items = [Item(words, lambda draft=draft: self._keep(draft)) for words, draft in choices]
        return Open(PickView(self.desk, f"{what} of the connection", text, items))

    def _keep(self, draft: Draft) -> Action:
        self._draft = draft
        return Back()

    def _try(self, chosen: Chosen) -> Action:
        return Open(TrialView(self.desk, chosen, self._save))

    def _save(self) -> Action:
        draft, path = self._draft, self.desk.preferences.path
        try:
            self.desk.preferences.keep(save_cluster(path, draft.name, draft.cluster, replaces=draft.saved_as))
        except ConfigurationError as error:
            self.desk.activity.note(error.message, Outcome.FAILED, remedy=error.remedy)
            return Tell(f"{error.message} {error.remedy}")
        self.desk.activity.note(f"Saved the connection {draft.name} in {path}.")
        self.desk.tell()
        # The trial and the draft are left; a changed one also leaves the view of what was saved before.
        return Back(views=2 if draft.saved_as is None else 3, words=f"Saved {draft.name} in {path}")
