"""Replaces the configuration file: whole or not at all, one azsconfig at a time."""

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Generator
from pathlib import Path

from tui.configuration.error import ConfigurationError

LOCK_SECONDS = 5.0
"""How long one waits for another azsconfig that changes the file."""
RETRY_SECONDS = 0.05
FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextlib.contextmanager
def alone(path: Path) -> Generator[Path]:
    """Hold off every other azsconfig that would change the file at `path`, and give where it really is.

    Its folder is made, readable by its owner alone, where it is missing. What the system refuses inside the block is
    told as well.

    Raises:
        ConfigurationError: the folder or the file cannot be written, or another azsconfig goes on changing it.
    """
    # A link is followed: the file may be kept with others elsewhere.
    real = Path(os.path.realpath(path))
    try:
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(real):
            yield real
    except TimeoutError as error:
        message = f"The configuration {path} is being changed by another azsconfig."
        raise ConfigurationError(message, "Try again when that one is done.") from error
    except OSError as error:
        message = f"The configuration {path} cannot be changed: {error.strerror or error}."
        raise ConfigurationError(message, _remedy(error, real)) from error


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in place of the file at `path`, which keeps its mode and owner; a new one is its owner's alone.

    Whatever happens meanwhile, there is the old file or the new one. Raises OSError; the old file then stands.
    """
    new = path.with_name(f".{path.name}.new")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    # What a crash has left; nobody else writes it now.
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            _take_over(path.stat(), new)
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _take_over(old: os.stat_result, new: Path) -> None:
    """Give a file the mode and, where that is allowed, the owner of another one."""
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.chown(new, old.st_uid, old.st_gid)
        new.chmod(stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can be asked to."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def _lock(path: Path) -> Generator[None]:
    """Hold the lock of a file's folder; raises TimeoutError when somebody else keeps it."""
    # Windows locks no folders: an empty file stands in for it there.
    windows = sys.platform == "win32"
    place = path.with_name(f".{path.name}.lock") if windows else path.parent
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT if windows else os.O_RDONLY, 0o600)
    try:
        until = time.monotonic() + LOCK_SECONDS
        while not _try_lock(descriptor):
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(RETRY_SECONDS)
        yield
    finally:
        # Closing gives the lock back.
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network folders know no locks; the file is still replaced whole.
        return error.errno not in {errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK}
    return True


def _remedy(error: OSError, path: Path) -> str:
    if error.errno in FULL:
        return "Make room on that disk; the file is as it was."
    if error.errno in FORBIDDEN:
        return f"Let this user write in {path.parent}, or use another file (--config); the file is as it was."
    return "Check the path; the file is as it was."
