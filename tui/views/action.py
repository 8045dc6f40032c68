"""What a key or a choice leads to; whoever shows the view carries it out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tui.views.view import View


@dataclass(frozen=True, slots=True)
class Open:
    """Show another view; going back from it comes back here."""

    view: "View"
    """What to show."""


@dataclass(frozen=True, slots=True)
class Back:
    """Leave this view."""

    views: int = 1
    """How many views to leave; never the menu."""
    words: str = ""
    """What to say where it comes back to."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something and stay: why the last input did nothing, or what it did."""

    words: str
    """One or two sentences; empty for nothing to say."""


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave azsconfig."""


@dataclass(frozen=True, slots=True)
class Question:
    """One value to type; an answer that is refused (`Tell`) is asked again with what was typed."""

    title: str
    """Words of the top row."""
    text: tuple[str, ...]
    """Paragraphs that say what is asked and in what form."""
    prompt: str
    """Words before what is typed, without a colon."""
    answer: "Callable[[str], Action]"
    """What an answer leads to."""
    value: str = ""
    """What stands there before anything is typed."""
    secret: bool = False
    """Whether what is typed is not shown."""
    optional: bool = False
    """Whether an empty answer is one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for one value."""

    question: Question
    """What is asked."""


@dataclass(frozen=True, slots=True)
class Again:
    """Show the view as it is now."""


Action: TypeAlias = Open | Back | Tell | Again | Exit | Ask
