"""Checks from every node whether it reaches what a registration needs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.cluster.decode import DecodeError, decode_all
from tui.cluster.endpoints import Endpoint, registration_endpoints
from tui.cluster.readiness import EndpointAnswer
from tui.nodes.errors import NodeError
from tui.operations.registration.look import Look
from tui.runs.event import Sink, note
from tui.runs.plan import Check, CheckLevel

if TYPE_CHECKING:
    from tui.session import Session

SECONDS = 15
REMEDY = "Open port 443 to it in firewall and proxy, on every node."


def endpoint_checks(
    session: "Session", look: Look, sink: Sink, *, region: str | None, arc: bool, gallery: bool
) -> Iterator[Check]:
    """Yield what each node does not reach; asks all nodes side by side and blocks until they have answered."""
    if look.clients is None:
        return
    wanted = registration_endpoints(look.clients.signed_in.cloud, region=region, arc=arc, gallery=gallery)
    needed = f"{wanted[0].host}, which it needs" if len(wanted) == 1 else f"the {len(wanted)} endpoints it needs"
    sink(note(f"Asking every node for {needed}."))
    parameters = {"Endpoint": [one.host for one in wanted], "TimeoutSeconds": SECONDS}
    answering = [node for node, told in look.readiness.items() if not isinstance(told, str)]
    pending = {node: session.submit(node, "test-endpoints", parameters) for node in answering}
    missed = False
    for node, reply in pending.items():
        try:
            answers = decode_all(EndpointAnswer, reply.result().outs)
        except (NodeError, DecodeError) as error:
            words = error.message if isinstance(error, NodeError) else str(error)
            yield Check("endpoints", CheckLevel.WARNING, f"{node}: its way out was not seen: {words}", "", node)
            missed = True
            continue
        for check in _missing(node, wanted, answers):
            missed = True
            yield check
    if pending and not missed:
        yield Check("endpoints", CheckLevel.PASSED, f"Every node reaches {needed}.")


def _missing(node: str, wanted: tuple[Endpoint, ...], answers: tuple[EndpointAnswer, ...]) -> Iterator[Check]:
    told = {answer.endpoint: answer for answer in answers}
    for endpoint in wanted:
        answer = told.get(endpoint.host)
        if answer is not None and answer.reachable:
            continue
        level = CheckLevel.BLOCKER if endpoint.required else CheckLevel.WARNING
        why = f": {answer.error}" if answer is not None and answer.error else ""
        proxy = f" through {answer.proxy}" if answer is not None and answer.proxy else ""
        message = f"{node} does not reach {endpoint.host}{proxy}, {endpoint.purpose}{why}"
        yield Check("endpoints", level, message.rstrip(".") + ".", REMEDY, node)
