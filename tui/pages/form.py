"""A form: numbered values, each to be changed by its number, and what is done with them."""

from collections.abc import Sequence

from tui.pages.columns import wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, line_of
from tui.pages.sections import paragraphs
from tui.pages.settings import numbered_rows

GO = "go"
PROMPT = f"Number to change, {BACK} goes back:"
HELP_TEXT = (
    "Type a number and press Enter to give another value. What is not given has the value that stands there. Nothing "
    "is changed by this form: its last row looks at everything and shows what would be done."
)


def form_document(
    title: str, rows: Sequence[tuple[str, str, str]], columns: int, *, heading: Sequence[str], go: str, refusal: str
) -> Document:
    """Return a form; `rows` are id, name and value, `go` are the words of the last one.

    `refusal` is why it cannot go on yet.
    """
    lines = numbered_rows([*rows, (GO, go, refusal)], columns)
    if refusal:
        refused = Choice(len(rows) + 1, GO, f"{refusal}.")
        lines = [Line(line.spans, refused) if line.choice and line.choice.id == GO else line for line in lines]
    lines.insert(next(index for index, line in enumerate(lines) if line.choice and line.choice.id == GO), BLANK)
    head = [line_of(f" {line}", Role.QUIET) for words in heading for line in wrap(words, columns - 2)]
    return Document(title, (*head, BLANK, *lines), PROMPT)


def form_help(title: str, text: Sequence[str], columns: int) -> Document:
    """Return the help of a form: what it is for, and what each value means."""
    return Document(f"Help: {title}", paragraphs((*text, HELP_TEXT), columns))
