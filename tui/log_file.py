"""The log file: what azsconfig did and read, for support. It never reaches the terminal."""

import logging
import logging.handlers
from pathlib import Path

from tui.places import log_file

LARGEST_BYTES = 2_000_000
OLD_FILES = 3
LIBRARIES = ("winrm", "spnego", "requests", "urllib3", "requests_credssp", "azure", "msal")
"""Loggers of libraries: warnings and worse go to the file, nothing to the terminal."""


def write_log(level: str = "info") -> Path | None:
    """Send what our code and its libraries log to the log file and nowhere else; returns the file.

    Where no file can be written the log is dropped and `None` returned: a full disk must not keep anyone from reading
    a cluster.
    """
    root = logging.getLogger()
    path: Path | None = log_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=LARGEST_BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True
        )
        with path.open("a", encoding="utf-8"):
            path.chmod(0o600)
    except OSError:
        path, handler = None, logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(threadName)s %(message)s"))
    root.addHandler(handler)
    # A full disk, or a second azsconfig that holds the file, must not put tracebacks on the terminal.
    logging.raiseExceptions = False
    root.setLevel(logging.WARNING)
    logging.getLogger("azsconfig").setLevel(level.upper())
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    return path
