"""The whole status as plain text: registration, Arc, agent, firmware and clock, for the command and for files."""

from datetime import datetime

from tui.cluster.facts import ClusterFacts, value_of
from tui.operations.snapshot import Snapshot
from tui.pages.arc_servers import arc_servers
from tui.pages.columns import cut, pad
from tui.pages.document import BLANK, Document, Line, line_of
from tui.pages.registration_status import registration_status
from tui.pages.times import stamp
from tui.pages.values import clock_ahead

SMALLEST_SKEW_SECONDS = 2


def status_text(snapshot: Snapshot, now: datetime, columns: int) -> str:
    """Return the status as plain text, for the command `status` and for files."""
    document = registration_status(snapshot, now, columns)
    arc = arc_servers(snapshot, now, columns)
    notice = (line_of(f" {snapshot.banner}"), BLANK) if snapshot.banner else ()
    read = (BLANK, line_of(f" Read at {stamp(snapshot.facts.read_at)}, local time.")) if snapshot.facts else ()
    heading = (BLANK, line_of(" Arc-enabled servers"))
    systems = system_lines(snapshot.facts, columns) if snapshot.facts else []
    body = (*notice, *document.body, *heading, *arc.body, *systems, *read)
    return Document(document.title, body).text


def system_lines(facts: ClusterFacts, columns: int) -> list[Line]:
    """Return release, build, last boot and clock of every node that told them."""
    lines = [BLANK, line_of(" Operating system and clock")]
    for node in facts.nodes:
        system = value_of(node.system)
        if system is None:
            continue
        seconds = round(clock_ahead(node).total_seconds())
        skew = "clock right" if abs(seconds) < SMALLEST_SKEW_SECONDS else f"clock {seconds:+d} s"
        build = f"{system.display_version or '-'} ({system.build or '-'}.{system.revision or 0})"
        elevated = "" if system.elevated is not False else "  not elevated"
        text = f"     {pad(node.name, 16)} {pad(build, 20)} booted {stamp(system.boot_time)}  {skew}{elevated}"
        lines.append(line_of(cut(text, columns)))
    return lines if len(lines) > 2 else []
