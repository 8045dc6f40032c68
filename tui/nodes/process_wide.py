"""What all channels of one process share: the slots for handshakes, and the clock."""

import threading
from dataclasses import dataclass, field

from tui.nodes.clock import Clock

HANDSHAKES_AT_ONCE = 8
"""Sixteen nodes at once would storm the domain controller with NTLM."""


@dataclass(frozen=True, slots=True)
class ProcessWide:
    """Handed to every channel; tests make their own."""

    handshakes: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(HANDSHAKES_AT_ONCE))
    """Held while a connection is authenticated."""
    clock: Clock = field(default_factory=Clock)
    """Deadlines."""


SHARED = ProcessWide()
"""What channels use when they are given nothing else."""
