"""One piece of PowerShell that is shown to be typed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Commands for one purpose, as Windows PowerShell 5.1 and PowerShell 7 take them."""

    purpose: str
    """What they are for, and what has to be so before they work: a sentence or two."""
    text: str
    """The commands; several lines have LF between them."""
    changes: bool = False
    """Whether they change something, on a node or in Azure."""
