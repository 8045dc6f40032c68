"""Enumerations that meet values nobody has listed yet."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """A string enumeration that keeps a value it does not know as it came.

    `Status("Brand new")` is a member whose value is `Brand new` and whose `known` is false: a newer build never
    crashes the program, and is never shown as something else. Compare with `==`, which compares the text.
    """

    @property
    def known(self) -> bool:
        """Whether the value is one of the listed members."""
        return self._value_ in type(self)._value2member_map_

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        for member in cls:
            if member.value.casefold() == value.casefold():
                return member
        member = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member
