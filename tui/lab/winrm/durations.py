"""Durations as WS-Management writes them (xs:duration)."""

import re

_PATTERN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def parse_duration(text: str) -> float:
    """Return the seconds of `P0DT0H0M20.000S`; raises ValueError when it is no duration."""
    match = _PATTERN.fullmatch(text.strip())
    if not match or not any(match.groups()):
        msg = f"not a duration: {text!r}"
        raise ValueError(msg)
    days, hours, minutes, seconds = (float(group or 0) for group in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def timeout_text(seconds: float) -> str:
    """Write a time-out as Windows echoes it: `PT7200.000S`."""
    return f"PT{seconds:.3f}S"


def age_text(seconds: float) -> str:
    """Write an age as Windows does, to the second: `P0DT0H0M0S`."""
    minutes, whole_seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"P{days}DT{hours}H{minutes}M{whole_seconds}S"
