"""The Textual application: wires views to screens, does nothing itself."""

import logging
import shutil
import sys
from typing import Any

from textual.app import App
from textual.events import Event, Key, Paste, Resize
from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.screen import Screen

from screens.menu import MenuView
from tui.console.session_end import stay_until_left
from tui.operations.appearance import Appearance
from tui.views.desk import Desk
from tui.views.safely import failure_words, leave
from tui.widgets.keys_in_turn import KeysInTurn
from tui.widgets.numbered_list import NumberedList
from tui.widgets.page import Page, ViewChanged

LOG = logging.getLogger("azsconfig.menu")
LEAVE_WORDS = "To leave azsconfig: 15 in the menu (Esc goes back to it), or Ctrl+Q."


def as_it_is_now(event: Resize) -> Resize:
    """Return a change of the terminal's size with the size that it has by now.

    Where signals come in quick succession, a handler that another one interrupts tells its older size last.
    """
    if sys.platform == "win32":
        # Its events come one after the other.
        return event
    size = Size(*shutil.get_terminal_size(event.size))
    return Resize(size, size)


class AzsconfigApp(App[None]):
    """The menu on a terminal."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "azsconfig"

    def __init__(self, desk: Desk) -> None:
        """Show what `desk` has; whoever starts the application also closes the reader."""
        super().__init__(ansi_color=True)
        self.desk = desk
        self.theme = "ansi-dark"
        self._keys = KeysInTurn(super().on_event, self._who_handles_keys)

    async def on_event(self, event: Event) -> None:
        """Handle keys one after the other, everything else at once."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._keys.add(event)
        elif isinstance(event, Resize) and not self.is_headless:
            await super().on_event(as_it_is_now(event))
        else:
            await super().on_event(event)

    def _who_handles_keys(self) -> list[MessagePump]:
        """Return whom a key is given to, in order: what has the focus, its screen, and the application."""
        return [*([self.focused] if self.focused is not None else []), self.screen, self]

    @property
    def look(self) -> Appearance:
        """How everything is drawn now."""
        return self.desk.appearance

    def get_default_screen(self) -> Screen[Any]:
        """Start with the menu."""
        return Page(MenuView(self.desk))

    def on_mount(self) -> None:
        """Start reading once something can be shown."""
        self.desk.subscribe(self._changed)
        self.call_after_refresh(self.desk.reader.start)

    def end(self, code: int) -> None:
        """End with an exit code; from a signal handler, on whatever the main thread is just doing."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit, None, code)

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        """Leave the screens, and let nothing stop what is done after them."""
        if not self.is_headless:
            # Soon the terminal is given back, and what is still typed there may be signals again.
            stay_until_left()
        super().exit(result, return_code, message)

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
