"""What screens need of the application they run in."""

from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.geometry import Size
from textual.screen import Screen

from tui.operations.appearance import Appearance

if TYPE_CHECKING:
    from textual.app import App

NARROWEST = 40
"""Columns that documents are laid out for where the terminal has fewer: what does not fit is cut."""


class Stage(Protocol):
    """Shows screens one above the other, the menu at the bottom."""

    @property
    def look(self) -> Appearance:
        """How everything is drawn now."""
        ...

    @property
    def size(self) -> Size:
        """Columns and rows of the terminal."""
        ...

    def push_screen(self, screen: Screen[Any]) -> object:
        """Show another screen."""
        ...

    def leave(self, views: int, words: str) -> None:
        """Leave so many screens, never the menu, and say something on the one that is then in front."""
        ...

    def exit(self) -> None:
        """Leave the application."""
        ...


def stage_of(screen: Screen[Any]) -> Stage:
    """Return the application a screen runs in."""
    return cast("Stage", cast("App[None]", screen.app))  # pyright: ignore[reportUnknownMemberType]


def columns_of(stage: Stage) -> int:
    """Return the cells of one row that documents are laid out for."""
    return max(stage.size.width, NARROWEST)
