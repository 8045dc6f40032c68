"""What the commands say on standard error when something went wrong."""

import sys


def complain(message: str, remedy: str = "") -> None:
    """Say what went wrong and, on a line of its own, what to do about it."""
    sys.stderr.write(f"azsconfig: {message}\n")
    if remedy:
        sys.stderr.write(f"           {remedy}\n")
