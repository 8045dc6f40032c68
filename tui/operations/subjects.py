"""What is read from a node: one subject a script, and how its answer becomes a fact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tui.cluster.arc import ArcIntegration
from tui.cluster.azcmagent import parse_agent
from tui.cluster.decode import DecodeError, decode
from tui.cluster.events import AdminEvent
from tui.cluster.firmware import Firmware
from tui.cluster.membership import Membership
from tui.cluster.registration import Registration
from tui.cluster.system import PowerShellModule, Service, System

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of a node, read by one script."""

    name: str
    """Field of `tui.cluster.facts.NodeFacts` that holds it."""
    title: str
    """What it is called in front of people."""
    script: str
    """Script in `tui/nodes/scripts` that reads it."""
    decode: Callable[[Sequence[object]], object]
    """Turns the objects the script returned into the fact's value; raises `DecodeError`."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of the script."""


def _mapping(data: object) -> Mapping[str, object]:
    if not isinstance(data, dict):
        message = f"an object was expected, not {type(data).__name__}"
        raise DecodeError(message)
    return cast("Mapping[str, object]", data)


def _one(answers: Sequence[object]) -> Mapping[str, object]:
    if len(answers) != 1:
        message = f"one object was expected, not {len(answers)}"
        raise DecodeError(message)
    return _mapping(answers[0])


def _single(kind: type[T]) -> Callable[[Sequence[object]], T]:
    return lambda answers: decode(kind, _one(answers))


def _several(kind: type[T]) -> Callable[[Sequence[object]], tuple[T, ...]]:
    return lambda answers: tuple(decode(kind, _mapping(answer)) for answer in answers)


SUBJECTS: tuple[Subject, ...] = (
    Subject("registration", "registration", "get-registration", _single(Registration)),
    Subject("membership", "cluster membership", "get-cluster", _single(Membership)),
    Subject("system", "operating system", "get-system", _single(System)),
    Subject(
        "agent",
        "connected machine agent",
        "get-connected-machine-agent",
        lambda answers: parse_agent(_one(answers)),
    ),
    Subject("arc_integration", "Azure Arc integration", "get-arc-integration", _single(ArcIntegration)),
    Subject("services", "services", "get-services", _several(Service)),
    Subject("firmware", "firmware", "get-firmware", _single(Firmware)),
    Subject("modules", "PowerShell modules", "get-modules", _several(PowerShellModule)),
    Subject("events", "events", "get-events", _several(AdminEvent), {"MaxEvents": 50, "Days": 30}),
)
"""All subjects, what the menu shows first in front."""
