"""How a role of the text looks: the console's own sixteen colours, and attributes that survive without colour."""

from rich.style import Style

from tui.pages.document import Role

STYLES: dict[Role, Style] = {
    Role.PLAIN: Style(),
    Role.TITLE: Style(bold=True),
    Role.HEADING: Style(bold=True),
    Role.GOOD: Style(color="green"),
    Role.ATTENTION: Style(color="yellow"),
    Role.BAD: Style(color="red", bold=True),
    Role.QUIET: Style(dim=True),
}

CURSOR = Style(reverse=True)
"""The line that Enter would choose; it also carries a `>`."""
