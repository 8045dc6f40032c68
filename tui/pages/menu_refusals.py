"""Why an option of the menu cannot be used now, once facts are there."""

from tui.cluster.builds import Offer, cluster_offer, offer
from tui.cluster.facts import value_of
from tui.operations.snapshot import Snapshot
from tui.options import Option, Risk
from tui.pages.values import READING, node_problem, registered

REGISTERED = frozenset({"repair", "enable-arc", "sync", "unregister"})
"""Options that need a registration."""


def refusal_by_build(option: Option, snapshot: Snapshot) -> str | None:
    """Return why the cluster's build does not allow an option, or `None`."""
    if option.risk is Risk.READS:
        return None
    allowed = _offer(snapshot)
    if not allowed.changes or (option.id == "enable-arc" and not allowed.arc):
        return allowed.reason
    return None


def _offer(snapshot: Snapshot) -> Offer:
    """Return what the builds read so far allow."""
    nodes = snapshot.facts.nodes if snapshot.facts else ()
    return cluster_offer(offer(value_of(node.system), value_of(node.registration)) for node in nodes)


def refusal_by_state(option: Option, snapshot: Snapshot) -> str | None:
    """Return why the cluster as it stands does not allow a change, or `None`."""
    if snapshot.read_only:
        return "read-only"
    if snapshot.runs is not None and snapshot.runs.going_on:
        return f"a run goes on: {snapshot.runs.whole_going_on[0].state.title}"
    nodes = snapshot.facts.nodes if snapshot.facts else ()
    told = [state for node in nodes if (state := registered(node)) is not None]
    if not told:
        dead = all(node_problem(node) is not None for node in nodes)
        return "no node could be read" if dead else READING
    if option.id == "register" and all(told):
        return "already registered"
    if option.id in REGISTERED and not any(told):
        return "not registered"
    return None
