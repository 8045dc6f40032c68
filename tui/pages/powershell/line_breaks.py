"""Where a line of PowerShell may go on in the next one: what is copied from a narrow screen still runs."""

from collections.abc import Iterator
from dataclasses import replace

from tui.nodes.quoting import QUOTES, end_of_string
from tui.pages.columns import break_word, width
from tui.pages.document import Line, line_of

DEEPER = "  "
CONTINUES = frozenset("|,{(=")
"""After these a statement is not complete, so the line end means nothing; elsewhere a backtick takes its meaning."""


def shown(text: str, columns: int) -> tuple[Line, ...]:
    """Return commands as lines of at most `columns` cells.

    A line that is too long is broken between words. A word longer than a line, a path for example, is cut; its rest is
    glued to it, so that text which is not cut into rows (`Document.whole_lines`) has it whole.
    """
    return tuple(line for whole in text.split("\n") for line in _broken(whole, columns))


def _broken(whole: str, columns: int) -> Iterator[Line]:
    words = list(_words(whole.strip()))
    indent = whole[: len(whole) - len(whole.lstrip())]
    if width(whole) <= columns or not words:
        yield line_of(whole)
        return
    current = indent + words[0]
    for word in words[1:]:
        room = columns - (0 if current[-1] in CONTINUES else len(" `"))
        if width(f"{current} {word}") <= room or (word == words[-1] and width(f"{current} {word}") <= columns):
            current = f"{current} {word}"
            continue
        yield from _cut(current if current[-1] in CONTINUES else f"{current} `", indent, columns)
        current = indent + DEEPER + word
    yield from _cut(current, indent, columns)


def _cut(text: str, indent: str, columns: int) -> Iterator[Line]:
    if width(text) <= columns:
        yield line_of(text)
        return
    lead = text[: len(text) - len(text.lstrip())]
    first, *rest = _pieces(text.lstrip(), columns - len(lead))
    yield line_of(lead + first)
    for piece in rest:
        yield replace(line_of(indent + piece), glued=True)


def _pieces(word: str, cells: int) -> list[str]:
    """Return a word in pieces, none of which begins or ends with a space of a string: there it would be lost."""
    pieces = break_word(word, cells - 2)
    for index, piece in enumerate(pieces[:-1]):
        kept = piece.rstrip()[:-1] if piece.endswith(" ") or pieces[index + 1].startswith(" ") else piece
        pieces[index], pieces[index + 1] = kept, piece[len(kept) :] + pieces[index + 1]
    return pieces


def _words(text: str) -> Iterator[str]:
    """Yield what stands between spaces; a string is one word with all its spaces."""
    index = start = 0
    while index < len(text):
        if text[index] in QUOTES or text[index] == '"':
            index = end_of_string(text, index)
        elif text[index] == " ":
            if index > start:
                yield text[start:index]
            index += 1
            start = index
        else:
            index += 1
    if index > start:
        yield text[start:index]
