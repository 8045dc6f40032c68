"""Which page belongs to which option: the screens and line mode show the same ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tui.operations.snapshot import Snapshot
from tui.pages.arc_servers import arc_help, arc_server_details, arc_servers
from tui.pages.document import Document
from tui.pages.node_details import node_details
from tui.pages.registration_status import registration_status, status_help


@dataclass(frozen=True, slots=True)
class OptionPage:
    """The page of one option."""

    document: Callable[[Snapshot, datetime, int], Document]
    """What it says of a snapshot at a time, for so many columns."""
    details: Callable[[Snapshot, str, int], Document]
    """What it says of the node that was chosen on it."""
    help: Callable[[int], Document]
    """The help written for it."""


PAGES: dict[str, OptionPage] = {
    "status": OptionPage(registration_status, node_details, status_help),
    "arc": OptionPage(arc_servers, arc_server_details, arc_help),
}
"""The page of each option that has one, by the option's id."""
