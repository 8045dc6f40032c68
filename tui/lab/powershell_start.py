"""How a simulated PowerShell starts: the command line and first line that it needs, and how it refuses."""

import base64
import binascii
from itertools import pairwise

from tui.lab.winrm.program import ProgramStart

_CLIXML_ERROR = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    '<S S="Error">{}_x000D__x000A_</S></Objs>'
)


def encoded_script(start: ProgramStart) -> str | None:
    """Return the script of `-EncodedCommand`; None without one, or when it is no base64 of UTF-16."""
    for name, value in pairwise(start.command_line.replace('"', "").split()):
        if name.casefold() in {"-encodedcommand", "-ec", "-e", "-enc"}:
            try:
                return base64.b64decode(value, validate=True).decode("utf-16-le")
            except (binascii.Error, UnicodeDecodeError):
                return None
    return None


def is_bootstrap(script: str) -> bool:
    """Whether a script is azsconfig's: one that takes the agent from its first line of input."""
    text = script.casefold()
    return "readline()" in text and "[scriptblock]::create" in text


def is_agent(line: bytes) -> bool:
    """Whether a line is what the bootstrap script reads first: a script as base64 of UTF-8."""
    try:
        return bool(base64.b64decode(line.strip(), validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        return False


def clixml_error(message: str) -> bytes:
    """Return an error as Windows PowerShell writes it to a redirected standard error."""
    return _CLIXML_ERROR.format(message).encode()
