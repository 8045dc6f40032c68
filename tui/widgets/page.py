"""A screen that shows one view, keeps it up to date and carries out what its keys lead to."""

from textual.app import ComposeResult
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import Screen

from tui.pages.document import Line, line_of
from tui.pages.notice import notice
from tui.views.action import Action, Again, Ask, Back, Exit, Open, Tell
from tui.views.common_keys import letters_of, press
from tui.views.safely import action_of, document_of
from tui.views.view import View
from tui.widgets.numbered_list import NumberedList
from tui.widgets.stage import Stage, columns_of, stage_of


class ViewChanged(Message):
    """The view in front may say something else; several at once count as one."""

    def can_replace(self, message: Message) -> bool:
        """Let the newest stand for those that wait."""
        return isinstance(message, ViewChanged)


class Page(Screen[None]):
    """One view on the terminal."""

    def __init__(self, view: View) -> None:
        """Show `view`."""
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        """One list fills the screen."""
        yield NumberedList(document_of(self.view, self.columns), self.notice_line(), self._stage.look)

    @property
    def columns(self) -> int:
        """Cells of one row."""
        return columns_of(self._stage)

    @property
    def _stage(self) -> Stage:
        return stage_of(self)

    def notice_line(self) -> Line:
        """Return the row for what must not be overlooked, and the letters of this view."""
        return line_of(notice(self.view.desk.reader.snapshot(), self.view.busy(), letters_of(self.view), self.columns))

    def update_document(self) -> None:
        """Show what the view says now."""
        shown = self.query_one(NumberedList)
        shown.wear(self._stage.look)
        shown.show(document_of(self.view, self.columns), self.notice_line())

    def tell(self, words: str) -> None:
        """Say something until the next key."""
        if words:
            self.query_one(NumberedList).complain(words)

    def on_view_changed(self) -> None:
        """Follow what the view shows."""
        self.update_document()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        self.update_document()

    def on_resize(self, _event: Resize) -> None:
        """Lay the document out for the new width."""
        self.call_after_refresh(self.update_document)

    def on_key(self, event: Key) -> None:
        """Carry out a letter; other keys mean nothing here."""
        key = event.character or ""
        action = action_of(lambda: press(self.view, key, self.columns))
        if action is not None:
            event.stop()
            self.carry_out(action)

    def on_numbered_list_chosen(self, event: NumberedList.Chosen) -> None:
        """Carry out a choice."""
        event.stop()
        action = action_of(lambda: self.view.choose(event.choice))
        if action is not None:
            self.carry_out(action)

    def on_numbered_list_back(self, event: NumberedList.Back) -> None:
        """Go back one screen; nothing is lost by it. The menu is left with its own option only."""
        event.stop()
        self.carry_out(self.view.back())

    def carry_out(self, action: Action) -> None:
        """Do what a key or a choice leads to."""
        match action:
            case Open(view):
                self._stage.push_screen(Page(view))
            case Ask(question):
                # Loaded for the first question: the menu stands sooner without it.
                from tui.widgets.question_page import QuestionPage

                self._stage.push_screen(QuestionPage(question, self))
            case Back(views, words):
                self._stage.leave(views, words)
            case Tell(words):
                self.tell(words)
                self.update_document()
            case Again():
                self.update_document()
            case Exit():
                self._stage.exit()
