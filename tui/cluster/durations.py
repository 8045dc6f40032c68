"""Durations in words, as menus and messages say them."""

from datetime import timedelta

_MINUTE = timedelta(minutes=1)


def duration_text(duration: timedelta) -> str:
    """Return a duration in its two largest units: `12 days 4 hours`, `4 hours 10 minutes`, `25 minutes`.

    Rounded down, so that no more time is promised than there is; the sign is left out; below a minute it is
    `less than a minute`.
    """
    length = abs(duration)
    if length < _MINUTE:
        return "less than a minute"
    hours, seconds = divmod(length.seconds, 3600)
    units = ((length.days, "day"), (hours, "hour"), (seconds // 60, "minute"))
    first = next(index for index, (number, _) in enumerate(units) if number)
    shown = [_counted(number, unit) for number, unit in units[first : first + 2] if number]
    return " ".join(shown)


def age_text(age: timedelta) -> str:
    """Return how long ago something was: `25 minutes ago`; what lies ahead, by a clock that is off, is `just now`."""
    return "just now" if age < _MINUTE else f"{duration_text(age)} ago"


def rough_age_text(age: timedelta) -> str:
    """Return how long ago something was in its largest unit: `3 hours ago`; `within the last hour` below that.

    For what several nodes say of the same thing minutes apart: rough ages are the same on all.
    """
    if age < timedelta(hours=1):
        return "within the last hour"
    return f"{_counted(age.days, 'day') if age.days else _counted(age.seconds // 3600, 'hour')} ago"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
