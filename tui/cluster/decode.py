"""From a node's JSON to the fact dataclasses and back.

A key belongs to the field whose name it is without underscores and without case (`RegistrationStatus` is
`registration_status`); `metadata={"name": ...}` names it where Microsoft's spelling is another. Keys nobody knows are
collected in the field `other` where the class has one. msgspec checks the types; it keeps unknown values of an
`OpenEnum` as they came. A null where there is always a value counts as a missing key: PowerShell makes it of an empty
list.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, is_dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar, cast, get_args, get_origin

import msgspec

from tui.cluster.encode import encode
from tui.cluster.iso_time import parse_iso_time
from tui.cluster.open_enum import OpenEnum
from tui.cluster.wire import is_pairs, wire_layout, without_none

__all__ = ["DecodeError", "decode", "decode_all", "encode"]


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


D = TypeVar("D", bound=_Dataclass)


class DecodeError(ValueError):
    """A node's answer is not what its script returns; the text names the place and what is wrong."""


def decode(cls: type[D], mapping: object) -> D:
    """Build an instance of a fact dataclass from one decoded JSON object.

    Raises DecodeError naming the path when it is no object, a required key is missing or a value has another type.
    """
    shaped = _shape_object(cls, mapping, cls.__name__)
    try:
        return msgspec.convert(shaped, cls)
    except msgspec.ValidationError as error:
        raise DecodeError(f"{cls.__name__}: {error}") from None


def decode_all(cls: type[D], mappings: Iterable[object]) -> tuple[D, ...]:
    """Build one instance per object; raises DecodeError as `decode` does, with the position of the object."""
    decoded: list[D] = []
    for position, mapping in enumerate(mappings):
        try:
            decoded.append(decode(cls, mapping))
        except DecodeError as error:
            raise DecodeError(f"object {position + 1}: {error}") from None
    return tuple(decoded)


def _key(name: str) -> str:
    return name.replace("_", "").casefold()


def _shape(hint: Any, value: object, path: str) -> Any:
    """Return a value with field names instead of Microsoft's, ready for msgspec."""
    hint = without_none(hint)
    if value is None:
        return None
    if isinstance(hint, type):
        return _shape_plain(hint, value, path)
    if is_pairs(hint):
        return _shape_pairs(get_args(get_args(hint)[0])[1], value, path)
    if get_origin(hint) is tuple:
        return _shape_items(get_args(hint)[0], value, path)
    return value


def _shape_plain(kind: type, value: object, path: str) -> Any:
    """Return a value of a plain class: object, time, enum, or whatever msgspec checks by itself."""
    if is_dataclass(kind):
        return _shape_object(kind, value, path)
    if issubclass(kind, datetime):
        return _shape_time(value, path)
    if issubclass(kind, OpenEnum) and isinstance(value, int):
        return str(value)
    return value


def _shape_object(cls: type, value: object, path: str) -> dict[str, Any]:
    """Return a JSON object with the names of a dataclass's fields; unknown keys in `other`, if the class has it."""
    if not isinstance(value, Mapping):
        raise DecodeError(f"{path}: expected an object, got {_what(value)}")
    mapping = cast("Mapping[object, object]", value)
    layout = {_key(spelled): (name, hint) for name, spelled, hint in wire_layout(cls)}
    has_other = any(name == "other" for name, _, _ in wire_layout(cls))
    shaped: dict[str, Any] = {}
    other: list[tuple[str, str]] = []
    for spelled, item in mapping.items():
        name, hint = layout.get(_key(str(spelled)), (None, None))
        if name is None:
            other.append((str(spelled), _text(item)))
        elif name in shaped:
            raise DecodeError(f"{path}.{spelled}: given twice")
        elif item is not None or without_none(hint) is not hint:
            shaped[name] = _shape(hint, item, f"{path}.{spelled}")
    if has_other:
        shaped["other"] = [*other, *shaped.get("other", [])]
    return shaped


def _shape_pairs(hint: Any, value: object, path: str) -> list[tuple[str, Any]]:
    """Return the pairs of an object, sorted by name."""
    if not isinstance(value, Mapping):
        raise DecodeError(f"{path}: expected an object of names and values, got {_what(value)}")
    mapping = cast("Mapping[object, object]", value)
    pairs = [(str(name), _shape(hint, item, f"{path}.{name}")) for name, item in mapping.items()]
    return pairs if hint is str else sorted(pairs, key=lambda pair: pair[0])


def _shape_items(hint: Any, value: object, path: str) -> list[Any]:
    """Return the items of an array; one lone object counts as an array of one, as PowerShell unrolls it."""
    if isinstance(value, Mapping):
        items: Sequence[object] = [cast("object", value)]
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        items = cast("Sequence[object]", value)
    else:
        raise DecodeError(f"{path}: expected an array, got {_what(value)}")
    return [_shape(hint, item, f"{path}[{position}]") for position, item in enumerate(items)]


def _shape_time(value: object, path: str) -> datetime | None:
    """Return a time of ISO 8601 text; an empty text is no time."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise DecodeError(f"{path}: expected a time, got {_what(value)}")
    if not value.strip():
        return None
    try:
        return parse_iso_time(value)
    except ValueError as error:
        raise DecodeError(f"{path}: {error}") from None


def _what(value: object) -> str:
    """Name the JSON type of a value."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a text", int: "a number", float: "a number", list: "an array", dict: "an object"}
    return names.get(cast("type[Any]", type(value)), type(cast("Any", value)).__name__)


def _text(value: object) -> str:
    """Return a value nobody has a field for as text: a text as it came, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
