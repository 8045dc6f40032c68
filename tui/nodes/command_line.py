"""How PowerShell is started, the same for every carrier."""

import base64
from functools import cache

from tui.nodes.script import script_text

WINDOWS_POWERSHELL = "powershell.exe"
MAX_COMMAND_LINE = 8191
"""Characters of a command line that goes through cmd.exe, as WinRM's do."""


@cache
def powershell_arguments() -> tuple[str, ...]:
    """Return the arguments that make PowerShell run the bootstrap, which reads the agent from standard input."""
    encoded = base64.b64encode(script_text("bootstrap").encode("utf-16-le")).decode("ascii")
    return (
        *("-NoLogo", "-NoProfile", "-NonInteractive"),
        *("-ExecutionPolicy", "Bypass"),
        *("-EncodedCommand", encoded),
    )


@cache
def agent_line() -> bytes:
    """Return the first line of standard input: the agent script in base64."""
    return base64.b64encode(script_text("agent").encode("utf-8")) + b"\n"
