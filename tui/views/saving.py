"""`s` on every view: what is shown goes to a file as text, JSON or SVG; no file is ever overwritten."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.operations.activity import Outcome
from tui.pages.times import file_stamp
from tui.views.action import Action, Back, Question, Tell
from tui.views.view import View

SCHEMA = 1
KINDS = {".txt": "text", ".json": "JSON", ".svg": "a picture (SVG)"}
TEXT = (
    "The end of the name says what is written: .txt text, .json the same as data for programs, .svg a picture with the "
    "colours. A file that exists is never overwritten."
)


def save_question(view: View, columns: int) -> Question:
    """Return the question for the file that `view` is saved to, laid out for `columns` cells."""
    proposed = view.desk.places.saved / f"azsconfig-{view.FILE}-{file_stamp(view.desk.reader.now())}.txt"
    title = f"Save: {view.document(columns).title}"
    return Question(title, (TEXT,), "File", lambda answer: _save(view, columns, answer), value=str(proposed))


def _save(view: View, columns: int, answer: str) -> Action:
    path = Path(answer.strip().strip('"')).expanduser()
    kind = path.suffix.lower()
    if kind not in KINDS:
        return Tell(f"The name must end in {', '.join(KINDS)}; {path.name or 'an empty name'} does not.")
    try:
        size = _write_new(path, content(view, columns, kind))
    except FileExistsError:
        return Tell(f"{path} exists already. Give another name.")
    except FileNotFoundError:
        return Tell(f"There is no folder {path.parent}. Create it, or give another one.")
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        view.desk.activity.note(f"{path} could not be written: {words}.", Outcome.FAILED)
        return Tell(f"{path} cannot be written: {words}.")
    view.desk.activity.note(f"Saved {view.document(columns).title!r} to {path.absolute()}.")
    return Back(words=f"Saved {size:,} bytes to {path.absolute()}")


def content(view: View, columns: int, kind: str) -> str:
    """Return what is written for a file that ends in `kind`."""
    document = view.document(columns)
    if kind == ".svg":
        return view.desk.picture(document, columns)
    if kind == ".json":
        told: Mapping[str, Any] = {"schema": SCHEMA, **view.data()}
        return json.dumps(told, indent=2) + "\n"
    snapshot = view.desk.reader.snapshot()
    heading = f"{snapshot.banner}\n\n" if snapshot.banner else ""
    return heading + document.text


def _write_new(path: Path, text: str) -> int:
    """Write a new file that its owner alone can read, whole or not at all; return its size in bytes."""
    encoded = text.encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encoded)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return len(encoded)
