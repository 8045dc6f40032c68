"""Times in words. Clock times are local, as an administrator's watch; nothing ticks."""

from datetime import datetime

from tui.cluster.durations import duration_text


def clock(moment: datetime) -> str:
    """Return the local time of day, `14:02:31`."""
    return _local(moment).strftime("%H:%M:%S")


def day(moment: datetime) -> str:
    """Return the local date, `2026-11-23`."""
    return _local(moment).strftime("%Y-%m-%d")


def stamp(moment: datetime | None, *, seconds: bool = False) -> str:
    """Return local date and time, `2026-11-23 14:02`, or `-` for none."""
    return "-" if moment is None else _local(moment).strftime(f"%Y-%m-%d %H:%M{':%S' if seconds else ''}")


def file_stamp(moment: datetime) -> str:
    """Return local date and time as it may stand in a file's name, `20261123-140231`."""
    return _local(moment).strftime("%Y%m%d-%H%M%S")


def before(moment: datetime, now: datetime) -> str:
    """Return how long before `now` something was, `25 minutes before`, or `in ...` for the future."""
    words = duration_text(now - moment)
    return f"in {words}" if moment > now else f"{words} before"


def ago(moment: datetime, now: datetime) -> str:
    """Return the same for a screen that was just read: `25 minutes ago`."""
    return before(moment, now).replace(" before", " ago")


def _local(moment: datetime) -> datetime:
    """Return a time in the local zone; as it is where this machine's calendar does not reach."""
    try:
        return moment.astimezone()
    except (OverflowError, OSError, ValueError):
        return moment
