"""Option 14: saved connections, how azsconfig looks and what it offers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from screens.connection import SavedConnectionView
from screens.connection_draft import DraftView
from tui.configuration.error import ConfigurationError
from tui.configuration.model import THEMES, TRANSPORTS
from tui.operations.activity import Outcome
from tui.operations.draft import Draft
from tui.pages import settings as page
from tui.pages.document import Choice, Document
from tui.views.action import Action, Again, Back, Open, Tell
from tui.views.pick import Item, PickView
from tui.views.view import View

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command

THEME_TEXT = ("The colours of everything that azsconfig shows. Meaning never rests on colour alone.",)
ASCII_TEXT = ("Whether nothing but ASCII is written: every other character becomes a ?.",)
READ_ONLY_TEXT = ("Whether azsconfig offers nothing that changes anything on a node or in Azure.",)
TRANSPORT_TEXT = ("How azsconfig identifies itself to nodes for which neither they nor their connection say so.",)
AS_TERMINAL = "what suits the terminal"


class SettingsView(View):
    """Every setting with its value."""

    FILE = "settings"

    def document(self, columns: int) -> Document:
        """Return the settings as they are."""
        return page.settings(self.desk.preferences, self.desk.appearance, columns)

    def help(self, columns: int) -> Document:
        """Return what the settings mean."""
        return page.settings_help(columns)

    def commands(self) -> "Sequence[Command]":
        """Return how to read the file."""
        from tui.pages.commands import settings_commands

        return settings_commands(self.desk.preferences.path)

    def data(self) -> Mapping[str, Any]:
        """Return the configuration as it is saved; it holds no secret."""
        return {"file": str(self.desk.preferences.path), "configuration": to_builtins(self._saved)}

    @property
    def _saved(self) -> "Any":
        return self.desk.preferences.configuration

    def read(self) -> Action:
        """Read the file again: an editor may have changed it."""
        try:
            self.desk.preferences.load()
        except ConfigurationError as error:
            return Tell(f"{error.message} {error.remedy}")
        self._apply()
        return Again()

    def choose(self, choice: Choice) -> Action:
        """Open what is to be changed."""
        if choice.id.startswith(page.SAVED):
            return Open(SavedConnectionView(self.desk, choice.id.removeprefix(page.SAVED)))
        if choice.id == page.ADD:
            return Open(DraftView(self.desk, Draft()))
        return self._pick(choice.id)

    def _pick(self, setting: str) -> Action:
        given = self.desk.preferences.given
        choices: dict[str, tuple[str, Sequence[str], list[tuple[str, str | bool | None]]]] = {
            page.THEME: ("theme", THEME_TEXT, [*((name, name) for name in THEMES), (AS_TERMINAL, None)]),
            page.ASCII: ("ascii", ASCII_TEXT, [("yes", True), ("no", False), (AS_TERMINAL, None)]),
            page.READ_ONLY: ("read_only", READ_ONLY_TEXT, [("yes", True), ("no", False)]),
            page.TRANSPORT: ("transport", TRANSPORT_TEXT, [(name, name) for name in TRANSPORTS]),
        }
        overruled = {page.THEME: given.theme, page.ASCII: given.ascii, page.READ_ONLY: given.read_only}.get(setting)
        name, text, values = choices[setting]
        if overruled:
            text = (*text, f"For this session --{setting} was given; what is chosen here counts from the next one on.")
        items = [Item(words, lambda value=value: self._change(name, value)) for words, value in values]
        return Open(PickView(self.desk, f"Setting: {name.replace('_', '-')}", text, items))

    def _change(self, name: str, value: str | bool | None) -> Action:
        try:
            self.desk.preferences.change(name, value)
        except ConfigurationError as error:
            self.desk.activity.note(error.message, Outcome.FAILED, remedy=error.remedy)
            return Tell(f"{error.message} {error.remedy}")
        self.desk.activity.note(f"Changed the setting {name} to {'the default' if value is None else value}.")
        self._apply()
        return Back(words=f"Saved in {self.desk.preferences.path}")

    def _apply(self) -> None:
        self.desk.reader.set_read_only(read_only=self.desk.preferences.read_only)
        self.desk.tell()
