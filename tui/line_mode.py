"""The same menu as append-only lines and prompts: for serial consoles, dumb terminals and screen readers.

No cursor movement, no colour, no redrawing: what was written stays. Everything a screen shows, it says.
"""

import threading
from collections.abc import Callable
from typing import TextIO

from tui.operations.reader import ClusterReader
from tui.operations.snapshot import Snapshot
from tui.options import EXIT
from tui.pages.catalogue import PAGES, OptionPage
from tui.pages.document import BACK, Choice, Document
from tui.pages.menu import menu_document, menu_help

SLICE_SECONDS = 0.5


class LineMode:
    """The menu on two streams."""

    def __init__(self, reader: ClusterReader, lines: TextIO, output: TextIO, columns: int) -> None:
        """Read answers from `lines`, write to `output`, lay text out for `columns` cells."""
        self._reader = reader
        self._lines = lines
        self._output = output
        self._columns = columns
        self._changed = threading.Event()

    def run(self) -> None:
        """Show the menu until it is left, or the input ends. Ctrl+C at a prompt leaves, as it leaves a wait."""
        self._reader.subscribe(self._changed.set)
        try:
            self._reader.start()
            self._wait_for_values()
            self._menu()
        except EOFError:
            self._say("")
        finally:
            self._reader.unsubscribe(self._changed.set)

    def _menu(self) -> None:
        while True:
            shown = self._show(self._menu_document())
            choice = self._ask(shown, self._menu_document, lambda: menu_help(self._columns), at_top=True)
            if choice is None:
                continue
            if choice.id == EXIT:
                return
            self._option(PAGES[choice.id])

    def _menu_document(self) -> Document:
        return menu_document(self._reader.snapshot(), self._reader.now(), self._columns)

    def _option(self, page: OptionPage) -> None:
        def document() -> Document:
            return page.document(self._reader.snapshot(), self._reader.now(), self._columns)

        shown = self._show(document())
        while (choice := self._ask(shown, document, lambda: page.help(self._columns))) is not None:
            self._show(page.details(self._reader.snapshot(), choice.id, self._columns))

    def _ask(
        self,
        shown: Document,
        again: Callable[[], Document],
        help_text: Callable[[], Document],
        *,
        at_top: bool = False,
    ) -> Choice | None:
        """Return the line that is chosen from what was shown, or shown again; `None` for an empty answer."""
        while True:
            answer = self._prompt(shown.prompt)
            if answer == "":
                return None
            if answer == "?":
                self._show(help_text())
            elif answer.casefold() == "r":
                self._reader.read_again()
                self._wait_for_values()
                shown = self._show(again())
            elif (choice := self._chosen(shown, answer, at_top=at_top)) is not None:
                return choice

    def _chosen(self, document: Document, answer: str, *, at_top: bool) -> Choice | None:
        """Return the choice an answer means, or say why it means none."""
        choice = next((one for one in document.choices if str(one.number) == answer.lstrip("0")), None)
        if choice is None:
            back = "" if at_top else ", Enter for the menu"
            self._say(f"There is no {answer[:20]!r} here. Type a number from above, ? for help, r to read again{back}.")
        elif choice.refusal is not None:
            self._say(f"{choice.number}: {choice.refusal}")
            return None
        return choice

    def _wait_for_values(self) -> None:
        """Wait until a pass has ended, saying what goes on; each thing once."""
        said = ""
        while True:
            self._changed.clear()
            snapshot = self._reader.snapshot()
            if snapshot.doing and snapshot.doing != said:
                said = snapshot.doing
                self._say(f"{said[0].upper()}{said[1:]}...")
            if _complete(snapshot):
                return
            # In slices: Windows lets Ctrl+C through only between waits.
            self._changed.wait(SLICE_SECONDS)

    def _show(self, document: Document) -> Document:
        """Write a document and return it."""
        self._say("")
        self._say(f"== {document.title} ==")
        notices = self._notices()
        if notices:
            self._say(notices)
        for line in document.body:
            self._say(line.text.rstrip())
        return document

    def _notices(self) -> str:
        """Return what must not be overlooked."""
        snapshot = self._reader.snapshot()
        parts = (snapshot.banner, "READ-ONLY" if snapshot.read_only else None, snapshot.error)
        return "  ".join(part for part in parts if part)

    def _prompt(self, prompt: str) -> str:
        """Return one answer, without surrounding spaces; raises EOFError where the input has ended."""
        self._output.write(f"{prompt.replace(BACK, 'Enter')} ")
        self._output.flush()
        answer = self._lines.readline()
        if not answer:
            raise EOFError
        return answer.strip()

    def _say(self, text: str) -> None:
        self._output.write(text + "\n")
        self._output.flush()


def _complete(snapshot: Snapshot) -> bool:
    """Return whether nothing is under way any more."""
    return snapshot.error is not None or (snapshot.verdict is not None and not snapshot.reading)
