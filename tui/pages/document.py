"""Lines of text with meaning, before any terminal is involved."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a piece of text means; a front end decides how that looks. Meaning is always in the words too."""

    PLAIN = "plain"
    TITLE = "title"
    HEADING = "heading"
    GOOD = "good"
    ATTENTION = "attention"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text of one meaning."""

    text: str
    """Text without line ends or control characters."""
    role: Role = Role.PLAIN
    """What it means."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What choosing a line does."""

    number: int
    """Number typed to choose it."""
    id: str
    """What is chosen: an option's or a node's name."""
    refusal: str | None = None
    """Why it cannot be chosen now, or `None`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as wide as it is: whoever shows it cuts it."""

    spans: tuple[Span, ...] = ()
    """Its pieces, from left to right."""
    choice: Choice | None = None
    """What choosing it does, for a line that can be chosen."""
    glued: bool = False
    """Whether it goes on with a word that the line above it began: text that is not cut into rows holds it whole."""

    @property
    def text(self) -> str:
        """The line's text alone."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Document:
    """What one screen says."""

    title: str
    """Words of its top row."""
    body: tuple[Line, ...]
    """Everything below it."""
    prompt: str = ""
    """What to type, for a screen with numbered lines."""

    @property
    def text(self) -> str:
        """The whole document as plain text, one line end after each line."""
        return "".join(f"{line}\n" for line in (self.title, "", *self.whole_lines))

    @property
    def whole_lines(self) -> tuple[str, ...]:
        """The body as lines of text in which no word is broken: addresses and paths can be copied from them."""
        lines: list[str] = []
        for line in self.body:
            if line.glued and lines:
                lines[-1] += line.text.strip()
            else:
                lines.append(line.text.rstrip())
        return tuple(lines)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The lines that can be chosen, from top to bottom."""
        return tuple(line.choice for line in self.body if line.choice is not None)


BLANK = Line()
BACK = "{back}"
"""Stands in a prompt for the key that goes back: Esc on a screen, Enter in line mode."""
LEAVE = f"{BACK} goes back:"
"""Prompt of a document that is only read."""


def line_of(text: str, role: Role = Role.PLAIN) -> Line:
    """Return a line of one piece."""
    return Line((Span(text, role),))
