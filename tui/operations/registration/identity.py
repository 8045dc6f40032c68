"""Whose logon the task of a run gets, so that it reaches the other nodes; and who would record its token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.cluster.readiness import Readiness
from tui.nodes.connection import Connection
from tui.operations.registration.look import Look
from tui.runs.plan import Check, CheckLevel, RunAs
from tui.secret import Secret

if TYPE_CHECKING:
    from tui.session import Session


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """How a run reaches the other nodes."""

    run_as: RunAs = field(default_factory=RunAs)
    """Identity of its task."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of the job for the cmdlet's own sign-in to the nodes, where the task is SYSTEM."""
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    """Secrets of the job for the same."""
    checks: tuple[Check, ...] = ()
    """What there is to say of it."""


def run_identity(session: "Session", look: Look, password: Secret | None) -> RunIdentity:
    """Return the identity of a run on the look's node; `password` is what somebody gave for it."""
    user, secret = _credential(session, look, password)
    told = look.readiness.get(look.node or "")
    if secret is None or user is None:
        if not look.peers:
            passed = Check("run-identity", CheckLevel.PASSED, "The run has no other node to reach: it runs as SYSTEM.")
            return RunIdentity(checks=(passed,))
        message = "The run goes on without you and has to reach the other nodes: it needs the password of its user."
        remedy = 'Give {"password": "..."} with --secrets-stdin, or connect with a user and a password.'
        return RunIdentity(checks=(Check("run-identity", CheckLevel.BLOCKER, message, remedy),))
    if isinstance(told, Readiness) and told.password_storage_forbidden:
        message = (
            f"A policy of {look.node} keeps tasks from having a password: the run is SYSTEM there, and the cmdlet "
            f"signs in to the nodes as {user} by itself."
        )
        return RunIdentity(
            RunAs(),
            {"ComputerName": look.node, "CredentialUser": user},
            {"CredentialPassword": secret},
            (Check("run-identity", CheckLevel.WARNING, message, "The run ends at once if that does not reach them."),),
        )
    return RunIdentity(
        RunAs(user, secret), checks=(Check("run-identity", CheckLevel.PASSED, f"The run will be {user}."),)
    )


def recording_checks(look: Look) -> Iterator[Check]:
    """Yield what would record the token that the cmdlet is given on its node."""
    told = look.readiness.get(look.node or "")
    if isinstance(told, Readiness) and told.recording:
        message = (
            f"{look.node} has PowerShell recorded ({', '.join(told.recording)}): the access token that the cmdlet is "
            "given will stand there. It is good for about an hour."
        )
        remedy = "Have the policy lifted for this node meanwhile, or keep the recordings from others."
        yield Check("recording", CheckLevel.WARNING, message, remedy, look.node)


def _credential(session: "Session", look: Look, password: Secret | None) -> tuple[str | None, Secret | None]:
    """Return user and password for the task: those of the node's connection, else of any other of the session."""
    connections = [target for target in session.targets if isinstance(target, Connection)]
    own = [target for target in connections if target.node == look.node]
    known = next((one for one in (*own, *connections) if one.user and one.password is not None), None)
    if known is not None and password is None:
        return known.user, known.password
    told = look.readiness.get(look.node or "")
    user = next((one.user for one in (*own, *connections) if one.user), None)
    if user is None and isinstance(told, Readiness):
        user = told.identity
    return user, password
