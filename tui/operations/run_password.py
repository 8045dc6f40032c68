"""Whether somebody has to type the password of the user that a run is on its node."""

from collections.abc import Iterable

from tui.nodes.connection import Connection, Target


def takes_password(targets: Iterable[Target]) -> bool:
    """Return whether no connection brings a password: a task that goes on without its user has no other to use."""
    return not any(isinstance(target, Connection) and target.user and target.password for target in targets)
