"""Text that came from a node, made safe to show on a terminal and to write into a log."""

import re
from typing import TypeAlias

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None
"""What a decoded JSON document is made of."""

MAX_DEPTH = 64
"""Deeper nesting is no answer of any script: the agent itself stops at 8."""

_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor movement, modes
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029\v\f]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
_SUSPECT = re.compile(f"{_UNSAFE.pattern}|[\x85\u2028\u2029]")


def plain(text: str) -> str:
    """Return the text without terminal sequences, control characters, text-direction overrides or lone surrogates.

    Line feed and tab stay; other line ends become line feeds; what has no meaning left becomes U+FFFD.
    """
    if not _SUSPECT.search(text):
        return text
    return _UNSAFE.sub("\ufffd", _LINE_ENDS.sub("\n", _SEQUENCES.sub("", text)))


def plain_json(value: JSON, depth: int = 0) -> JSON:
    """Return the value with every string in it, keys included, made plain. Raises ValueError when nested too deeply."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        _check_depth(depth)
        return [plain_json(item, depth + 1) for item in value]
    if isinstance(value, dict):
        _check_depth(depth)
        return {plain(key): plain_json(item, depth + 1) for key, item in value.items()}
    return value


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        message = f"nested deeper than {MAX_DEPTH}"
        raise ValueError(message)
