"""The view of an option, imported when it is opened."""

from importlib import import_module
from typing import TYPE_CHECKING

from tui.options import Option

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.views.desk import Desk
    from tui.views.view import View


def view_of(option: Option, desk: "Desk") -> "View":
    """Return the view of an option that this version has.

    Raises:
        ValueError: this version has no view of it; the menu refuses such an option.
    """
    if option.screen is None:
        message = f"option {option.number} has no view"
        raise ValueError(message)
    module, _, name = option.screen.rpartition(".")
    make: Callable[[Desk], View] = getattr(import_module(module), name)
    return make(desk)
