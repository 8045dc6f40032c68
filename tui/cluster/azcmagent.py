"""What `azcmagent show` and `azcmagent version` print, as one object.

No complete `show -j` document is published, so its keys are matched without case, and unknown ones are kept. Older
agents have text only (samples of 0.4, 1.40, 1.46 and 1.64): `Display Name<padding> : value`, the padding differing by
version, with headings without a colon, indented children and blank lines.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from tui.cluster.agent_version import parse_version
from tui.cluster.arc import AgentStatus, ArcExtension, ConnectedMachineAgent
from tui.cluster.iso_time import parse_iso_time

_FIELDS = {
    "agentstatus": "status",
    "status": "status",
    "resourcename": "resource_name",
    "resourceid": "resource_id",
    "subscriptionid": "subscription_id",
    "resourcegroupname": "resource_group",
    "resourcegroup": "resource_group",
    "tenantid": "tenant_id",
    "location": "location",
    "cloud": "cloud",
    "agentversion": "version",
    "agentlastheartbeat": "last_heartbeat",
    "lastheartbeat": "last_heartbeat",
    "agenterrorcode": "error_code",
    "errorcode": "error_code",
    "agenterrordetails": "error_details",
    "errordetails": "error_details",
    "agenterrortimestamp": "error_time",
    "errortimestamp": "error_time",
    "usinghttpsproxy": "https_proxy",
    "httpsproxy": "https_proxy",
    "cloudprovider": "cloud_provider",
    "cloudmetadataprovider": "cloud_provider",
}
"""Display name or JSON key, letters and digits only, and the field it fills."""
_TIMES = {"last_heartbeat", "error_time"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RFC822 = re.compile(
    r"([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{2}|[0-9]{4}) ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))? (?:UTC|GMT|Z)"
)
_COLON = re.compile(r"\s:(?:\s|$)")
_UNPRINTABLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def parse_agent(mapping: Mapping[str, object]) -> ConnectedMachineAgent:
    """Return the agent of a node from what its script says: Installed, Version, Show, ShowText, Extensions.

    Never fails: what cannot be understood is missing, or kept in `other` as it came.
    """
    given = {str(key).casefold(): value for key, value in mapping.items()}
    if given.get("installed") is not True:
        return ConnectedMachineAgent(installed=False)
    show = _object(given.get("show"))
    text = given.get("showtext")
    pairs = _flattened(show) if show is not None else read_show_text(text if isinstance(text, str) else "")
    found, other = _sorted_out(pairs)
    version = given.get("version")
    if isinstance(version, str) and version.strip():
        found["version"] = parse_version(version).text
    extensions = _extensions(given.get("extensions"))
    return ConnectedMachineAgent(installed=True, extensions=extensions, other=tuple(other), **found)


def read_show_text(text: str) -> list[tuple[str, str]]:
    """Return names and values of the text of `azcmagent show`, in its order.

    A line that has no colon where the others have it, goes on with the value before it (a wrapped line), unless it is a
    heading: short, not indented, without any colon.
    """
    lines = [_UNPRINTABLE.sub("", line).rstrip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    column = _colon_column(lines)
    pairs: list[tuple[str, str]] = []
    for line in lines:
        name, value = _split(line, column)
        if name is not None:
            pairs.append((name, value))
        elif pairs and not _is_heading(line, column):
            last, before = pairs[-1]
            pairs[-1] = (last, f"{before} {line.strip()}".strip())
    return pairs


def parse_agent_time(text: str) -> datetime | None:
    """Return a time of the agent as UTC: ISO 8601 or `05 Dec 19 01:36 UTC`; `None` for anything else."""
    match = _RFC822.fullmatch(text.strip())
    if match is None:
        try:
            return parse_iso_time(text)
        except ValueError:
            return None
    day, month, year, hour, minute, second = match.groups()
    if month.casefold() not in _MONTHS:
        return None
    century = 2000 if len(year) == 2 else 0
    try:
        return datetime(
            century + int(year),
            _MONTHS.index(month.casefold()) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _sorted_out(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return fields by name, and what belongs to none; of a field named twice the first counts."""
    found: dict[str, Any] = {}
    other: list[tuple[str, str]] = []
    for name, text in pairs:
        field = _FIELDS.get("".join(letter for letter in name.casefold() if letter.isalnum()))
        if field is None or field in found:
            other.append((name, text))
        elif not text:
            continue
        elif field in _TIMES:
            stamp = parse_agent_time(text)
            if stamp is None:
                other.append((name, text))
            else:
                found[field] = stamp
        else:
            found[field] = AgentStatus(text) if field == "status" else text
    return found, other


def _object(value: object) -> Mapping[str, object] | None:
    """Return a JSON object, given as such or as its text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) and value else None


def _flattened(mapping: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value with its key, those of nested objects as `outer.inner`."""
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flattened(cast("Mapping[str, object]", value), f"{name}.")
        else:
            yield name, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value, ensure_ascii=False, default=str)


def _extensions(value: object) -> tuple[ArcExtension, ...]:
    """Return the extensions that have a name; one lone object is a list of one."""
    items: Sequence[object] = cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else [value]
    found: list[ArcExtension] = []
    for item in items:
        if not isinstance(item, Mapping):
            continue
        given = {str(key).casefold(): _text(part) for key, part in cast("Mapping[object, object]", item).items()}
        if given.get("name"):
            found.append(ArcExtension(given["name"], given.get("version") or None, given.get("state") or None))
    return tuple(found)


def _colon_column(lines: Sequence[str]) -> int | None:
    """Return the column at which most lines have their colon; `None` when there is no such column."""
    columns = Counter(match.start() + 1 for line in lines if (match := _COLON.search(line)))
    return columns.most_common(1)[0][0] if columns else None


def _split(line: str, column: int | None) -> tuple[str | None, str]:
    """Return name and value of a line, or `None` as the name of one that has no name."""
    if column is not None and line[column : column + 1] == ":" and line[:column].strip():
        return line[:column].strip(), line[column + 1 :].strip()
    name, colon, value = line.partition(":")
    known = "".join(letter for letter in name.casefold() if letter.isalnum()) in _FIELDS
    named = colon and name.strip() and (known or column is None)
    return (name.strip(), value.strip()) if named else (None, "")


def _is_heading(line: str, column: int | None) -> bool:
    return not line[:1].isspace() and ":" not in line and (column is None or len(line) < column)
