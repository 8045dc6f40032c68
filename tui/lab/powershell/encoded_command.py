"""The command line of a node's PowerShell, changed so that it first imports the stub module."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

_PARAMETER = "encodedcommand"
_ALIAS = "ec"


def rewrite(arguments: Sequence[str], module: Path) -> list[str]:
    """Return the arguments with an import of `module` put before the script of `-EncodedCommand`.

    Functions of a module hide cmdlets of the same name only once the module is imported, so loading it on demand is
    not enough. PowerShell takes any beginning of the parameter's name; a line without it, or whose script is no
    base64 of UTF-16, comes back as it was: PowerShell itself says what is wrong.
    """
    result = list(arguments)
    for index, argument in enumerate(result[:-1]):
        if _is_encoded_command(argument):
            result[index + 1] = _import_first(result[index + 1], module)
            break
    return result


def _is_encoded_command(argument: str) -> bool:
    if argument[:1] not in {"-", "/", "\N{EN DASH}"}:
        return False
    name = argument[1:].casefold()
    return bool(name) and (_PARAMETER.startswith(name) or name == _ALIAS)


def _import_first(encoded: str, module: Path) -> str:
    try:
        script = base64.b64decode(encoded, validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return encoded
    path = str(module).replace("'", "''")
    script = f"Import-Module -Name '{path}' -DisableNameChecking; {script}"
    return base64.b64encode(script.encode("utf-16-le")).decode("ascii")
