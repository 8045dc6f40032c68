"""Several nodes' names in few words."""

import re
from collections.abc import Sequence

SHORTEST_RUN = 3
"""Nodes that become `HCI-N1 to HCI-N3`; two are named one by one."""


def in_short(names: Sequence[str], of_all: Sequence[str] = ()) -> str:
    """Return names, in the order of `of_all`, all nodes there are: `all 4 nodes`, `HCI-N1, HCI-N3 to HCI-N16`.

    Only names that count on (`N3`, `N4`, `N5`) become a run: nobody has to know what else may be between two names.
    """
    if len(names) > SHORTEST_RUN and set(names) == set(of_all):
        return f"all {len(names)} nodes"
    words: list[str] = []
    for run in _runs(names):
        words.extend([f"{run[0]} to {run[-1]}"] if len(run) >= SHORTEST_RUN else run)
    return ", ".join(words)


def _runs(names: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for name in names:
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return runs


def _follows(first: str, second: str) -> bool:
    """Return whether the second name is the first one with its last number counted on."""
    (one, begin, end), (two, start, stop) = _counted(first), _counted(second)
    return bool(begin and start) and (one, end) == (two, stop) and _next(begin) == start


def _next(digits: str) -> str:
    return str(int(digits) + 1).zfill(len(digits))


def _counted(name: str) -> tuple[str, str, str]:
    """Return a name before its last number, the number, and what follows it."""
    found = re.fullmatch(r"(.*?)([0-9]*)([^0-9]*)", name, re.DOTALL)
    return (found[1], found[2], found[3]) if found else (name, "", "")
