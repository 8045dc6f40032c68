"""The PowerShell an expert would type to see what a page shows."""

from collections.abc import Sequence
from pathlib import Path

from tui.nodes.connection import Target
from tui.nodes.quoting import quoted
from tui.operations.snapshot import Snapshot
from tui.pages.columns import wrap
from tui.pages.document import BLANK, Document, Line, Role, line_of
from tui.pages.powershell.asked import ASKED
from tui.pages.powershell.azure import azure_commands
from tui.pages.powershell.command import Command
from tui.pages.powershell.line_breaks import shown
from tui.pages.powershell.ways import ways_to

OF_AZURE = frozenset({"status"})
"""Pages that show what Azure knows."""


def commands_for(page: str, snapshot: Snapshot, node: str | None = None) -> tuple[Command, ...]:
    """Return what to type to see what `page` (a key of `ASKED`) shows; of one node where one is named."""
    ways = ways_to(_targets_of(snapshot, node))
    first = (ways.first,) if ways.first else ()
    of_azure = azure_commands(snapshot.azure) if page in OF_AZURE else ()
    return (*first, *(Command(asked.purpose, ways.ask(asked.text)) for asked in ASKED[page]), *of_azure)


def _targets_of(snapshot: Snapshot, node: str | None) -> Sequence[Target]:
    """Return the targets that are meant; a node stands where its target does."""
    if node is None or snapshot.facts is None:
        return snapshot.targets
    rows = zip(snapshot.facts.nodes, snapshot.targets, strict=False)
    return [target for facts, target in rows if facts.name == node]


def log_commands(log_file: Path | None, activity_file: Path | None) -> tuple[Command, ...]:
    """Return how to read azsconfig's own files, as far as it keeps them."""
    commands: list[Command] = []
    if activity_file is not None:
        text = f"{_read(activity_file)} |\n    ForEach-Object {{ ConvertFrom-Json -InputObject $_ }}"
        commands.append(Command("What azsconfig did and read, as objects.", text))
    if log_file is not None:
        commands.append(Command("The log for support.", f"{_read(log_file)} -Tail 100"))
    return tuple(commands)


def settings_commands(config_file: Path) -> tuple[Command, ...]:
    """Return how to read and edit the configuration."""
    return (
        Command("The configuration file.", _read(config_file)),
        Command("Edit it; azsconfig reads it when it starts, and again with r.", f"notepad {quoted(str(config_file))}"),
    )


def run_commands(snapshot: Snapshot, node: str | None, run_id: str) -> tuple[Command, ...]:
    """Return how to read the journal of a run on its node."""
    ways = ways_to([target for target in snapshot.targets if target.node == node])
    first = (ways.first,) if ways.first else ()
    path = quoted(rf"azsconfig\runs\{run_id}\events.jsonl")
    text = (
        f"Get-Content -LiteralPath (Join-Path $env:ProgramData {path}) -Encoding UTF8 -Tail 50 |\n"
        "    ForEach-Object { ConvertFrom-Json -InputObject $_ }"
    )
    return (*first, Command(f"What the run told last, on {node}.", ways.ask(text)))


def _read(file: Path) -> str:
    # Windows PowerShell takes a file without byte order mark for one in the machine's code page.
    return f"Get-Content -LiteralPath {quoted(str(file))} -Encoding UTF8"


def commands_document(title: str, commands: Sequence[Command], columns: int) -> Document:
    """Return the commands, each below what it is for."""
    changes = "Typed, it CHANGES" if any(command.changes for command in commands) else "Nothing below changes"
    what = "the cluster" if any(command.changes for command in commands) else "anything on a node"
    lead = f"The same in PowerShell. {changes} {what}. s saves it as text to copy from."
    body: list[Line] = [line_of(f" {line}", Role.QUIET) for line in wrap(lead, columns - 2)]
    for command in commands:
        body.append(BLANK)
        body.extend(line_of(f" {line}", Role.HEADING) for line in wrap(command.purpose, columns - 2))
        body.extend(_indented(shown(command.text, columns - 3)))
    return Document(f"PowerShell: {title}", tuple(body))


def _indented(lines: Sequence[Line]) -> list[Line]:
    return [Line((line_of(f"   {line.text}").spans), glued=line.glued) for line in lines]
