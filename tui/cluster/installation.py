"""What an installation of updates on one node came to, as its job tells it."""

from dataclasses import dataclass, field

from tui.cluster.update_results import RESULTS, OperationResult, explain, hresult_number

NOT_OFFERED = "NotOffered"
"""Result of an update that the node is not offered any more: installed meanwhile, or taken back."""


@dataclass(frozen=True, slots=True)
class InstalledUpdate:
    """How it went with one update."""

    id: str
    """`UpdateID`."""
    title: str
    """Its title."""
    result_code: OperationResult
    """How it ended; `NotOffered` where the node is not offered it any more."""
    kbs: tuple[str, ...] = field(default=(), metadata={"name": "KBs"})
    """Numbers of its articles."""
    h_result: str | None = field(default=None, metadata={"name": "HResult"})
    """Its code, `0x80240017`."""
    restart_needed: bool = False
    """Whether it wants a restart."""
    phase: str | None = None
    """`download` or `install`: where it ended."""

    @property
    def failed(self) -> bool:
        """Whether it is not there although it was wanted: what was not offered any more is no failure."""
        if str(self.result_code) == NOT_OFFERED:
            return False
        meaning = RESULTS.get(self.result_code)
        return meaning is None or not meaning.succeeded

    @property
    def why(self) -> str:
        """Why it failed, with its code, in words without a full stop."""
        if self.result_code == OperationResult.NOT_STARTED:
            return "it was not begun, because nothing can be installed now"
        code = explain(self.h_result or "0x80004005")
        during = f"{self.phase}: " if self.phase else ""
        return f"{during}{code.meaning} ({code.text})"

    @property
    def remedy(self) -> str:
        """What to do about its failure."""
        if self.result_code == OperationResult.NOT_STARTED:
            return RESULTS[OperationResult.NOT_STARTED].remedy
        return explain(self.h_result or "0x80004005").remedy


@dataclass(frozen=True, slots=True)
class Installation:
    """How it went on one node."""

    updates: tuple[InstalledUpdate, ...] = ()
    """Each update that was wanted."""
    restart_needed: bool = False
    """Whether the node has to restart."""
    installed: int = 0
    """How many were installed."""
    failed: int = 0
    """How many were not."""

    @property
    def failures(self) -> tuple[InstalledUpdate, ...]:
        """Those that are not there although they were wanted; those with a code of their own first."""
        failed = [update for update in self.updates if update.failed]
        return tuple(sorted(failed, key=lambda update: hresult_number(update.h_result) in {None, 0}))
