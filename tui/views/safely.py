"""What a view does wrong must not take the menu down: it is logged with its traceback and told in words."""

import logging
from collections.abc import Callable

from tui.pages.columns import wrap
from tui.pages.document import LEAVE, Document, Role, line_of
from tui.places import log_file
from tui.views.action import Action, Tell
from tui.views.view import View

LOG = logging.getLogger("azsconfig.views")


def document_of(view: View, columns: int) -> Document:
    """Return what a view says, or that it could not be shown."""
    try:
        return view.document(columns)
    except Exception as error:
        LOG.exception("a view could not be shown")
        lines = tuple(line_of(f" {line}", Role.BAD) for line in wrap(failure_words(error), columns - 2))
        return Document("This could not be shown", lines, LEAVE)


def action_of(act: Callable[[], Action | None]) -> Action | None:
    """Return what a key or a choice leads to, or that it failed."""
    try:
        return act()
    except Exception as error:
        LOG.exception("a key or a choice failed")
        return Tell(failure_words(error))


def leave(view: View) -> None:
    """Leave a view."""
    try:
        view.leave()
    except Exception:
        LOG.exception("a view could not be left")


def failure_words(error: BaseException) -> str:
    """Return that azsconfig itself failed, and where the rest is."""
    return f"azsconfig failed here ({type(error).__name__}). Nothing was changed by it; the log has more: {log_file()}"
