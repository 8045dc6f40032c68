"""Text in columns of a terminal: widths, padding, cutting, wrapping."""

import textwrap

ELLIPSIS = "..."


def width(text: str) -> int:
    """Return how many cells `text` takes; characters a terminal does not print count as none."""
    if text.isascii():
        return len(text)
    # Loaded for the first text that needs it: it takes longer than the rest of this module.
    from wcwidth import wcswidth, wcwidth

    cells = wcswidth(text)
    return cells if cells >= 0 else sum(max(wcwidth(character), 0) for character in text)


def cut(text: str, cells: int) -> str:
    """Return `text` cut to at most `cells` cells, ending in `...` where something was cut."""
    if not text.isprintable():
        # A line end or tab inside a row would break the screen and its count of cells.
        text = "".join(character if character.isprintable() else " " for character in text)
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
    for paragraph in text.splitlines() or [""]:
        room = max(cells - (indent if lines else 0), 8)
        for piece in _wrapped(paragraph, room):
            lines.append(" " * indent + piece if lines else piece)
    return lines


def _wrapped(paragraph: str, cells: int) -> list[str]:
    """Return one paragraph in lines of `cells`; wide characters are measured, which textwrap does not."""
    if width(paragraph) == len(paragraph):
        return textwrap.wrap(paragraph, cells, break_on_hyphens=False) or [""]
    pieces: list[str] = []
    current = ""
    for character in paragraph:
        if width(current + character) > cells:
            pieces.append(current)
            current = ""
        current += character
    return [*pieces, current]


def to_ascii(text: str) -> str:
    """Return `text` with a `?` in every cell of a character that is not ASCII: columns stay where they are."""
    if text.isascii():
        return text
    return "".join(character if character.isascii() else "?" * width(character) for character in text)
