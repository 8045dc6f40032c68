"""Option 3: the values that a cluster is registered with."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.plan import PlanView
from screens.registration_fields import common_fields, guid, secret_missing, signed_in_words
from tui.cluster.azure_names import group_fault, is_tenant, parse_tag, resource_fault, thumbprint
from tui.cluster.clouds import CLOUDS
from tui.operations.last_used import last_subscription
from tui.views.action import Action, Open
from tui.views.form import Field, FormView
from tui.views.offered_pick import Offered

if TYPE_CHECKING:
    from tui.session import Session
    from tui.views.desk import Desk

SUBSCRIPTION_TEXT = ("The Azure subscription that the cluster's resource is made in. Azure bills the cluster there.",)
REGION_TEXT = ("The Azure region of the cluster's resource, for example eastus.",)
NAME_TEXT = ("The name of the cluster's resource in Azure. Empty: the name of the cluster.",)
GROUP_TEXT = ("The resource group of the cluster's resource. It is made where there is none of that name.",)
ARC_GROUP_TEXT = ("The resource group of the nodes' Arc machines. Empty: the same.",)
TAG_TEXT = ("Tags of the resource, with commas between them: costcenter=4711, owner=Contoso. Empty: none.",)
TENANT_TEXT = ("The tenant, by its id or one of its domains. Empty: the one that is signed in to.",)
CLOUD_TEXT = ("The cloud, where it is not the one that is signed in to.",)
THUMBPRINT_TEXT = ("A certificate that stands on every node, by its thumbprint. Empty: each node makes one.",)


class RegisterView(FormView):
    """Everything the registration takes; subscription and region have to be given."""

    TITLE = "Register with Azure"
    FILE = "register"

    def __init__(self, desk: "Desk") -> None:
        """Propose the subscription that was used last."""
        super().__init__(desk)
        last = last_subscription()
        if last is not None:
            self.values.setdefault("subscription", last)

    def heading(self) -> Sequence[str]:
        """Return who is signed in."""
        return [words] if (words := signed_in_words(self.desk)) else []

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        name = self.values.get("resource_name") or self.desk.reader.snapshot().name or "the cluster's name"
        group = self.values.get("resource_group") or f"{name}-rg"
        return (
            Field("subscription", "Subscription", SUBSCRIPTION_TEXT, parse=guid, offers=_subscriptions, needed=True),
            Field("region", "Region", REGION_TEXT, parse=_region, offers=self._regions, needed=True),
            Field("resource_name", "Resource name", NAME_TEXT, name, _resource_name),
            Field("resource_group", "Resource group", GROUP_TEXT, group, _group),
            Field("arc_resource_group", "Arc group", ARC_GROUP_TEXT, group, _group),
            Field("tag", "Tags", TAG_TEXT, "none", _tags, ", ".join),
            Field("tenant", "Tenant", TENANT_TEXT, "the one signed in to", _tenant),
            Field("cloud", "Cloud", CLOUD_TEXT, "the one signed in to", choices=_clouds()),
            Field("certificate_thumbprint", "Certificate", THUMBPRINT_TEXT, "made by each node", _thumbprint),
            *common_fields(self.desk),
        )

    def refusal(self) -> str:
        """Return what is missing."""
        return super().refusal() or secret_missing(self.values)

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "register", inputs, views=2))

    def _regions(self, session: "Session") -> Offered:
        subscription = self.values.get("subscription")
        if subscription is None:
            return ()
        from tui.operations.offers import regions

        return regions(session, subscription)


def _subscriptions(session: "Session") -> Offered:
    from tui.operations.offers import subscriptions

    return subscriptions(session)


def _clouds() -> tuple[tuple[str, str | None], ...]:
    return (("the one signed in to", None), *((cloud.name, cloud.name) for cloud in CLOUDS))


def _region(text: str) -> str:
    return text.replace(" ", "").casefold()


def _resource_name(text: str) -> str:
    return _sound(text, resource_fault(text), "Azure does not take this name")


def _group(text: str) -> str:
    return _sound(text, group_fault(text), "This is no name of a resource group")


def _sound(text: str, fault: str | None, what: str) -> str:
    if fault is not None:
        message = f"{what}: {fault}."
        raise ValueError(message)
    return text


def _tags(text: str) -> tuple[str, ...]:
    tags: list[str] = []
    for word in (part.strip() for part in text.split(",")):
        if not word:
            continue
        try:
            name, value = parse_tag(word)
        except ValueError as error:
            message = f"{word}: {error}."
            raise ValueError(message) from error
        tags.append(f"{name}={value}")
    return tuple(tags)


def _tenant(text: str) -> str:
    return _sound(text, None if is_tenant(text) else "it is neither an id nor a domain name", "This is no tenant")


def _thumbprint(text: str) -> str:
    digits = thumbprint(text)
    if digits is None:
        message = "A thumbprint has 40 digits 0-9 and A-F."
        raise ValueError(message)
    return digits
