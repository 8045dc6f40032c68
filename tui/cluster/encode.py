"""From the fact dataclasses to plain JSON data, as `--json` and the lab show it."""

from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, cast, get_args

from tui.cluster.iso_time import iso_time
from tui.cluster.wire import is_pairs, wire_layout, without_none


def encode(instance: object) -> Any:
    """Return plain JSON data of a dataclass, with Microsoft's names: `decode` of it gives the same instance.

    Times become ISO 8601 with `Z`, enums their text, pairs of a name and a value an object. `None` stays: a reader sees
    which facts there are. Raises TypeError for what has no JSON form.
    """
    if is_dataclass(instance) and not isinstance(instance, type):
        return {spelled: _plain(getattr(instance, name), hint) for name, spelled, hint in wire_layout(type(instance))}
    return _plain(instance, type(instance))


def _plain(value: object, hint: Any) -> Any:
    """Return the JSON form of one field."""
    hint = without_none(hint)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (Enum, str)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, (datetime, date)):
        return iso_time(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, tuple):
        return _plain_items(cast("tuple[Any, ...]", value), hint)
    if is_dataclass(value):
        return encode(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _plain_items(items: tuple[Any, ...], hint: Any) -> Any:
    inner = get_args(hint)
    if is_pairs(hint):
        kind = get_args(inner[0])[1]
        return {name: _plain(item, kind) for name, item in cast("tuple[tuple[str, Any], ...]", items)}
    return [_plain(item, inner[0] if inner else type(item)) for item in items]
