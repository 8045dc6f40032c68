"""The run that opts one node in to Microsoft Update."""

from tui.runs.rolling_loop import StepEnd
from tui.runs.run_state import RunState

OPT_IN_KIND = "enable-microsoft-update"


def opt_in_end(state: RunState, last_error: str) -> StepEnd:
    """Return what such a run came to."""
    if state.reason == "completed":
        return StepEnd(succeeded=True, text="opted in")
    look = f"See what it says: azsconfig runs show {state.id}"
    return StepEnd(succeeded=False, text=last_error.rstrip(".") or f"it ended as {state.reason}", remedy=look)
