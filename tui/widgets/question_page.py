"""A screen that asks for one value."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Input

from tui.pages.document import BLANK, Document, Role, line_of
from tui.pages.sections import paragraphs
from tui.views.action import Action, Back, Question, Tell
from tui.views.safely import action_of
from tui.widgets.numbered_list import NumberedList
from tui.widgets.stage import Stage, columns_of, stage_of

if TYPE_CHECKING:
    from tui.widgets.page import Page


class QuestionPage(Screen[None]):
    """The question, and below it the line that is typed; Esc leaves without an answer."""

    DEFAULT_CSS = """
    QuestionPage NumberedList { height: 1fr; }
    QuestionPage Input, QuestionPage Input:focus {
        border: none; height: 1; padding: 0; background: transparent; color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("pageup", "scroll('_page_up')", show=False),
        Binding("pagedown", "scroll('_page_down')", show=False),
    ]

    def __init__(self, question: Question, page: "Page") -> None:
        """Ask `question`; what the answer leads to is carried out by `page`, below this screen."""
        super().__init__()
        self._question = question
        self._page = page
        self._complaint = ""

    def compose(self) -> ComposeResult:
        """Text above, the line to type in below."""
        text = NumberedList(self._document(), BLANK, self._stage.look)
        text.can_focus = False
        yield text
        line = Input(self._question.value, password=self._question.secret, compact=True, select_on_focus=False)
        # A blinking cursor costs two kilobytes a second on a slow line.
        line.cursor_blink = False
        yield line

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def _document(self) -> Document:
        columns = columns_of(self._stage)
        body = list(paragraphs(self._question.text, columns))
        body.extend(line_of(f" {line}", Role.ATTENTION) for line in _wrapped(self._complaint, columns))
        prompt = f"{self._question.prompt} (Enter takes it, Esc goes back):"
        return Document(self._question.title, tuple(body), prompt)

    def on_resize(self, _event: Resize) -> None:
        """Lay the text out for the new width."""
        self.call_after_refresh(self._show)

    def on_screen_resume(self) -> None:
        """Keep the text as it is; the line keeps what was typed."""
        self._show()

    def on_view_changed(self) -> None:
        """Do nothing: a question does not follow the cluster."""

    def tell(self, words: str) -> None:
        """Say something above the line."""
        self._complaint = words
        self._show()

    def _show(self) -> None:
        shown = self.query_one(NumberedList)
        shown.wear(self._stage.look)
        shown.show(self._document(), BLANK)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take a complaint back once something else is typed."""
        event.stop()
        if self._complaint:
            self.tell("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Carry out what the answer leads to, or say why it is none."""
        event.stop()
        if not event.value.strip() and not self._question.optional:
            self.tell("Type something, or press Esc to go back.")
            return
        action = action_of(lambda: self._question.answer(event.value))
        if isinstance(action, Tell):
            self.tell(action.words)
        elif action is not None:
            self._leave(action)

    def _leave(self, action: Action) -> None:
        """Leave the question and let the page below carry out what follows."""
        if isinstance(action, Back):
            self._stage.leave(action.views, action.words)
            return
        self._stage.leave(1, "")
        self._page.carry_out(action)

    def action_leave(self) -> None:
        """Go back without an answer."""
        self._stage.leave(1, "")

    def action_scroll(self, method: str) -> None:
        """Scroll the text."""
        shown = self.query_one(NumberedList)
        getattr(shown, method)()
        shown.refresh()

    @property
    def _stage(self) -> Stage:
        return stage_of(self)


def _wrapped(text: str, columns: int) -> list[str]:
    from tui.pages.columns import wrap

    return wrap(text, columns - 2) if text else []
