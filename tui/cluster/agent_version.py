"""Order of versions of the connected machine agent and of PowerShell modules."""

import re
from dataclasses import dataclass
from functools import total_ordering

_VERSION = re.compile(r"(?:azcmagent version )?v?([0-9]{1,9}(?:\.[0-9]{1,9}){1,3})", re.IGNORECASE)


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class AgentVersion:
    """A version `a.b.c.d`, comparable. What is none stays as it came and sorts below every version.

    Missing parts count as zero, so `1.40` equals `1.40.0.0`.
    """

    text: str
    """As it came, without the words of `azcmagent version`."""
    numbers: tuple[int, ...] = ()
    """Two to four numbers; empty when it is no version."""

    @property
    def known(self) -> bool:
        """Whether it is a version at all."""
        return bool(self.numbers)

    @property
    def release(self) -> tuple[int, int] | None:
        """Major and minor number, which name the monthly release."""
        return (self.numbers[0], self.numbers[1]) if self.known else None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AgentVersion):
            return NotImplemented
        return self._key == other._key

    def __lt__(self, other: "AgentVersion") -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return self.text

    @property
    def _key(self) -> tuple[bool, tuple[int, ...], str]:
        padded = (*self.numbers, 0, 0, 0, 0)[:4]
        return (self.known, padded, "" if self.known else self.text)


def parse_version(text: str) -> AgentVersion:
    """Return the version in a text such as `1.61.03319.2737` or `azcmagent version 1.61.03319.2737`; never fails."""
    stripped = text.strip()
    match = _VERSION.fullmatch(stripped)
    if not match:
        return AgentVersion(stripped)
    return AgentVersion(match[1], tuple(int(part) for part in match[1].split(".")))
