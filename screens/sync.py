"""Option 8: sync with Azure now; there is nothing to fill in."""

from typing import TYPE_CHECKING

from screens.plan import PlanView

if TYPE_CHECKING:
    from tui.views.desk import Desk


class SyncView(PlanView):
    """The plan of a sync."""

    def __init__(self, desk: "Desk") -> None:
        """Prepare it from now on."""
        super().__init__(desk, "sync", {}, views=1)
