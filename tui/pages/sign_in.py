"""What a person has to enter elsewhere to sign in to Azure."""

from typing import TYPE_CHECKING

from tui.pages.columns import wrap
from tui.pages.document import BLANK, Line, Role, line_of
from tui.pages.times import clock

if TYPE_CHECKING:
    from tui.azure.identity import DeviceCode


def code_lines(code: "DeviceCode | None", columns: int) -> list[Line]:
    """Return the address and the code with room around them; nothing where nobody waits for one."""
    if code is None:
        return []
    first = "To sign in to Azure, open this page in a browser, on any computer:"
    second = f"and enter this code there; it is good until {clock(code.expires_at)}:"
    return [
        *(line_of(f" {line}") for line in wrap(first, columns - 2)),
        BLANK,
        line_of(f"      {code.url}", Role.ATTENTION),
        BLANK,
        *(line_of(f" {line}") for line in wrap(second, columns - 2)),
        BLANK,
        line_of(f"      {code.code}", Role.ATTENTION),
        BLANK,
    ]


def code_words(code: "DeviceCode | None") -> str:
    """Return the same in one sentence."""
    return "" if code is None else f"to sign in to Azure, open {code.url} in a browser and enter the code {code.code}"
