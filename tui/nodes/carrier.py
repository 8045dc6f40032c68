"""What carries bytes between a channel and the PowerShell at its other end."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one read brought."""

    stdout: bytes = b""
    """Bytes of standard output."""
    stderr: bytes = b""
    """Bytes of standard error."""
    gap: bool = False
    """Whether output before this may be missing: whoever counts asks for it again."""
    ended: bool = False
    """Whether PowerShell has ended; nothing follows."""
    exit_code: int | None = None
    """Its exit code once it has ended, where that is known."""


class Gone(Exception):  # noqa: N818 - a state of the far end, not an error of ours
    """The PowerShell at the other end no longer exists, and has not seen what was being written."""


class Carrier(Protocol):
    """One PowerShell, from its start to its end. `read` belongs to one thread; the rest may be called by any.

    Everything raises `NodeError` when the node cannot be talked to, and `Gone` when its PowerShell is no more.
    """

    @property
    def authentication(self) -> str | None:
        """How the node knows us; `None` where nobody asks."""
        ...

    def open(self, first_line: bytes) -> None:
        """Start PowerShell with the bootstrap and write it its first line. Blocks."""
        ...

    def write(self, data: bytes) -> None:
        """Write whole lines. May block; may write lines twice, never in part."""
        ...

    def read(self) -> Delivery:
        """Wait for output; returns an empty delivery now and then when there is none."""
        ...

    def close(self, within: float) -> bool:
        """End PowerShell and everything it started, and wake who waits in `read`, within about that many seconds.

        Returns whether it is known to be gone. Never raises; may be called twice and before `open` has returned.
        """
        ...
