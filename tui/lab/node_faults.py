"""Everything that can go wrong on a simulated node on demand, by name and value as the control port takes them."""

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

from tui.lab import garble
from tui.lab.winrm.faults import Faults

DESCRIPTIONS: Mapping[str, str] = {
    "lose-replies": "act, then cut the connection instead of answering: {count, probability, seed}",
    "cut-connections": "cut the connection before acting: {count, probability, seed}",
    "slow": "hold every reply of WinRM back: seconds",
    "hang": "accept connections and answer nothing: true",
    "quota": "refuse new shells: true",
    "access-denied": "refuse everything as to a user who is no administrator: true",
    "garble": f"put what nobody asked for into PowerShell's output: true for all or a list of {sorted(garble.KINDS)}",
    "constrained": "PowerShell starts in constrained language mode: true",
    "no-powershell": "PowerShell ends at its start: true",
    "slow-scripts": "every script takes so much longer: seconds",
    "disk-full": "runs find no room: true at their start, or the step or stage in which the disk is full",
    "runner-dies-at": "the runner of a run dies: the step or stage",
    "hold-at": "a run waits until this is taken away: the step or stage",
    "peers-refuse": "no identity of a run is let in by other nodes: true for all or a list of their names",
    "no-password-storage": "a policy forbids tasks with a stored password: true",
    "script-logging": "PowerShell logs what scripts do: true or a list of script-block, module, transcription",
    "endpoints-blocked": "the node reaches no endpoint: true for none at all or a list of hosts, *.domain for many",
    "task-refused": "the task scheduler refuses tasks: true",
    "search-fails": "searching for updates fails: the code, such as 0x8024402C",
    "search-misses": "searching for updates misses some: the warning that it gives",
    "download-fails": "updates cannot be downloaded: the code for all, or {article or id: code}",
    "update-fails": "updates cannot be installed: the code for all, or {article or id: code}; agent is the Arc agent's",
    "opt-in-fails": "opting in to Microsoft Update fails: the code",
    "agent-upgrade-exits": "the program that upgrades the Arc agent ends with a code: a number",
    "drain-refused": "the cluster refuses to drain the node: true",
    "drain-fails": "the last role cannot be moved away from the node, so that its drain fails: true",
    "drain-stuck": "the drain of the node does not end until this is taken away: true",
    "resume-refused": "the cluster refuses to resume the node: true",
    "stays-down": "the node does not come back from a restart until this is taken away: true",
    "services-stay-down": "services that do not start with the node or a new agent while this is set: a list of names",
    "storage-stuck": "the repair of the storage does not end until this is taken away: true",
}
"""Every fault: what it does and its value."""


_CODE = re.compile(r"0x[0-9A-F]{8}")


class UnknownFaultError(ValueError):
    """No fault has that name, or its value does not fit it; the message says what does."""


class NodeFaults:
    """The faults of one node: those of its WinRM service and those of its PowerShell."""

    def __init__(self, winrm: Faults) -> None:
        self._winrm = winrm
        self._lock = threading.Lock()
        self._set: dict[str, Any] = {}
        self._switches: dict[str, Callable[[Any], None]] = {
            "lose-replies": lambda value: winrm.lose_replies(**_chance(value)),
            "cut-connections": lambda value: winrm.cut_connections(**_chance(value)),
            "slow": lambda value: winrm.slow_down(float(value or 0)),
            "hang": lambda value: winrm.hang(bool(value)),
            "quota": lambda value: winrm.exceed_quota(bool(value)),
            "access-denied": lambda value: winrm.deny_access(bool(value)),
        }

    def set(self, name: str, value: Any) -> None:
        """Set a fault, or take it away with a value that says no; raises `UnknownFaultError`."""
        if name not in DESCRIPTIONS:
            raise UnknownFaultError(f"there is no fault {name!r}; there are {', '.join(DESCRIPTIONS)}")
        try:
            value = _checked(name, value)
            with self._lock:
                self._switches.get(name, lambda _value: None)(value)
                self._set.pop(name, None)
                if value:
                    self._set[name] = value
        except (TypeError, ValueError) as error:
            raise UnknownFaultError(f"{name} takes {DESCRIPTIONS[name]}: {error}") from error

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._winrm.clear()
            self._set.clear()

    def current(self) -> Mapping[str, Any]:
        """Return the faults that are set and their values."""
        with self._lock:
            return dict(self._set)


def _checked(name: str, value: Any) -> Any:
    if name == "garble":
        kinds = garble.KINDS if value is True else frozenset(cast("list[str]", value or ()))
        if not kinds <= garble.KINDS:
            raise ValueError(f"unknown: {', '.join(sorted(kinds - garble.KINDS))}")
        return sorted(kinds)
    if name in {"slow", "slow-scripts"}:
        return float(value or 0)
    kinds = _KINDS.get(name)
    if value and kinds is not None and not any(fits(value) for fits in kinds):
        raise ValueError(f"not {value!r}")
    return value


def _is_switch(value: Any) -> bool:
    return value is True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value))


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _are_codes(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_code, cast("dict[str, Any]", value).values()))


def _is_exit_code(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_logs(value: Any) -> bool:
    return _is_texts(value) and set(value) <= {"script-block", "module", "transcription"}


_KINDS: Mapping[str, tuple[Callable[[Any], bool], ...]] = {
    "disk-full": (_is_switch, _is_text),
    "runner-dies-at": (_is_text,),
    "hold-at": (_is_text,),
    "peers-refuse": (_is_switch, _is_texts),
    "no-password-storage": (_is_switch,),
    "script-logging": (_is_switch, _are_logs),
    "endpoints-blocked": (_is_switch, _is_texts),
    "task-refused": (_is_switch,),
    "search-fails": (_is_code,),
    "search-misses": (_is_text,),
    "download-fails": (_is_code, _are_codes),
    "update-fails": (_is_code, _are_codes),
    "opt-in-fails": (_is_code,),
    "agent-upgrade-exits": (_is_exit_code,),
    "drain-refused": (_is_switch,),
    "drain-fails": (_is_switch,),
    "drain-stuck": (_is_switch,),
    "resume-refused": (_is_switch,),
    "stays-down": (_is_switch,),
    "services-stay-down": (_is_texts,),
    "storage-stuck": (_is_switch,),
}
"""What the faults of runs, updates and the cluster take."""


def _chance(value: Any) -> dict[str, Any]:
    given = cast("dict[str, Any]", value) if isinstance(value, dict) else {"count": int(value or 0)}
    if not given.keys() <= {"count", "probability", "seed"}:
        raise ValueError("unknown part")
    return given
