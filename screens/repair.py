"""Option 4: renew the registration's certificates and identity."""

from collections.abc import Mapping, Sequence
from typing import Any

from screens.plan import PlanView
from screens.registration_fields import common_fields, secret_missing, signed_in_words
from tui.views.action import Action, Open
from tui.views.form import Field, FormView

TEXT = "What it was registered with is read from the nodes and carried over; nothing of it has to be given."


class RepairView(FormView):
    """What may be said about it."""

    TITLE = "Repair registration"
    FILE = "repair"

    def heading(self) -> Sequence[str]:
        """Return what is carried over, and who is signed in."""
        return [words for words in (TEXT, signed_in_words(self.desk)) if words]

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return common_fields(self.desk)

    def refusal(self) -> str:
        """Return what is missing."""
        return secret_missing(self.values)

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "repair", inputs, views=2))
