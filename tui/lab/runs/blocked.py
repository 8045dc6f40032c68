"""Which endpoints a simulated node does not reach."""

from collections.abc import Mapping
from typing import Any


def is_blocked(faults: Mapping[str, Any], host: str) -> bool:
    """Whether the fault `endpoints-blocked` keeps a host from a node: all of them, by name, or by `*.` and a domain."""
    blocked = faults.get("endpoints-blocked") or ()
    if blocked is True:
        return True
    name = host.lower()
    return any(_matches(str(pattern).lower(), name) for pattern in blocked)


def _matches(pattern: str, name: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
