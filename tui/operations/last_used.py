"""What was chosen last, to be proposed again: nothing secret."""

import contextlib
import json
from pathlib import Path
from typing import Any, cast

from tui.places import activity_file

FILE_NAME = "last-used.json"


def last_subscription(path: Path | None = None) -> str | None:
    """Return the subscription that was registered in last; `None` where none was, or the file cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        known: object = json.loads((path or _file()).read_text(encoding="utf-8"))
        if isinstance(known, dict):
            value = cast("dict[str, Any]", known).get("subscription")
            return value if isinstance(value, str) else None
    return None


def keep_subscription(subscription: str, path: Path | None = None) -> None:
    """Remember a subscription; where that fails, it is typed again next time."""
    file = path or _file()
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(json.dumps({"subscription": subscription}), encoding="utf-8")


def _file() -> Path:
    return activity_file().with_name(FILE_NAME)
