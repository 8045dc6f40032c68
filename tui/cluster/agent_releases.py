"""When the releases of the connected machine agent came out, and how long Microsoft supports them.

MicrosoftDocs, azure-management-docs, agent release notes: one minor version a month, 1.57 in October 2025, 1.67 in
August 2026; versions released within the last year are supported. Months between are counted, and before 1.57 counted
back: both are inferred. Nothing is said of versions before 1.0 except that they are older, nor of any newer than 1.67.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tui.cluster.agent_version import parse_version

_KNOWN = {57: date(2025, 10, 1), 67: date(2026, 8, 1)}
"""Minor version of 1.x and the month Microsoft's notes give it."""
_FIRST_KNOWN = min(_KNOWN)
_LAST_KNOWN = max(_KNOWN)


@dataclass(frozen=True, slots=True)
class Release:
    """Month in which a version came out."""

    month: date
    """First day of that month."""
    inferred: bool
    """Whether it was counted by us."""


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """End of a version's support."""

    after: datetime
    """First moment without support, UTC: the month after, one year later, because the day of release is not known."""
    inferred: bool
    """Whether the month was counted by us."""


def release_of(version: str | None) -> Release | None:
    """Return the month a version was released; `None` where that is not known."""
    release = parse_version(version).release if version else None
    if release is None:
        return None
    major, minor = release
    if major == 0:
        return _counted(0)
    if major != 1 or minor > _LAST_KNOWN:
        return None
    return Release(_KNOWN[minor], inferred=False) if minor in _KNOWN else _counted(minor)


def support_end(version: str | None) -> SupportEnd | None:
    """Return when the support of a version ends; `None` where its release is not known."""
    release = release_of(version)
    if release is None:
        return None
    year, month = divmod(release.month.month, 12)
    return SupportEnd(datetime(release.month.year + 1 + year, month + 1, 1, tzinfo=UTC), release.inferred)


def _counted(minor: int) -> Release:
    """Return the month of 1.minor, counted from 1.57 at one a month."""
    months = _KNOWN[_FIRST_KNOWN].year * 12 + _KNOWN[_FIRST_KNOWN].month - 1 + minor - _FIRST_KNOWN
    year, month = divmod(months, 12)
    return Release(date(year, month + 1, 1), inferred=True)
