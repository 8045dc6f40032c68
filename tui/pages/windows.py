"""The windows that run out, the firmware comparison and the links of the registration status."""

from collections.abc import Iterable
from datetime import datetime

from tui.cluster.facts import ClusterFacts, value_of
from tui.cluster.firmware_comparison import compare_firmware
from tui.cluster.policy_clocks import PolicyClock, next_automatic_sync, register_by, sync_by
from tui.cluster.registration import RegistrationStatus
from tui.cluster.resource_id import parse_resource_id
from tui.pages.columns import break_word, pad, wrap
from tui.pages.document import BLANK, Line, Role, Span, line_of
from tui.pages.times import stamp
from tui.pages.values import values

LABEL_CELLS = 26
DOCUMENTATION = "https://learn.microsoft.com/azure-stack/hci/manage/manage-cluster-registration"


def window_lines(facts: ClusterFacts, now: datetime, columns: int) -> list[Line]:
    """Return the nearest deadline of each of Microsoft's windows, with the time left."""
    rows: list[tuple[str, PolicyClock]] = []
    registered = [
        told
        for _, told in values(facts.nodes, lambda node: node.registration)
        if told.registration_status == RegistrationStatus.REGISTERED
    ]
    if registered:
        syncs = (next_automatic_sync(told.next_sync, told.last_connected, now) for told in registered)
        rows += _nearest("Next automatic sync", syncs)
        rows += _nearest("Sync needed before", (sync_by(told.last_connected, now) for told in registered))
    unregistered = [
        system
        for node in facts.nodes
        if (told := value_of(node.registration)) is not None
        and told.registration_status == RegistrationStatus.NOT_YET
        and (system := value_of(node.system)) is not None
    ]
    rows += _nearest("Register before", (register_by(system.install_date, now) for system in unregistered))
    if not rows:
        return []
    lines = [BLANK, line_of(" Time windows", Role.HEADING)]
    for label, clock in rows:
        left = clock.text if clock.passed else f"{clock.text} left"
        inferred = ", worked out" if clock.inferred else ""
        text = f"{stamp(clock.deadline)}  ({left}{inferred})"
        role = Role.BAD if clock.passed else Role.PLAIN
        lines.extend(_window(label, text, role, columns))
    return lines


def _window(label: str, text: str, role: Role, columns: int) -> list[Line]:
    """Return one deadline; below its label where both do not fit into a row."""
    lead = f"   {pad(label, LABEL_CELLS)} "
    if len(lead) + len(text) <= columns:
        return [Line((Span(lead), Span(text, role)))]
    return [line_of(f"   {label}"), *(line_of(f"     {line}", role) for line in wrap(text, columns - 6))]


def _nearest(label: str, clocks: Iterable[PolicyClock | None]) -> list[tuple[str, PolicyClock]]:
    known = [clock for clock in clocks if clock is not None]
    return [(label, min(known, key=lambda clock: clock.deadline))] if known else []


def firmware_lines(facts: ClusterFacts, columns: int) -> list[Line]:
    """Return where firmware settings differ between the nodes; one line when they do not."""
    told = dict(values(facts.nodes, lambda node: node.firmware))
    if len(told) < 2:
        return []
    lines = [BLANK, line_of(" Firmware compared", Role.HEADING)]
    differences = compare_firmware(told)
    if not differences:
        same = f"the same on all {len(told)} nodes that answered"
        return [*lines, *(line_of(f"   {line}", Role.GOOD) for line in wrap(same, columns - 4, 2))]
    for difference in differences:
        found = ", ".join(f"{name} {text or 'not known'}" for name, text in difference.comparison.values)
        lines.extend(
            line_of(f"   {line}", Role.ATTENTION) for line in wrap(f"{difference.label}: {found}", columns - 4, 2)
        )
    return lines


def link_lines(facts: ClusterFacts, columns: int) -> list[Line]:
    """Return where to read and look on: the cluster in the portal, Microsoft's article."""
    lines = [BLANK, line_of(" Links", Role.HEADING)]
    uris = {told.azure_resource_uri for _, told in values(facts.nodes, lambda node: node.registration)}
    tenants = {agent.tenant_id for _, agent in values(facts.nodes, lambda node: node.agent) if agent.tenant_id}
    clouds = {agent.cloud for _, agent in values(facts.nodes, lambda node: node.agent) if agent.cloud}
    for uri in sorted(uri for uri in uris if uri):
        link = _portal_link(uri, tenants, clouds)
        lines.extend(_whole(link or uri, columns))
    lines.extend(_whole(DOCUMENTATION, columns))
    return lines


def _whole(word: str, columns: int) -> list[Line]:
    """Return an address in rows that belong together."""
    pieces = break_word(word, columns - 4)
    return [Line((Span(f"   {piece}"),), glued=number > 0) for number, piece in enumerate(pieces)]


def _portal_link(uri: str, tenants: set[str], clouds: set[str]) -> str | None:
    """Return the cluster's page in the portal; `None` where the id is none or several clouds are named."""
    try:
        resource = parse_resource_id(uri)
    except ValueError:
        return None
    cloud = clouds.pop() if len(clouds) == 1 else "AzureCloud"
    return resource.portal_link(next(iter(tenants)) if len(tenants) == 1 else None, cloud)
