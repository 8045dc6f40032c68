"""How the fact dataclasses look as JSON: names and types of their fields at the edge."""

import types
from dataclasses import Field, fields
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


@cache
def wire_layout(cls: type) -> tuple[tuple[str, str, Any], ...]:
    """Return (field, name at the edge, type) of every field of a dataclass; the edge has Microsoft's spelling."""
    hints = get_type_hints(cls)
    return tuple((item.name, _spelled(item), hints[item.name]) for item in fields(cls))


def _spelled(item: "Field[Any]") -> str:
    named: str | None = item.metadata.get("name")
    return named or "".join(part[:1].upper() + part[1:] for part in item.name.split("_"))


def is_pairs(hint: Any) -> bool:
    """Whether a type is `tuple[tuple[str, X], ...]`, which JSON writes as an object."""
    inner = get_args(hint)
    if get_origin(hint) is not tuple or len(inner) != 2 or inner[1] is not Ellipsis:
        return False
    pair = get_args(inner[0])
    return get_origin(inner[0]) is tuple and len(pair) == 2 and pair[0] is str


def without_none(hint: Any) -> Any:
    """Return X of `X | None`; another type as it is."""
    if get_origin(hint) not in {Union, types.UnionType}:
        return hint
    rest = [item for item in get_args(hint) if item is not type(None)]
    return rest[0] if len(rest) == 1 else hint
