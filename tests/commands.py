"""Runs azsconfig as a program, as a user does."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from tests.conftest import ROOT

PATIENCE_SECONDS = 60


def azsconfig(*arguments: str, stdin: str = "", home: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end; `home` keeps the user's own files out of it."""
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        env=environment(home),
    )


def status(*arguments: str, stdin: str = "", home: Path | None = None) -> tuple[int, dict[str, Any]]:
    """Run `status --json` and return its exit code and object."""
    done = azsconfig("status", "--json", *arguments, stdin=stdin, home=home)
    assert done.stdout, done.stderr
    return done.returncode, cast("dict[str, Any]", json.loads(done.stdout))


def environment(home: Path | None) -> Mapping[str, str] | None:
    """Return an environment whose home is elsewhere; `None` for our own."""
    if home is None:
        return None
    kept = {name: value for name, value in os.environ.items() if name != "AZSCONFIG_POWERSHELL"}
    folders = {name: str(home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    return {**kept, "HOME": str(home), **folders}


@contextmanager
def running_lab(*arguments: str) -> Generator[dict[str, Any]]:
    """Keep `azsconfig lab` running and give what it said when it was ready."""
    with subprocess.Popen(
        [sys.executable, "-m", "tui", "lab", "--json", *arguments], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


class Started:
    """One command that runs while a test does something else; what it writes goes into files."""

    def __init__(self, folder: Path, *arguments: str, home: Path | None = None, stdin: str = "") -> None:
        """Start it; `folder` is made for its input and output."""
        folder.mkdir()
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        given = folder / "stdin"
        given.write_text(stdin, encoding="utf-8")
        with given.open("rb") as read, self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tui", *arguments],
                cwd=ROOT,
                stdin=read,
                stdout=out,
                stderr=err,
                env=environment(home),
            )
        # Secrets in it have been handed over.
        given.unlink()

    def lines(self) -> list[dict[str, Any]]:
        """Return the JSON objects it has written so far, a line each."""
        whole, _, _ = self.stdout.read_text(encoding="utf-8").rpartition("\n")
        return [cast("dict[str, Any]", json.loads(line)) for line in whole.splitlines()]

    def ended(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for its end; return its exit code."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it at once, without a word; one that has ended is left alone."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def started(folder: Path, *arguments: str, home: Path | None = None, stdin: str = "") -> Generator[Started]:
    """Start a command and give it; whatever happens it is gone afterwards."""
    command = Started(folder, *arguments, home=home, stdin=stdin)
    try:
        yield command
    finally:
        command.kill()
