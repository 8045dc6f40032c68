"""Whether a terminal of a given name can move its cursor, as this machine's terminal descriptions say."""


def cursor_addressable(name: str) -> bool | None:
    """Return whether the terminal description `name` can place the cursor; `None` where there is no description.

    One name for each process: Python's curses reads a description once and answers from it ever after.
    """
    try:
        import curses
    except ImportError:
        # Windows has no terminal descriptions.
        return None
    try:
        # Written to nobody: only the description is read.
        curses.setupterm(term=name, fd=1)
    except (curses.error, OSError):
        return None
    return curses.tigetstr("cup") is not None
