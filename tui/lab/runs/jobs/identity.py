"""First step of every job that works on the whole cluster: whether its identity reaches every peer."""

from collections.abc import Mapping
from typing import Any, cast

from tui.lab.cluster_state import LabRefusalError
from tui.lab.runs.runner import JobRun


def reach_peers(run: JobRun) -> None:
    """Do the step `identity`; a peer that cannot be reached ends the job as refused."""
    run.step("identity", "started", "See that every node can be reached from here")
    identity = str(run.parameters.get("CredentialUser") or run.identity)
    peers = _peers(run.parameters)
    refused = {peer: reason for peer in peers if (reason := _refusal(run, peer)) is not None}
    if refused:
        told = "; ".join(f"{peer} ({reason})" for peer, reason in refused.items())
        message = f"This run's identity, {identity}, does not reach every node: {told}."
        run.step("identity", "failed", message)
        run.stop("refused", message)
    run.step("identity", "done", f"{identity} reaches {', '.join(['localhost', *peers])}")


def _peers(parameters: Mapping[str, Any]) -> list[str]:
    given = cast("str | list[object]", parameters.get("Peers") or [])
    return [given] if isinstance(given, str) else [str(peer) for peer in given]


def _refusal(run: JobRun, peer: str) -> str | None:
    """Return why a peer does not let this identity in; `None` where it does."""
    world = run.world
    try:
        node = world.cluster.node(peer.partition(".")[0])
    except LabRefusalError:
        return "the name does not resolve"
    if not node.up:
        return "WinRM cannot complete the operation: the node does not answer"
    refusing = world.faults(run.node).get("peers-refuse")
    if refusing is True or (refusing and node.name in refusing):
        return "access is denied"
    user = run.parameters.get("CredentialUser")
    if user:
        found = world.accounts.check(str(user), run.secrets.get("CredentialPassword", ""))
        return None if found else "the user name or password is incorrect"
    return "access is denied" if run.as_system else None
