"""Who runs azsconfig."""

import getpass


def this_user() -> str:
    """Return the name of the user, or empty where this machine has none for us."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
