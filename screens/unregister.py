"""Option 9: remove the registration, or disable Azure Arc integration alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from screens.plan import PlanView
from screens.registration_fields import (
    ARC_ONLY_TEXT,
    FORCE_TEXT,
    LOGS_TEXT,
    YES_OR_NO,
    guid,
    run_fields,
    signed_in_words,
)
from tui.views.action import Action, Open
from tui.views.form import Field, FormView

TEXT = (
    "Subscription, resource, region and tenant are read from the nodes and from Azure. They are given here only where "
    "neither says them."
)
SUBSCRIPTION_TEXT = ("The subscription, where neither the nodes nor Azure say it.",)
REGION_TEXT = ("The region, where neither the nodes nor Azure say it.",)


class UnregisterView(FormView):
    """What is removed, and what may have to be said about it."""

    TITLE = "Unregister from Azure"
    FILE = "unregister"

    def heading(self) -> Sequence[str]:
        """Return what is read by itself, and who is signed in."""
        return [words for words in (TEXT, signed_in_words(self.desk)) if words]

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return (
            Field("arc_only", "Azure Arc alone", ARC_ONLY_TEXT, "no", choices=YES_OR_NO),
            Field("force", "Force", FORCE_TEXT, "no", choices=YES_OR_NO),
            Field("subscription", "Subscription", SUBSCRIPTION_TEXT, "what the nodes say", guid),
            Field("region", "Region", REGION_TEXT, "what Azure says"),
            Field("logs_directory", "Logs folder", LOGS_TEXT, "the cmdlet's own"),
            *run_fields(self.desk),
        )

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "unregister", inputs, views=2))
