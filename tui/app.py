"""The Textual application: wires screens to the reader, does nothing itself."""

import asyncio
import contextlib
import signal
from importlib import import_module
from typing import Any, cast

from textual.app import App
from textual.screen import Screen

from screens.menu import MenuScreen
from tui.operations.reader import ClusterReader
from tui.options import EXIT, option
from tui.widgets.numbered_list import NumberedList
from tui.widgets.page import OpenOption, Page, SnapshotChanged


class AzsconfigApp(App[None]):
    """The menu on a terminal."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "azsconfig"

    def __init__(self, reader: ClusterReader) -> None:
        """Show what `reader` knows; whoever starts the application also closes the reader."""
        super().__init__(ansi_color=True)
        self.reader = reader
        self.theme = "ansi-dark"

    def get_default_screen(self) -> Screen[Any]:
        """Start with the menu."""
        return MenuScreen(self.reader)

    def on_mount(self) -> None:
        """Start reading once something can be shown."""
        self._end_on_signals()
        self.reader.subscribe(self._changed)
        self.call_after_refresh(self.reader.start)

    def _end_on_signals(self) -> None:
        """Restore the terminal when the session is told to end; Windows has no such signals."""
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    def on_unmount(self) -> None:
        """Stop listening: the reader may outlive the screens."""
        self.reader.unsubscribe(self._changed)

    def action_help_quit(self) -> None:
        """Answer Ctrl+C: say how to leave, because one key pressed by mistake must not end a session."""
        for numbered in self.screen.query(NumberedList):
            numbered.complain("To leave azsconfig: 15 in the menu (Esc goes back to it), or Ctrl+Q.")

    def on_open_option(self, event: OpenOption) -> None:
        """Open the screen of an option, imported now."""
        chosen = option(event.option_id)
        if chosen.id == EXIT:
            self.exit()
        elif chosen.screen is not None:
            module, _, name = chosen.screen.rpartition(".")
            page = cast("type[Page]", getattr(import_module(module), name))
            self.push_screen(page(self.reader))

    def _changed(self) -> None:
        """Pass the reader's news to the screen in front; called on an engine thread."""
        self.screen.post_message(SnapshotChanged())
