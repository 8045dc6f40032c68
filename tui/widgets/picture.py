"""A document as an SVG picture, for files."""

import io

from rich.console import Console
from rich.text import Text

from tui.pages.document import Document
from tui.widgets.palette import DARK


def svg(document: Document, columns: int) -> str:
    """Return the whole document as SVG, at least `columns` cells wide: a line is never cut."""
    widest = max((Text(line.text).cell_len for line in document.body), default=0)
    console = Console(
        record=True,
        width=max(columns, widest),
        file=io.StringIO(),
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for line in document.body:
        text = Text(no_wrap=True, overflow="ignore")
        for span in line.spans:
            text.append(span.text, DARK[span.role])
        console.print(text)
    return console.export_svg(title=document.title, unique_id="azsconfig")
