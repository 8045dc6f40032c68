"""Text in columns of a terminal: widths, padding, cutting, wrapping."""

import re
import textwrap

ELLIPSIS = "..."
SHORTEST = 8
"""Cells that a wrapped line has at least, however narrow the terminal."""


def width(text: str) -> int:
    """Return how many cells `text` takes; characters a terminal does not print count as none."""
    if text.isascii():
        return len(text)
    # Loaded for the first text that needs it: it takes longer than the rest of this module.
    from wcwidth import wcswidth, wcwidth

    cells = wcswidth(text)
    return cells if cells >= 0 else sum(max(wcwidth(character), 0) for character in text)


def printable(text: str) -> str:
    """Return `text` with a space for everything that is not printed: it would break a screen and its count of cells."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def cut(text: str, cells: int) -> str:
    """Return `text` cut to at most `cells` cells, ending in `...` where something was cut."""
    text = printable(text)
    if width(text) <= cells:
        return text
    room = max(cells - len(ELLIPSIS), 0)
    kept = ""
    for character in text:
        if width(kept + character) > room:
            break
        kept += character
    return (kept + ELLIPSIS)[: max(cells, 0)] if cells < len(ELLIPSIS) else kept + ELLIPSIS


def pad(text: str, cells: int) -> str:
    """Return `text` cut or filled with spaces to exactly `cells` cells."""
    shown = cut(text, cells)
    return shown + " " * (cells - width(shown))


def wrap(text: str, cells: int, indent: int = 0) -> list[str]:
    """Return `text` as lines of at most `cells` cells, later lines indented by `indent`; line ends are kept.

    A word longer than a line is broken, so that nothing is lost: resource ids and paths are such words.
    """
    lines: list[str] = []
    rest = max(cells - indent, SHORTEST)
    for paragraph in text.splitlines() or [""]:
        for piece in _wrapped(paragraph, rest if lines else max(cells, SHORTEST), rest):
            lines.append(" " * indent + piece if lines else piece)
    return lines


def _wrapped(paragraph: str, first: int, rest: int) -> list[str]:
    """Return one paragraph in lines, the first of `first` cells, the others of `rest`."""
    # Not by the sum: a tab of no cell and a character of two make up for each other.
    if paragraph.isascii() or all(width(character) == 1 for character in paragraph):
        pieces = textwrap.wrap(paragraph, first, subsequent_indent=" " * (first - rest), break_on_hyphens=False)
        return [pieces[0], *(piece[first - rest :] for piece in pieces[1:])] if pieces else [""]
    return _wrapped_by_cells(paragraph, first, rest)


def _wrapped_by_cells(paragraph: str, first: int, rest: int) -> list[str]:
    """Do the same for text with wide or combining characters, whose cells textwrap does not measure."""
    pieces: list[str] = []
    current, room = "", first
    for word in re.findall(r"\s+|\S+", paragraph):
        if width(current + word) <= room:
            current += word
            continue
        if current.strip():
            pieces.append(current.rstrip())
            current, room = "", rest
        for character in word.lstrip():
            if width(current + character) > room:
                pieces.append(current)
                current, room = "", rest
            current += character
    return [*pieces, current.rstrip()]


def break_word(word: str, cells: int) -> list[str]:
    """Return a word that is longer than a line, a path or an address, in pieces; after a `/` where one is near."""
    pieces: list[str] = []
    room = max(cells, SHORTEST)
    while width(word) > room:
        fitting = _fitting(word, room) or word[0]
        slash = fitting.rfind("/") + 1
        piece = fitting[:slash] if slash > len(fitting) // 2 else fitting
        pieces.append(piece)
        word = word[len(piece) :]
    return [*pieces, word]


def _fitting(word: str, cells: int) -> str:
    """Return as much of the beginning of a word as fits."""
    end = 0
    while end < len(word) and width(word[: end + 1]) <= cells:
        end += 1
    return word[:end]


def to_ascii(text: str) -> str:
    """Return `text` with a `?` in every cell of a character that is not ASCII: columns stay where they are."""
    if text.isascii():
        return text
    return "".join(character if character.isascii() else "?" * width(character) for character in text)
