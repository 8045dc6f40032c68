"""A secret in memory."""

from typing import NoReturn


class Secret:
    """A password that shows itself to nobody who does not ask for it by name.

    `str`, `repr`, formatting and pickling never give the value; `reveal()` does.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value. Never log it, never put it into an argument list, an environment or a message."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, _spec: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        message = "a secret is not written anywhere"
        raise TypeError(message)
