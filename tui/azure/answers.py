"""Values out of Azure's answers: what is not of the kind that was described is left out, or refused in words."""

from datetime import UTC, datetime
from typing import Any, cast

from tui.azure.errors import Unreadable
from tui.cluster.resource_id import ResourceId, parse_resource_id


def mapping(value: object) -> dict[str, Any]:
    """Return a value that is a JSON object; empty for another."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def text_of(value: object) -> str | None:
    """Return a value that is a text with something in it; `None` for another."""
    return value if isinstance(value, str) and value else None


def number_of(value: object) -> float | None:
    """Return a value that is a number; `None` for another."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def utc(stamp: datetime | None) -> datetime | None:
    """Return a time in UTC."""
    return stamp.astimezone(UTC) if stamp else None


def resource_id_of(value: str | None, what: str) -> ResourceId:
    """Return the id of a resource; raises Unreadable, naming `what` it is of, for anything else."""
    try:
        return parse_resource_id(value or "")
    except ValueError as error:
        message = f"Azure's answer about {what} has no id that could be read: {error}."
        raise Unreadable(message) from error
