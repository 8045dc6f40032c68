"""Looks for secrets wherever they must not be: in what processes show of themselves, in files, in what was written."""

import base64
import json
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil

FRAGMENT = 40
"""Of what is long, a part this long gives it away."""
_SCANS_APART_SECONDS = 0.02


def forms(secret: str) -> set[bytes]:
    """Return everything that a secret may look like: as it is, escaped, encoded, or only its end."""
    texts = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], secret[-FRAGMENT:]}
    raw = secret.encode()
    # Without the last characters, which depend on what comes after it.
    encoded = {base64.b64encode(raw).rstrip(b"=")[:-1], base64.b64encode(secret.encode("utf-16-le")).rstrip(b"=")[:-1]}
    return {form.encode() for form in texts} | {secret.encode("utf-16-le")} | encoded


class Wanted:
    """The secrets that are looked for; more may be added while it goes on."""

    def __init__(self, **secrets: str) -> None:
        self._lock = threading.Lock()
        self._forms: dict[bytes, str] = {}
        for name, secret in secrets.items():
            self.add(name, secret)

    def add(self, name: str, secret: str) -> None:
        """Look for one more."""
        assert len(secret) >= 8, "what is short is found everywhere"
        with self._lock:
            self._forms |= dict.fromkeys(forms(secret), name)

    def names(self) -> set[str]:
        """Return what is looked for."""
        with self._lock:
            return set(self._forms.values())

    def found_in(self, content: bytes) -> set[str]:
        """Return the names of secrets in some content."""
        with self._lock:
            return {name for form, name in self._forms.items() if form in content}

    def found_in_files(self, folder: Path, known: Iterable[Path] = ()) -> Mapping[str, set[str]]:
        """Return the secrets in all files below a folder, by the file; those that are `known` to hold some may."""
        files = {path for path in folder.rglob("*") if path.is_file()} - set(known)
        assert files, "nothing was written, so nothing was searched"
        found = {str(path): self.found_in(path.read_bytes()) for path in files}
        return {path: names for path, names in found.items() if names}


class Watch:
    """Looks at the arguments and the environment of every process, again and again until it is left."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch for secrets", daemon=True)
        self.found: set[tuple[str, str]] = set()
        """Secret, and the process that showed it."""
        self.scans = 0
        """How often all processes have been looked at."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def once_more(self) -> None:
        """Wait until every process has been looked at once more from now on."""
        deadline, scans = time.monotonic() + 30, self.scans
        while self.scans < scans + 2:
            assert time.monotonic() < deadline, "nobody looks any more"
            self._over.wait(_SCANS_APART_SECONDS)

    def _look(self) -> None:
        while not self._over.wait(_SCANS_APART_SECONDS):
            for process in psutil.process_iter():
                shown = _shown(process)
                self.found |= {(name, f"{process.pid} {shown[:200]!r}") for name in self._wanted.found_in(shown)}
            self.scans += 1


def _shown(process: psutil.Process) -> bytes:
    """Return arguments and environment of a process; empty for one that is gone or nobody may look at."""
    try:
        words = [*process.cmdline(), *(f"{name}={value}" for name, value in process.environ().items())]
    except (psutil.Error, OSError):
        return b""
    return "\0".join(words).encode("utf-8", "surrogateescape")
