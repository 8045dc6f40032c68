"""Checks of the nodes before a run: all there, ready, in time, and nothing else going on."""

from collections.abc import Iterator
from datetime import timedelta

from tui.cluster.builds import Support, cluster_offer, offer
from tui.cluster.clock_skew import TOLERANCE, clock_skews, spread
from tui.cluster.durations import duration_text
from tui.cluster.facts import Problem, value_of
from tui.cluster.membership import Membership, NodeState
from tui.cluster.node_names import node_key
from tui.cluster.readiness import Readiness
from tui.operations.registration.look import Look
from tui.runs.plan import Check, CheckLevel

LEAST_FREE_BYTES = 200_000_000
"""Room that a run, the cmdlet's logs and a module need on a node. Our own choice."""


def node_checks(look: Look, *, every_node: bool = True) -> Iterator[Check]:
    """Yield what the nodes say against a run; `every_node` where it needs all of them."""
    yield from _offered(look)
    yield from _answering(look, every_node=every_node)
    yield from _members(look, every_node=every_node)
    yield from _ready(look)
    yield from _clocks(look)
    yield from _going_on(look)


def _offered(look: Look) -> Iterator[Check]:
    offers = [offer(value_of(node.system), value_of(node.registration)) for node in look.facts.nodes]
    found = cluster_offer(offers)
    if found.support is Support.REFUSED:
        yield Check("build", CheckLevel.BLOCKER, f"{_sentence(found.reason)}", found.instead or "")
    elif found.support is Support.CAUTIOUS and found.reason:
        yield Check("build", CheckLevel.WARNING, _sentence(found.reason), found.instead or "")


def _answering(look: Look, *, every_node: bool) -> Iterator[Check]:
    level = CheckLevel.BLOCKER if every_node else CheckLevel.WARNING
    silent = [node for node in look.facts.nodes if isinstance(node.registration, Problem)]
    for node in silent:
        problem = node.registration
        if isinstance(problem, Problem):
            yield Check("node-answers", level, f"{node.name}: {problem.message}", problem.remedy, node.name)
    if look.node is None:
        yield Check(
            "node-answers", CheckLevel.BLOCKER, "No node that a run could start on answers.", "Start one of them."
        )
    if not silent:
        yield Check("node-answers", CheckLevel.PASSED, f"All {len(look.facts.nodes)} nodes answer.")


def _members(look: Look, *, every_node: bool) -> Iterator[Check]:
    told = [(node.name, value_of(node.membership)) for node in look.facts.nodes]
    asked = {node_key(node.name) for node in look.facts.nodes}
    for name, membership in told:
        if membership is not None and not membership.clustered:
            message = f"{name} is in no cluster, or its cluster service does not answer."
            yield Check("clustered", CheckLevel.BLOCKER, message, "Create the cluster, or start ClusSvc.", name)
    members: Membership | None = next((one for _, one in told if one is not None and one.clustered), None)
    for member in members.nodes if members else ():
        level = CheckLevel.BLOCKER if every_node else CheckLevel.WARNING
        if member.state not in {NodeState.UP, NodeState.PAUSED}:
            message = f"{member.name} is {member.state} in the cluster."
            yield Check("node-up", level, message, "Start it and let it join, or evict it.", member.name)
        elif node_key(member.name) not in asked:
            message = f"{member.name} belongs to the cluster and was not asked."
            yield Check("node-asked", level, message, "Name every node with --node, or add it in 14) Settings.")


def _ready(look: Look) -> Iterator[Check]:
    for node, told in look.readiness.items():
        if isinstance(told, str):
            if node == look.node:
                yield Check("ready", CheckLevel.BLOCKER, f"{node}: {told}", "Look at the node itself.", node)
            continue
        yield from _ready_node(node, told)


def _ready_node(node: str, told: Readiness) -> Iterator[Check]:
    if told.elevated is False:
        message = f"{node}: {told.identity or 'whoever azsconfig runs as there'} is not elevated."
        yield Check("elevated", CheckLevel.BLOCKER, message, "Start azsconfig as administrator.", node)
    if told.free_bytes is not None and told.free_bytes < LEAST_FREE_BYTES:
        message = f"{node}: only {told.free_bytes / 1_000_000:.0f} MB are free on its system drive."
        yield Check("disk", CheckLevel.BLOCKER, message, "Free space there, then start again.", node)


def _clocks(look: Look) -> Iterator[Check]:
    skews = clock_skews(look.facts.nodes)
    off = [skew for skew in skews if skew.beyond]
    for skew in off:
        ahead = "ahead" if skew.offset > timedelta() else "behind"
        message = f"{skew.node}: its clock is {duration_text(abs(skew.offset))} {ahead}; Azure accepts five minutes."
        yield Check("clocks", CheckLevel.BLOCKER, message, "Set the time there: w32tm /resync.", skew.node)
    if not off and spread(skews) > TOLERANCE:
        message = f"The clocks of the nodes are {duration_text(spread(skews))} apart."
        yield Check("clocks", CheckLevel.BLOCKER, message, "Set the time on every node: w32tm /resync.")


def _going_on(look: Look) -> Iterator[Check]:
    for run in look.runs.going_on:
        message = f"{run.state.title} is going on, on {run.node}."
        remedy = f"Wait until it is over, or watch it: azsconfig runs attach {run.state.id}"
        yield Check("run-going-on", CheckLevel.BLOCKER, message, remedy, run.node)


def _sentence(text: str | None) -> str:
    words = text or "This cluster is not offered this."
    return f"{words[0].upper()}{words[1:]}".rstrip(".") + "."
