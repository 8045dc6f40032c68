"""The records a node's agent writes; `design/node-protocol.md`, section Records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tui.nodes.plain_text import JSON, plain_json

Fields: TypeAlias = dict[str, JSON]


@dataclass(frozen=True, slots=True)
class Ready:
    """The first record: what answers at the other end."""

    version: str
    """Version of PowerShell, for example `5.1.20348.2700`."""
    edition: str
    """`Desktop` (Windows PowerShell) or `Core`."""
    language: str
    """Language mode; anything but `FullLanguage` cannot run our scripts."""
    host: str
    """Computer name."""
    pid: int | None
    """Process id there."""
    elevated: bool | None
    """Whether PowerShell runs elevated; `None` where that cannot be told."""
    protocol: int | None
    """Version of this protocol; 1."""


@dataclass(frozen=True, slots=True)
class Out:
    """One object of a script's output."""

    data: JSON
    """The object as JSON."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a script has come."""

    activity: str
    """What it does."""
    status: str
    """Where in it."""
    percent: int | None
    """0 to 100; `None` when unknown."""
    parent: int | None
    """Activity id of the progress it belongs to."""


@dataclass(frozen=True, slots=True)
class Message:
    """A line of text from one of PowerShell's streams."""

    stream: str
    """`warning`, `verbose`, `debug` or `information` (`Write-Host`)."""
    message: str
    """The text."""


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """One error of PowerShell's, terminating or not."""

    category: str
    """For example `ObjectNotFound`."""
    fqid: str
    """FullyQualifiedErrorId."""
    position: str
    """Where in the script."""
    message: str
    """What PowerShell says."""


@dataclass(frozen=True, slots=True)
class End:
    """The last record of a request."""

    ok: bool
    """False when a terminating error ended the script."""
    seconds: float
    """How long it ran."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""


@dataclass(frozen=True, slots=True)
class UnknownRecord:
    """A record of a type that this version does not know, kept as it came."""

    type: str
    """Its `t`."""
    fields: Fields = field(default_factory=dict[str, JSON])
    """Everything else it says."""


Content: TypeAlias = Ready | Out | Progress | Message | ErrorRecord | End | Pong | UnknownRecord
"""What a record says."""

LiveRecord: TypeAlias = Progress | Message | ErrorRecord | Out | UnknownRecord
"""What a sink sees while a script runs."""


@dataclass(frozen=True, slots=True)
class Record:
    """One numbered record."""

    q: int
    """Its number on this channel, from 1, no gaps."""
    id: str | None
    """The request it answers; `None` for the channel's own."""
    content: Content
    """What it says."""


def record_from(document: JSON) -> Record:
    """Read one decoded JSON document. Raises ValueError when it is no record."""
    if not isinstance(document, dict):
        message = "a record is an object"
        raise ValueError(message)
    fields = plain_json(document)
    assert isinstance(fields, dict)  # noqa: S101 - plain_json keeps the shape
    q, kind, request = fields.pop("q", None), fields.pop("t", None), fields.pop("id", None)
    if isinstance(q, bool) or not isinstance(q, int) or q < 1 or not isinstance(kind, str):
        message = "a record has a number q and a type t"
        raise ValueError(message)
    return Record(q=q, id=request if isinstance(request, str) else None, content=_content(kind, fields))


def _content(kind: str, fields: Fields) -> Content:
    if kind in _MESSAGES:
        return Message(stream=kind, message=_text(fields, "message"))
    reader = _READERS.get(kind)
    return reader(fields) if reader else UnknownRecord(type=kind, fields=fields)


def _ready(fields: Fields) -> Ready:
    elevated = fields.get("elevated")
    return Ready(
        version=_text(fields, "version"),
        edition=_text(fields, "edition"),
        language=_text(fields, "language"),
        host=_text(fields, "host"),
        pid=_number(fields, "pid"),
        elevated=elevated if isinstance(elevated, bool) else None,
        protocol=_number(fields, "protocol"),
    )


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return "" if value is None else value if isinstance(value, str) else str(value)


def _number(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _progress(fields: Fields) -> Progress:
    return Progress(
        activity=_text(fields, "activity"),
        status=_text(fields, "status"),
        percent=_number(fields, "percent"),
        parent=_number(fields, "parent"),
    )


def _error(fields: Fields) -> ErrorRecord:
    return ErrorRecord(
        category=_text(fields, "category"),
        fqid=_text(fields, "fqid"),
        position=_text(fields, "position"),
        message=_text(fields, "message"),
    )


def _end(fields: Fields) -> End:
    seconds = fields.get("seconds")
    return End(ok=fields.get("ok") is True, seconds=seconds if isinstance(seconds, int | float) else 0.0)


_MESSAGES = frozenset({"warning", "verbose", "debug", "information"})
_READERS: dict[str, Callable[[Fields], Content]] = {
    "ready": _ready,
    "out": lambda fields: Out(data=fields.get("data")),
    "progress": _progress,
    "error": _error,
    "end": _end,
    "pong": lambda _fields: Pong(),
}
