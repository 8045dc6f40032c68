"""Text as PowerShell takes it literally."""

QUOTES = "'\u2018\u2019\u201a\u201b"
"""What PowerShell takes for a single quote: the typographic ones too (about_Quoting_Rules)."""


def quoted(text: str) -> str:
    """Return `text` as a string in single quotes, in which nothing is special but quotes, which are doubled."""
    return "'" + "".join(character * 2 if character in QUOTES else character for character in text) + "'"


def end_of_string(text: str, start: int) -> int:
    """Return the index after the string that begins at `start`, in single or double quotes, as we write them."""
    closing = QUOTES if text[start] in QUOTES else '"'
    index = start + 1
    while index < len(text):
        if text[index] in closing:
            if index + 1 < len(text) and text[index + 1] in closing:
                index += 1
            else:
                return index + 1
        index += 1
    return index
