"""What scripts answer in the simulated PowerShell: the facts of the node, and a few scripts for tests of the channel.

A script is a generator. It yields `Wait`s and records without `q` and `id`; when it raises `ScriptStopped`, the script
ends as one that threw.

Scripts for tests, which do with a node's channel what no fact does:

| name | parameters | what |
|---|---|---|
| `lab-echo` | any | one object: the parameters |
| `lab-wait` | `Seconds` | one object when the time is over |
| `lab-streams` | `Seconds` | one record of every kind, the time divided between them |
| `lab-many` | `Count`, `Size` | so many objects with a text of so many characters |
| `lab-throw` | `Message` | one object, then a terminating error |
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from tui.lab.cluster_state import ClusterState
from tui.lab.node_document import EVENT_COUNT, EVENT_DAYS, node_document, recent_events

Parameters: TypeAlias = Mapping[str, Any]
"""Parameters of a run, decoded JSON."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A script needs time."""

    seconds: float
    """How much."""


Record: TypeAlias = dict[str, Any]
"""A record without its number and request id."""
Steps: TypeAlias = Iterator[Wait | Record]
"""What a script does, step by step."""


class ScriptStopped(Exception):  # noqa: N818 - it is how a script ends, and PowerShell's own word
    """A terminating error of a script."""

    def __init__(self, message: str, *, category: str, fqid: str) -> None:
        super().__init__(message)
        self.message = message
        self.category = category
        self.fqid = fqid


def run_script(
    cluster: ClusterState, node: str, script: str, parameters: Parameters, *, delay: Callable[[], float]
) -> Steps:
    """Return the steps of a script on a node; each takes `delay` seconds before its first output.

    Raises `ScriptStopped` at its first step for a script or a parameter that the lab does not know.
    """
    test_script = _TEST_SCRIPTS.get(script)
    if test_script is not None:
        yield Wait(delay())
        yield from test_script(parameters)
        return
    yield Wait(delay())
    for answer in _facts(cluster, node, script, parameters):
        yield out(answer)


def out(data: Any) -> Record:
    """Return an output record."""
    return {"t": "out", "data": data}


def warning(message: str) -> Record:
    """Return a warning record."""
    return {"t": "warning", "message": message}


def error(message: str, *, category: str, fqid: str) -> Record:
    """Return an error record; the lab has no script text that it could point into."""
    return {"t": "error", "category": category, "fqid": fqid, "position": "", "message": message}


def _facts(cluster: ClusterState, node: str, script: str, parameters: Parameters) -> list[Any]:
    if script == "get-events":
        return _events(cluster, node, parameters)
    facts = node_document(cluster, node)["facts"]
    if script not in facts:
        raise ScriptStopped(
            f"The lab cannot simulate the script {script}; with --powershell it runs in a real PowerShell.",
            category="NotImplemented",
            fqid="AzsconfigLabCannotSimulate",
        )
    refuse_unknown(parameters, ())
    answer = facts[script]
    return cast("list[Any]", answer) if isinstance(answer, list) else [answer]


def _events(cluster: ClusterState, node: str, parameters: Parameters) -> list[Any]:
    refuse_unknown(parameters, ("MaxEvents", "Days"))
    return list(
        recent_events(
            cluster,
            node,
            count=number_of(parameters, "MaxEvents", EVENT_COUNT, most=10_000),
            days=number_of(parameters, "Days", EVENT_DAYS, most=3650),
        )
    )


def refuse_unknown(parameters: Parameters, known: tuple[str, ...]) -> None:
    """Refuse parameters that a script does not have, by their names in any case."""
    folded = {name.casefold() for name in known}
    for name in parameters:
        if name.casefold() not in folded:
            raise ScriptStopped(
                f"A parameter cannot be found that matches parameter name '{name}'.",
                category="InvalidArgument",
                fqid="NamedParameterNotFound",
            )


def number_of(parameters: Parameters, name: str, default: int, *, most: int) -> int:
    """Return a parameter as PowerShell binds `[ValidateRange(1, most)] [int]`, by its name in any case."""
    given = next((value for key, value in parameters.items() if key.casefold() == name.casefold()), default)
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= most:
        raise ScriptStopped(
            f"Cannot validate argument on parameter '{name}'. It has to be a number from 1 to {most}.",
            category="InvalidData",
            fqid="ParameterArgumentValidationError",
        )
    return number


def _echo(parameters: Parameters) -> Steps:
    yield out(dict(parameters))


def _wait(parameters: Parameters) -> Steps:
    seconds = float(parameters.get("Seconds", 0))
    yield Wait(seconds)
    yield out({"Waited": seconds})


def _streams(parameters: Parameters) -> Steps:
    records: list[Record] = [
        {"t": "progress", "activity": "Reading", "status": "half of it", "percent": 50, "parent": -1},
        {"t": "verbose", "message": "a verbose line"},
        {"t": "debug", "message": "a debug line"},
        {"t": "information", "message": "a line of Write-Host"},
        {"t": "warning", "message": "a warning"},
        error("something that did not end it", category="ObjectNotFound", fqid="LabSample"),
        out({"Text": "an object"}),
    ]
    pause = float(parameters.get("Seconds", 0)) / len(records)
    for record in records:
        yield Wait(pause)
        yield record


def _many(parameters: Parameters) -> Steps:
    text = "x" * int(parameters.get("Size", 10))
    for index in range(int(parameters.get("Count", 10))):
        yield out({"Index": index, "Text": text})


def _throw(parameters: Parameters) -> Steps:
    yield out({"Before": True})
    raise ScriptStopped(str(parameters.get("Message", "thrown")), category="OperationStopped", fqid="LabThrown")


_TEST_SCRIPTS: dict[str, Callable[[Parameters], Steps]] = {
    "lab-echo": _echo,
    "lab-wait": _wait,
    "lab-streams": _streams,
    "lab-many": _many,
    "lab-throw": _throw,
}
