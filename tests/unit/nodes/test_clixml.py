"""Standard error of PowerShell as words, however damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.nodes.clixml import stderr_text

HEAD = "#< CLIXML\r\n"
OBJS = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
PROGRESS = (
    '<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Object</T></TN><MS><I64 N="SourceId">1</I64>'
    '<PR N="Record"><AV>Preparing modules</AV><AI>0</AI><S N="x">hidden</S></PR></MS></Obj>'
)
ERROR = '<S S="Error">Get-Thing : No _x201C_thing_x201D_ &lt;here&gt;_x000D__x000A_</S><S S="Error">At line:1</S>'

CASES = {
    "plain text": (b"powershell.exe is not recognized\r\n", "powershell.exe is not recognized"),
    "nothing": (b"", ""),
    "progress only": (f"{HEAD}{OBJS}{PROGRESS}</Objs>".encode(), ""),
    "an error with escapes": (
        f"{HEAD}{OBJS}{PROGRESS}{ERROR}</Objs>".encode(),
        "Get-Thing : No \u201cthing\u201d <here>\nAt line:1",
    ),
    "an error among warnings": (
        f'{HEAD}{OBJS}<S S="warning">w</S><S S="verbose">v</S><S S="Error">e</S></Objs>'.encode(),
        "e",
    ),
    "a warning alone": (f'{HEAD}{OBJS}<S S="warning">w</S></Objs>'.encode(), "w"),
    "two documents": (f'{HEAD}{OBJS}<S S="Error">1</S></Objs>{HEAD}{OBJS}<S S="Error">2</S></Objs>'.encode(), "1\n2"),
    "text before the header": (f'first\r\n{HEAD}{OBJS}<S S="Error">e</S></Objs>'.encode(), "first\ne"),
    "text after the document": (f'{HEAD}{OBJS}<S S="Error">e</S></Objs>last'.encode(), "e\nlast"),
    "a header with a line feed alone": (f'#< CLIXML\n{OBJS}<S S="Error">e</S></Objs>'.encode(), "e"),
    "a truncated document": (f'{HEAD}{OBJS}<S S="Error">half a sen'.encode(), "half a sen"),
    "bytes of the western code page": (f'{HEAD}{OBJS}<S S="Error">Gr\xf6\xdfe</S></Objs>'.encode("cp1252"), "Größe"),
    "a terminal sequence": (f'{HEAD}{OBJS}<S S="Error">_x001B_[31mred</S></Objs>'.encode(), "red"),
}


@pytest.mark.parametrize("case", CASES)
def test_errors_are_read(case: str) -> None:
    data, text = CASES[case]
    assert stderr_text(data) == text


@given(st.binary(max_size=300) | st.text(alphabet='<>S="Eror#CLIXML _x0019D;&/\n', max_size=200).map(str.encode))
def test_nothing_crashes_it(data: bytes) -> None:
    stderr_text(data)
    stderr_text(HEAD.encode() + data)
