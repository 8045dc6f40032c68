"""Asking one node about its updates; an answer that cannot be had is an error in words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from tui.cluster.decode import DecodeError, decode
from tui.nodes.errors import NodeError, Unreadable

if TYPE_CHECKING:
    from tui.session import Session

T = TypeVar("T")
SEARCH_PATIENCE = timedelta(minutes=15)
"""How long a search may take: the Windows Update Agent asks servers far away, and WSUS may be slow. Our own choice."""


def asked(
    session: "Session",
    node: str,
    script: str,
    cls: type[T],
    *,
    parameters: Mapping[str, Any] | None = None,
    deadline: timedelta | None = None,
) -> T:
    """Return the one object that a script tells. Raises NodeError, also for what cannot be read."""
    reply = session.submit(node, script, parameters, deadline=deadline).result()
    try:
        return decode(cls, reply.outs[0] if reply.outs else None)  # pyright: ignore[reportArgumentType, reportReturnType, reportUnknownVariableType]
    except DecodeError as error:
        raise Unreadable(node, f"{script} says what cannot be read: {error}.") from error


def asked_or_none(session: "Session", node: str, script: str, cls: type[T]) -> T | None:
    """Return the one object that a script tells; `None` for whatever reason it does not."""
    try:
        return asked(session, node, script, cls)
    except NodeError:
        return None
