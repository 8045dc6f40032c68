"""The row for what must not be overlooked: a simulated cluster, read-only, an error."""

from tui.operations.snapshot import Snapshot
from tui.pages.columns import cut, pad, width

KEYS = "? help  r read"


def notice(snapshot: Snapshot, columns: int, keys: str = KEYS) -> str:
    """Return the row, `columns` cells at most: notices left, keys right."""
    parts = [
        snapshot.banner or "",
        "READ-ONLY" if snapshot.read_only else "",
        snapshot.error or "",
        snapshot.doing,
    ]
    words = "  ".join(part for part in parts if part)
    room = columns - width(keys) - 3
    return f" {pad(cut(words, room), room)} {keys}"
