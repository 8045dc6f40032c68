"""The same views as append-only lines and prompts: for serial consoles, dumb terminals and screen readers.

No cursor movement, no colour, no redrawing: what was written stays. Everything a screen shows, it says.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import TextIO

from screens.menu import MenuView
from tui.pages.columns import to_ascii, wrap
from tui.pages.document import BACK, Choice, Document
from tui.pages.notice import notice_words
from tui.views.action import Action, Again, Ask, Back, Exit, Open, Question, Tell
from tui.views.common_keys import letters_of, press
from tui.views.desk import Desk
from tui.views.safely import action_of, document_of, leave
from tui.views.view import View

SLICE_SECONDS = 0.5
CANCEL = "."
"""Answer that leaves a question without an answer."""
NOTHING = "-"
"""Answer that means an empty value, where one is allowed."""


class _Left(Exception):  # noqa: N818 - leaving is no error
    """The last option of the menu was chosen."""


class LineMode:
    """The menu on two streams."""

    def __init__(
        self,
        desk: Desk,
        lines: TextIO,
        output: TextIO,
        columns: int,
        *,
        read_secret: Callable[[str], str] | None = None,
    ) -> None:
        """Read answers from `lines`, write to `output`, lay text out for `columns` cells.

        `read_secret` asks for one line that is not shown, where there is a terminal to ask on.
        """
        self._desk = desk
        self._lines = lines
        self._output = output
        self._columns = columns
        self._read_secret = read_secret
        self._changed = threading.Event()

    def run(self) -> None:
        """Show the menu until it is left, or the input ends. Ctrl+C at a prompt leaves, as it leaves a wait."""
        self._desk.subscribe(self._changed.set)
        try:
            self._desk.reader.start()
            self._visit(MenuView(self._desk), at_top=True)
        except EOFError:
            self._say("")
        except _Left:
            pass
        finally:
            self._desk.unsubscribe(self._changed.set)

    def _visit(self, view: View, *, at_top: bool = False) -> int:
        """Show a view until it is left; returns how many more views are to be left."""
        try:
            left = self._wait(view)
            if left is not None:
                return self._carry_out(left) - 1
            shown = self._show(view)
            while True:
                action = self._answer(view, shown, at_top=at_top)
                more = self._carry_out(action)
                if more and not at_top:
                    return more - 1
                left = self._wait(view)
                if left is not None:
                    return self._carry_out(left) - 1
                if _show_again(action, at_top=at_top) or document_of(view, self._columns) != shown:
                    shown = self._show(view)
        finally:
            leave(view)

    def _carry_out(self, action: Action) -> int:
        """Do what an answer leads to; returns how many views are to be left."""
        match action:
            case Open(view):
                return self._visit(view)
            case Ask(question):
                return self._question(question)
            case Back(views, words):
                self._say_if(words)
                return views
            case Tell(words):
                self._say_if(words)
            case Again():
                pass
            case Exit():
                raise _Left
        return 0

    def _answer(self, view: View, shown: Document, *, at_top: bool) -> Action:
        """Return what the next answer leads to."""
        answer = self._prompt(shown.prompt)
        if answer == "":
            return Again() if at_top else view.back()
        action = action_of(lambda: press(view, answer.casefold(), self._columns))
        if action is not None:
            return action
        return self._chosen(view, shown, answer, at_top=at_top)

    def _chosen(self, view: View, shown: Document, answer: str, *, at_top: bool) -> Action:
        """Return what a number leads to, or why it leads nowhere."""
        choice = _numbered(shown, answer)
        if choice is None:
            back = "" if at_top else ", Enter goes back"
            return Tell(f"There is no {answer[:20]!r} here. {_what_to_type(shown, view)}{back}.")
        if choice.refusal is not None:
            return Tell(f"{choice.number}: {choice.refusal}")
        return action_of(lambda: view.choose(choice)) or Again()

    def _question(self, question: Question) -> int:
        """Ask for one value until there is one, or the question is left; returns how many views are to be left."""
        self._say("")
        self._say(f"== {question.title} ==")
        for paragraph in question.text:
            for line in wrap(paragraph, self._columns - 2):
                self._say(f" {line}")
        while True:
            answer = self._one_answer(question)
            if answer is None:
                return 0
            action = action_of(partial(question.answer, answer)) or Again()
            if not isinstance(action, Tell):
                # The question itself is the first view that is left.
                return max(self._carry_out(action) - 1, 0) if isinstance(action, Back) else self._carry_out(action)
            self._say(action.words)

    def _one_answer(self, question: Question) -> str | None:
        """Return what is typed for a question; `None` when it is left."""
        prompt = f"{question.prompt} ({_ways_out(question)}):"
        if question.secret and self._read_secret is not None:
            self._output.flush()
            typed = self._read_secret(f"{prompt} ")
        else:
            typed = self._prompt(prompt)
        if typed == CANCEL or (typed == "" and not question.value):
            return None
        if typed == "":
            return question.value
        return "" if typed == NOTHING and question.optional else typed

    def _wait(self, view: View) -> Back | None:
        """Wait until a view shows all there is, saying what goes on, each thing once; returns where it is left.

        What a view says of itself can go on without it is left with Ctrl+C.
        """
        if not view.way_out():
            self._wait_for(view)
            return None
        try:
            self._wait_for(view)
        except KeyboardInterrupt:
            self._say("")
            return view.back()
        return None

    def _wait_for(self, view: View) -> None:
        said = ""
        while True:
            self._changed.clear()
            # Asked first: what comes between the two is said by the next round.
            doing = view.busy()
            for line in view.news():
                self._say(line)
            if not doing:
                return
            if doing != said:
                said = doing
                leave = f"; Ctrl+C leaves it. {view.way_out()}" if view.way_out() else "..."
                self._say(f"{said[0].upper()}{said[1:]}{leave}")
            # In slices: Windows lets Ctrl+C through only between waits.
            self._changed.wait(SLICE_SECONDS)

    def _show(self, view: View) -> Document:
        """Write a view's document and return it."""
        document = document_of(view, self._columns)
        self._say("")
        self._say(f"== {document.title} ==")
        self._say_if(notice_words(self._desk.reader.snapshot()))
        for line in document.whole_lines:
            self._say(line)
        self._say_if(letters_of(view))
        return document

    def _prompt(self, prompt: str) -> str:
        """Return one answer, without surrounding spaces; raises EOFError where the input has ended."""
        self._write(f"{prompt.replace(BACK, 'Enter')} ")
        answer = self._lines.readline()
        if not answer:
            raise EOFError
        if not self._lines.isatty():
            # A terminal shows what is typed; from a file or a pipe nobody would see it.
            self._say(answer.strip())
        return answer.strip()

    def _say_if(self, text: str) -> None:
        if text:
            self._say(text)

    def _say(self, text: str) -> None:
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        self._output.write(to_ascii(text) if self._desk.appearance.ascii else text)
        self._output.flush()


def _show_again(action: Action, *, at_top: bool) -> bool:
    """Return whether a view is written again even where it says the same: asked for, or the menu come back to."""
    return isinstance(action, Again) or (at_top and not isinstance(action, Tell))


def _numbered(document: Document, answer: str) -> Choice | None:
    """Return the choice with the number that was typed, or `None`."""
    return next((one for one in document.choices if str(one.number) == answer.lstrip("0")), None)


def _what_to_type(shown: Document, view: View) -> str:
    """Return what can be typed, for an answer that means nothing."""
    keys = letters_of(view)
    number = "Type a number from above" if shown.choices else "There is no number to type"
    return f"{number}, or one of: {keys}" if keys else number


def _ways_out(question: Question) -> str:
    """Return what an empty answer and the special ones mean."""
    if question.secret:
        return "not shown; Enter goes back"
    if not question.value:
        return f"{NOTHING} for none, Enter goes back" if question.optional else "Enter goes back"
    none = f", {NOTHING} for none" if question.optional else ""
    return f"Enter takes {question.value}{none}, {CANCEL} goes back"
