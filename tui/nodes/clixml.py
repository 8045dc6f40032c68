"""PowerShell's standard error as text.

With -EncodedCommand and a redirected error stream, Windows PowerShell writes CLIXML: one or more documents, each after
`#< CLIXML`, progress among errors. It is for people and logs only; nothing is ever decided by it.
"""

import re
from html import unescape

from tui.nodes.plain_text import plain

_HEADER = re.compile(r"#<\s*CLIXML\s*")
_STRING = re.compile(r'<S(?:\s+S="(?P<stream>\w+)")?(?:\s+N="[^"]*")?\s*>(?P<text>[^<]*)(?:</S>|\Z|(?=<))')
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def stderr_text(data: bytes) -> str:
    """Return what standard error says, safe to show; damaged CLIXML gives what can be read of it."""
    text = _decode(data)
    before, *documents = _HEADER.split(text)
    lines = [before.strip(), *(_document(document) for document in documents)]
    return plain("\n".join(line for line in lines if line)).strip()


def _document(document: str) -> str:
    """Return the text of one document's error records, or of its other streams when it has none, else nothing."""
    xml, _, after = document.partition("</Objs>")
    texts: dict[str, list[str]] = {}
    for match in _STRING.finditer(xml):
        stream = (match["stream"] or "").lower()
        if stream:
            texts.setdefault(stream, []).append(_ESCAPE.sub(_character, unescape(match["text"])))
    errors = texts.get("error") or [text for stream in ("warning", "output") for text in texts.get(stream, [])]
    if not errors and not xml.lstrip().startswith("<"):
        return xml.strip()
    return "\n".join(part for part in ("".join(errors).strip(), after.strip()) if part)


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # A console that is not UTF-8: the Western code page reads every byte that means something.
        return data.decode("cp1252", "replace")
