"""Long-running operations of Azure: begun, waited for, and left when the caller stops."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tui.azure.clients import asked

if TYPE_CHECKING:
    from azure.core.polling import LROPoller

T = TypeVar("T")


def finished(begin: "Callable[[], LROPoller[T]]") -> T:
    """Begin an operation and return its result once Azure says that it is over.

    Waits through the clients' transport, so their cancellation ends it within a moment: Azure itself goes on then.
    Raises AzureError: what Azure refused at once, and what it said at the end.
    """
    return asked(lambda: begin().result())
