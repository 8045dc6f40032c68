"""Restarting one node: what has to be said before, and how the node is told."""

from datetime import timedelta

from tui.cluster.cluster_health import ClusterHealth

LONGEST_REASON = 500
"""Characters of a reason: `shutdown.exe /c` takes 512, and the node's log should hold all of it."""
SHORTEST_DELAY = timedelta(seconds=5)
"""A restart waits so long, so that whoever asked for it still gets the answer. Our own choice."""
LONGEST_DELAY = timedelta(hours=1)
"""Longest time a restart may be put off; whoever wants it later asks later. Our own choice."""


def reason_problem(reason: str | None) -> str | None:
    """Return what is wrong with the reason for a restart; `None` for a good one, which is journaled and shown there."""
    text = (reason or "").strip()
    if not text:
        return "a restart needs a reason: it is written to the journal and to the node's System log"
    if len(text) > LONGEST_REASON:
        return f"the reason has {len(text)} characters, {LONGEST_REASON} are allowed"
    if not text.isprintable():
        return "the reason holds characters that cannot be printed, such as a line break"
    return None


def restart_steps(health: ClusterHealth) -> tuple[str, ...]:
    """Return what restarting a node comes to: `drain`, `restart`, `wait-for-node`, `resume`, `wait-for-storage`.

    Nothing is drained or resumed where there is no other node to move roles to.
    """
    if health.can_drain:
        return ("drain", "restart", "wait-for-node", "resume", "wait-for-storage")
    return ("restart", "wait-for-node", "wait-for-storage") if health.clustered else ("restart", "wait-for-node")
