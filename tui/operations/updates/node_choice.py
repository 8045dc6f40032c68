"""Which nodes are meant, of what a person named."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from tui.cluster.node_names import node_key
from tui.runs.plan import Check, CheckLevel

if TYPE_CHECKING:
    from tui.session import Session


def chosen_nodes(session: "Session", inputs: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Check, ...]]:
    """Return the nodes that are meant, as the session names them, all where none is named; and what is wrong."""
    named = words(inputs.get("nodes"))
    known = {node_key(target.node): target.node for target in session.targets}
    if not named:
        return tuple(known.values()), ()
    unknown = [name for name in named if node_key(name) not in known]
    if unknown:
        message = f"The cluster has no node {', '.join(unknown)}."
        remedy = f"Its nodes are {', '.join(known.values())}."
        return (), (Check("nodes", CheckLevel.BLOCKER, message, remedy),)
    return tuple(dict.fromkeys(known[node_key(name)] for name in named)), ()


def words(value: object) -> tuple[str, ...]:
    """Return words that were given one by one, or in one text with commas or blanks between them."""
    given = (
        [value]
        if isinstance(value, str)
        else cast("Sequence[object]", value)
        if isinstance(value, list | tuple)
        else []
    )
    return tuple(word for item in given for word in str(item).replace(",", " ").split())


def text(inputs: Mapping[str, Any], name: str) -> str:
    """Return a text that was given, without blanks around it; empty where there is none."""
    value = inputs.get(name)
    return value.strip() if isinstance(value, str) else ""
