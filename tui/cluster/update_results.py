"""How searching, downloading and installing updates ends: the agent's results and codes, in words with a remedy."""

import re
from dataclasses import dataclass

from tui.cluster.open_enum import OpenEnum
from tui.cluster.update_codes import CODES, UpdateCode

_HEX = re.compile(r"(?:0x)?([0-9a-f]{8})", re.IGNORECASE)
_WIN32 = 0x80070000


class OperationResult(OpenEnum):
    """`OperationResultCode` of the Windows Update Agent, by name."""

    NOT_STARTED = "NotStarted"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    SUCCEEDED_WITH_ERRORS = "SucceededWithErrors"
    FAILED = "Failed"
    ABORTED = "Aborted"


@dataclass(frozen=True, slots=True)
class ResultMeaning:
    """What an `OperationResultCode` means."""

    number: int
    """Its number, as the agent gives it."""
    succeeded: bool
    """Whether what was wanted is there, in whole or in part."""
    meaning: str
    """What it says, one line."""
    remedy: str
    """What to do next; empty where nothing is to do."""


RESULTS: dict[OperationResult, ResultMeaning] = {
    OperationResult.NOT_STARTED: ResultMeaning(
        0, False, "it was not begun", "Start it again; an update before it may have needed a restart first."
    ),
    OperationResult.IN_PROGRESS: ResultMeaning(1, False, "it has not ended yet", "Wait for it, then search again."),
    OperationResult.SUCCEEDED: ResultMeaning(2, True, "it succeeded", ""),
    OperationResult.SUCCEEDED_WITH_ERRORS: ResultMeaning(
        3, True, "it succeeded in part", "See the code of each update, mend what it names, then install again."
    ),
    OperationResult.FAILED: ResultMeaning(
        4, False, "it failed", "See its code: that names the cause. Mend it, then install again."
    ),
    OperationResult.ABORTED: ResultMeaning(
        5, False, "it was cancelled", "Somebody or a shutdown stopped it: install again."
    ),
}
"""Every result there is."""


def operation_result(number: int) -> OperationResult:
    """Return the result of a number the agent gives; an unknown number stays as it came."""
    found = next((result for result, meaning in RESULTS.items() if meaning.number == number), None)
    return found or OperationResult(str(number))


def hresult_number(code: int | str | None) -> int | None:
    """Return a code as an unsigned number, from `-2145124329`, `0x80240017` or `80240017`; else `None`."""
    if isinstance(code, str):
        text = code.strip()
        if found := _HEX.fullmatch(text):
            return int(found[1], 16)
        code = int(text) if re.fullmatch(r"-?[0-9]{1,10}", text) else None
    return None if code is None else code & 0xFFFFFFFF


def hresult_text(code: int) -> str:
    """Return a code as Microsoft's documents spell it: `0x80240017`."""
    return f"0x{code & 0xFFFFFFFF:08X}"


def explain(code: int | str) -> UpdateCode:
    """Return what an HRESULT means and what to do about it; never fails, an unknown code is told as it came.

    Success of any kind has no remedy unless something is left to do, as after `0x00240005`.
    """
    number = hresult_number(code)
    if number is None:
        return UpdateCode(0x80004005, None, f"{str(code)[:40]!r} is no code of Windows", _LOG)
    if number in CODES:
        return CODES[number]
    text = hresult_text(number)
    if number < 0x80000000:
        return UpdateCode(number, None, f"success of a kind azsconfig does not know ({text})", "")
    if number & 0xFFFF0000 == _WIN32:
        error = number & 0xFFFF
        return UpdateCode(number, None, f"Windows error {error} ({text})", f"net helpmsg {error} tells it. {_LOG}")
    return UpdateCode(number, None, f"an error azsconfig does not know ({text})", _LOG)


_LOG = "Get-WindowsUpdateLog on the node writes down what happened."
