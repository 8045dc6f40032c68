"""Option 5: Arc-enable every node of a registered cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

from screens.plan import PlanView
from screens.registration_fields import DISCONNECT_TEXT, YES_OR_NO, common_fields, secret_missing, signed_in_words
from tui.views.action import Action, Open
from tui.views.form import Field, FormView

TEXT = "The registration runs again with the values it was made with, so that every node becomes an Arc-enabled server."


class EnableArcView(FormView):
    """What may be said about it."""

    TITLE = "Enable Azure Arc integration"
    FILE = "enable-arc"

    def heading(self) -> Sequence[str]:
        """Return what is carried over, and who is signed in."""
        return [words for words in (TEXT, signed_in_words(self.desk)) if words]

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        stale = Field("disconnect_stale", "Free stale agents", DISCONNECT_TEXT, "no", choices=YES_OR_NO)
        return (*common_fields(self.desk), stale)

    def refusal(self) -> str:
        """Return what is missing."""
        return secret_missing(self.values)

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "enable-arc", inputs, views=2))
