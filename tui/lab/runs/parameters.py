"""Parameters of the simulated scripts of runs, bound as PowerShell binds them: by name in any case, checked."""

from collections.abc import Mapping
from typing import Any, NoReturn, cast

from tui.lab.runs.node_runs import is_run_id
from tui.lab.simulated_scripts import Parameters, ScriptStopped, refuse_unknown


class BoundParameters:
    """The parameters of one call; every method raises `ScriptStopped` for what PowerShell would refuse."""

    def __init__(self, parameters: Parameters, known: tuple[str, ...], mandatory: tuple[str, ...] = ()) -> None:
        """Refuse parameters that are not `known`, and a call that lacks a `mandatory` one."""
        refuse_unknown(parameters, known)
        self._given = {name.lower(): value for name, value in parameters.items()}
        for name in mandatory:
            if self._given.get(name.lower()) is None:
                raise ScriptStopped(
                    f"Cannot process command because of one or more missing mandatory parameters: {name}.",
                    category="InvalidArgument",
                    fqid="MissingMandatoryParameter",
                )

    def text(self, name: str) -> str:
        """Return a text; empty where it is absent."""
        value = self._given.get(name.lower())
        return "" if value is None else str(value)

    def run_id(self, name: str = "Id") -> str:
        """Return the id of a run: nothing else may become a name of a folder."""
        value = self.text(name)
        if not is_run_id(value):
            _refuse(name, f"{value!r} is no id of a run.")
        return value

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number."""
        given = self._given.get(name.lower(), default)
        try:
            number = int(given)
        except (TypeError, ValueError):
            _refuse(name, f"{given!r} is no number.")
        if not least <= number <= most:
            _refuse(name, f"It has to be a number from {least} to {most}.")
        return number

    def switch(self, name: str, *, default: bool) -> bool:
        """Return a `[bool]`: PowerShell takes a boolean or a number for it."""
        given = self._given.get(name.lower(), default)
        if not isinstance(given, bool | int | float):
            _refuse(name, f"{given!r} is no boolean.")
        return bool(given)

    def table(self, name: str) -> Mapping[str, Any]:
        """Return an object; empty where it is absent."""
        given: object = self._given.get(name.lower()) or {}
        if not isinstance(given, dict):
            _refuse(name, "It has to be an object.")
        return cast("dict[str, Any]", given)

    def texts(self, name: str) -> list[str]:
        """Return texts; a single one is a list of one."""
        given = cast("str | list[object]", self._given.get(name.lower()) or [])
        return [given] if isinstance(given, str) else [str(value) for value in given]


def _refuse(name: str, reason: str) -> NoReturn:
    raise ScriptStopped(
        f"Cannot validate argument on parameter '{name}'. {reason}",
        category="InvalidData",
        fqid="ParameterArgumentValidationError",
    )
