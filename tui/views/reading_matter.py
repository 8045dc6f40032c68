"""Views that are only read: help, and the PowerShell an expert would type."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tui.pages.document import LEAVE, Document
from tui.views.action import Action, Again
from tui.views.view import SAVE, View


class HelpView(View):
    """Help of another view."""

    LETTERS = ()

    def __init__(self, of: View) -> None:
        """Show the help of `of`."""
        super().__init__(of.desk)
        self._of = of

    def document(self, columns: int) -> Document:
        """Return the help."""
        return replace(self._of.help(columns), prompt=LEAVE)

    def help(self, columns: int) -> Document:
        """Return the same: help has no help of its own."""
        return self.document(columns)

    def data(self) -> Mapping[str, Any]:
        """Help is not saved."""
        return {}


class CommandsView(View):
    """The PowerShell an expert would type to see what another view shows."""

    LETTERS = (SAVE,)
    FILE = "powershell"

    def __init__(self, of: View) -> None:
        """Show the commands of `of`, as they are now."""
        super().__init__(of.desk)
        self._title = of.document(80).title
        self._commands = tuple(of.commands())

    def document(self, columns: int) -> Document:
        """Return the commands, each below what it is for."""
        from tui.pages.commands import commands_document

        return replace(commands_document(self._title, self._commands, columns), prompt=LEAVE)

    def help(self, columns: int) -> Document:
        """Return the same: it explains itself."""
        return self.document(columns)

    def data(self) -> Mapping[str, Any]:
        """Return purpose and text of each command."""
        told = [{"purpose": command.purpose, "text": command.text} for command in self._commands]
        return {"title": self._title, "commands": told}

    def read(self) -> Action:
        """Stay: there is nothing to read."""
        return Again()
