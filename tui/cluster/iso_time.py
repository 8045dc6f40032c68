"""Times as nodes and Azure write them."""

import re
from datetime import UTC, datetime

_ISO = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?\s*(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_NOT_SET = (1, 1601)
"""Years of the zero of .NET's DateTime and of Windows file times: both mean that there is no time."""


def parse_iso_time(text: str) -> datetime | None:
    """Return an ISO 8601 time as UTC; `None` for .NET's and Windows' zero, which mean no time.

    Up to nine fraction digits (.NET writes seven; what is finer than a microsecond is cut off). A time without a
    zone is taken as UTC, because that is what all our scripts write. Raises ValueError for anything else.
    """
    match = _ISO.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not an ISO 8601 time: {text[:40]!r}")
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    zone = (match["zone"] or "Z").upper().replace("Z", "+00:00")
    seconds = match["time"] if match["time"].count(":") == 2 else match["time"] + ":00"
    stamp = datetime.fromisoformat(f"{match['date']}T{seconds}.{fraction}{zone}")
    if stamp.year in _NOT_SET and (stamp.month, stamp.day) == (1, 1):
        return None
    try:
        return stamp.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"time out of range: {text[:40]!r}") from None


def iso_time(stamp: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC with `Z`, microseconds only where there are any."""
    return stamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
