"""The row for what must not be overlooked: a simulated cluster, read-only, an error, what goes on."""

from tui.operations.snapshot import Snapshot
from tui.pages.columns import cut, pad, width


def notice_words(snapshot: Snapshot, doing: str = "") -> str:
    """Return what must not be overlooked, and what goes on."""
    parts = (snapshot.banner or "", "READ-ONLY" if snapshot.read_only else "", snapshot.error or "", doing)
    return "  ".join(part for part in parts if part)


def notice(snapshot: Snapshot, doing: str, keys: str, columns: int) -> str:
    """Return the row, `columns` cells at most: notices left, keys right; without room for both, the letters alone."""
    words = notice_words(snapshot, doing)
    if width(words) + width(keys) + 3 > columns:
        keys = " ".join(word for word in keys.split() if len(word) == 1)
    room = columns - width(keys) - 3
    return f" {pad(cut(words, room), room)} {keys}"
