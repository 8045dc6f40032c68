"""The row for what must not be overlooked: a simulated cluster, read-only, an error, what goes on."""

from tui.operations.snapshot import Snapshot
from tui.pages.columns import cut, pad, width


def notice_words(snapshot: Snapshot, doing: str = "") -> str:
    """Return what must not be overlooked, and what goes on."""
    read_only = "READ-ONLY" if snapshot.read_only else ""
    parts = (snapshot.banner or "", read_only, run_words(snapshot), snapshot.error or "", doing)
    return "  ".join(part for part in parts if part)


def notice(snapshot: Snapshot, doing: str, keys: str, columns: int) -> str:
    """Return the row, `columns` cells at most: notices left, keys right; without room for both, the letters alone."""
    words = notice_words(snapshot, doing)
    if width(words) + width(keys) + 3 > columns:
        keys = " ".join(word for word in keys.split() if len(word) == 1)
    room = columns - width(keys) - 3
    return f" {pad(cut(words, room), room)} {keys}"


def run_words(snapshot: Snapshot) -> str:
    """Return that a run goes on somewhere in the cluster; empty where none does."""
    going_on = list(snapshot.runs.whole_going_on) if snapshot.runs is not None else []
    if not going_on:
        return ""
    more = f" and {len(going_on) - 1} more" if len(going_on) > 1 else ""
    return f"RUN GOING ON: {going_on[0].state.title}{more} (13)"
