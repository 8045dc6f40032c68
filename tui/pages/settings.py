"""Settings: saved connections, how azsconfig looks and what it offers."""

from tui.configuration.model import ClusterConfiguration
from tui.operations.appearance import Appearance
from tui.operations.preferences import Preferences
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.sections import paragraphs

TITLE = "Settings"
PROMPT = f"Number to change, {BACK} for the menu:"
NAME_CELLS = 18
NARROW = 60
ADD, THEME, ASCII, READ_ONLY, TRANSPORT = "add", "theme", "ascii", "read-only", "transport"
SAVED = "connection "
"""Before the name of a saved connection, in `Choice.id`."""
YES_NO = {True: "yes", False: "no"}


def settings(preferences: Preferences, shown: Appearance, columns: int) -> Document:
    """Return the saved connections and the settings with their values."""
    saved = preferences.configuration
    body = [line_of(f" {line}", Role.QUIET) for line in wrap(f"File: {preferences.path}", columns - 2, 2)]
    rows: list[tuple[str, str, str]] = []
    for name, cluster in saved.clusters.items():
        named = name == saved.default
        rows.append((SAVED + name, name, connection_words(cluster) + (" (opened when none is named)" if named else "")))
    rows.append((ADD, "Add a connection", ""))
    body.extend((BLANK, line_of(" Saved connections", Role.HEADING)))
    body.extend(_rows(rows, 1, columns))
    looks = _looks(preferences, shown)
    body.extend((BLANK, line_of(" How azsconfig looks and what it offers", Role.HEADING)))
    body.extend(_rows(looks, len(rows) + 1, columns))
    return Document(TITLE, tuple(body), PROMPT)


def _looks(preferences: Preferences, shown: Appearance) -> list[tuple[str, str, str]]:
    saved, given = preferences.configuration.settings, preferences.given
    theme = "given with --theme" if given.theme else "chosen" if saved.theme else "suits this terminal"
    plain = "given with --ascii" if given.ascii else "chosen" if saved.ascii is not None else "suits this terminal"
    read_only = " (given with --read-only)" if given.read_only else ""
    return [
        (THEME, "Theme", f"{shown.theme} ({theme})"),
        (ASCII, "ASCII only", f"{YES_NO[shown.ascii]} ({plain})"),
        (READ_ONLY, "Read-only", YES_NO[preferences.read_only] + read_only),
        (TRANSPORT, "Transport", f"{saved.transport} (for connections that name none)"),
    ]


def _rows(rows: list[tuple[str, str, str]], first: int, columns: int) -> list[Line]:
    """Return numbered rows of a name and a value; in few columns the value goes on below."""
    lines: list[Line] = []
    for number, (choice, name, value) in enumerate(rows, first):
        lead = f" {number:2}) "
        option = Choice(number, choice)
        if columns < NARROW or width(name) > NAME_CELLS:
            lines.append(Line((Span(lead + cut(name, columns - len(lead))),), option))
            lines.extend(line_of(f"       {line}") for line in wrap(value, columns - 8) if line)
            continue
        head = f"{lead}{pad(name, NAME_CELLS)} "
        first_line, *rest = wrap(value, columns - len(head))
        lines.append(Line((Span(head), Span(first_line)), option))
        lines.extend(line_of(" " * len(head) + line) for line in rest)
    return lines


def numbered_rows(rows: list[tuple[str, str, str]], columns: int) -> list[Line]:
    """Return rows of id, name and value, numbered from 1."""
    return _rows(rows, 1, columns)


def connection_words(cluster: ClusterConfiguration) -> str:
    """Return a connection in a few words."""
    count = len(cluster.nodes)
    user = f" as {cluster.user}" if cluster.user else ""
    transport = f" over {cluster.transport}" if cluster.transport else ""
    return f"{count} node{'' if count == 1 else 's'}{user}{transport}"


def settings_help(columns: int) -> Document:
    """Return the help of this screen."""
    texts = (
        (
            "A saved connection says how the nodes of one cluster are reached from this computer. On a node of the "
            "cluster none is needed. Choose one to open it, to try it, to change or to remove it. No password is ever "
            "saved: it is asked for when the connection is opened or tried."
        ),
        (
            "The theme sets the colours: dark and light for a dark or light background, contrast for poor screens, "
            "monochrome for none. ASCII only replaces every other character by ?, for consoles that cannot show it. "
            "What is not chosen follows what this terminal can do; azsconfig --diagnose-terminal says what that is."
        ),
        (
            "Read-only offers nothing that changes anything on a node or in Azure. What is given on the command line "
            "holds for this session, whatever is saved here."
        ),
    )
    return Document("Help: settings", paragraphs(texts, columns))
