"""The Textual application: wires views to screens, does nothing itself."""

import asyncio
import contextlib
import logging
import signal
import sys
from typing import Any

from textual.app import App
from textual.screen import Screen

from screens.menu import MenuView
from tui.operations.appearance import Appearance
from tui.views.desk import Desk
from tui.views.safely import failure_words, leave
from tui.widgets.numbered_list import NumberedList
from tui.widgets.page import Page, ViewChanged

LOG = logging.getLogger("azsconfig.menu")
LEAVE_WORDS = "To leave azsconfig: 15 in the menu (Esc goes back to it), or Ctrl+Q."


class AzsconfigApp(App[None]):
    """The menu on a terminal."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "azsconfig"

    def __init__(self, desk: Desk) -> None:
        """Show what `desk` has; whoever starts the application also closes the reader."""
        super().__init__(ansi_color=True)
        self.desk = desk
        self.theme = "ansi-dark"

    @property
    def look(self) -> Appearance:
        """How everything is drawn now."""
        return self.desk.appearance

    def get_default_screen(self) -> Screen[Any]:
        """Start with the menu."""
        return Page(MenuView(self.desk))

    def on_mount(self) -> None:
        """Start reading once something can be shown."""
        self._end_on_signals()
        self.desk.subscribe(self._changed)
        self.call_after_refresh(self.desk.reader.start)

    def _end_on_signals(self) -> None:
        """Restore the terminal when the session is told to end; Windows has no such signals."""
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    def on_unmount(self) -> None:
        """Stop listening: the reader may outlive the screens."""
        self.desk.unsubscribe(self._changed)

    def action_help_quit(self) -> None:
        """Answer Ctrl+C: say how to leave, because one key pressed by mistake must not end a session."""
        for shown in self.screen.query(NumberedList):
            shown.complain(LEAVE_WORDS)

    def leave(self, views: int, words: str) -> None:
        """Leave so many screens, never the menu, and say something on the one that is then in front."""
        # The stack holds the menu at its bottom.
        for _ in range(min(views, len(self.screen_stack) - 1)):
            if isinstance(self.screen, Page):
                leave(self.screen.view)
            self.pop_screen()
        front = self.screen
        if words and isinstance(front, Page):
            self.call_later(front.tell, words)

    def _fatal_error(self) -> None:
        """Say in words what Textual would show as a traceback with the values of variables; the log has the rest."""
        error = sys.exc_info()[1]
        LOG.error("the menu failed", exc_info=error)
        self.panic(failure_words(error) if error else "azsconfig failed.")

    def _changed(self) -> None:
        """Pass news to the screen in front; called on an engine thread."""
        self.screen.post_message(ViewChanged())
