"""A script that runs on a node."""

import re
from dataclasses import dataclass
from importlib.resources import files

_INCLUDE = re.compile(r"^#include ([a-z][a-z-]*)$", re.MULTILINE)
"""A line in the place of another script's text: a node gets one text, whatever it is made of."""


@dataclass(frozen=True, slots=True)
class Script:
    """A named PowerShell script with a `param()` block and objects as output."""

    name: str
    """What it is called by on the node, for example `get-registration`."""
    body: str
    """Its text, valid for Windows PowerShell 5.1 and PowerShell 7."""


def load(name: str) -> Script:
    """Return the script `scripts/<name>.ps1` that comes with azsconfig. Raises FileNotFoundError without one."""
    return Script(name=name, body=script_text(name))


def script_text(name: str) -> str:
    """Return the text of `scripts/<name>.ps1`, without a byte order mark and with what it includes."""
    text = files("tui.nodes.scripts").joinpath(f"{name}.ps1").read_text(encoding="utf-8-sig")
    return _INCLUDE.sub(lambda found: script_text(found[1]).rstrip("\n"), text)
