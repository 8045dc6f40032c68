"""What the commands say on standard error when something went wrong."""

import sys


def complain(message: str, remedy: str = "") -> None:
    """Say what went wrong and, on a line of its own, what to do about it."""
    sys.stderr.write(f"azsconfig: {message}\n")
    if remedy:
        sys.stderr.write(f"           {remedy}\n")


def complain_of_ourselves(error: Exception) -> None:
    """Say that azsconfig itself failed, and where the rest is; the traceback goes to the log alone."""
    import logging

    from tui.places import log_file

    logging.getLogger("azsconfig").error("azsconfig failed", exc_info=error)
    complain(f"failed ({type(error).__name__}). The log has more: {log_file()}", "Send it with your report of this.")
