"""How a role of the text looks: the console's own sixteen colours, and attributes that survive without colour."""

from collections.abc import Mapping

from rich.style import Style

from tui.operations.appearance import Appearance
from tui.pages.document import Role

DARK: Mapping[Role, Style] = {
    Role.PLAIN: Style(),
    Role.TITLE: Style(bold=True),
    Role.HEADING: Style(bold=True),
    Role.GOOD: Style(color="green"),
    Role.ATTENTION: Style(color="yellow"),
    Role.BAD: Style(color="red", bold=True),
    Role.QUIET: Style(dim=True),
}
LIGHT: Mapping[Role, Style] = {
    **DARK,
    # Yellow on white cannot be read.
    Role.ATTENTION: Style(color="magenta"),
}
CONTRAST: Mapping[Role, Style] = {
    **DARK,
    Role.GOOD: Style(color="bright_green", bold=True),
    Role.ATTENTION: Style(color="bright_yellow", bold=True),
    Role.BAD: Style(color="bright_red", bold=True),
    # Dim text is the first to go on a poor screen.
    Role.QUIET: Style(),
}
MONOCHROME: Mapping[Role, Style] = {
    **DARK,
    Role.GOOD: Style(),
    Role.ATTENTION: Style(bold=True),
    Role.BAD: Style(bold=True, underline=True),
}
THEMES: Mapping[str, Mapping[Role, Style]] = {
    "dark": DARK,
    "light": LIGHT,
    "contrast": CONTRAST,
    "monochrome": MONOCHROME,
}
"""Styles by theme; the background is always the terminal's own."""

CURSOR = Style(reverse=True)
"""The line that Enter would choose; it also carries a `>`."""


def style_of(appearance: Appearance, role: Role) -> Style:
    """Return how text of a role looks."""
    return THEMES[appearance.theme][role]
