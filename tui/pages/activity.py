"""Runs and activity log: what azsconfig did and read, newest first; and one entry in full."""

from collections.abc import Sequence
from pathlib import Path

from tui.operations.activity import Entry, Outcome
from tui.operations.running import ClusterRuns, FoundRun
from tui.pages.columns import cut, pad, wrap
from tui.pages.document import BACK, BLANK, LEAVE, Choice, Document, Line, Role, Span, line_of
from tui.pages.properties import one_property
from tui.pages.runs import run_rows
from tui.pages.sections import paragraphs
from tui.pages.times import clock, day, stamp

TITLE = "Runs and activity log"
PROMPT = f"Number for details, {BACK} for the menu:"
MOST_NUMBERS = 999
"""Numbers of three digits are typed."""
NARROW = 60
ROLE = {Outcome.DONE: Role.PLAIN, Outcome.ATTENTION: Role.ATTENTION, Outcome.FAILED: Role.BAD}
WORD = {Outcome.DONE: "", Outcome.ATTENTION: "! ", Outcome.FAILED: "FAILED "}


def activity(
    entries: Sequence[Entry],
    words: str,
    trouble: str,
    columns: int,
    *,
    runs: ClusterRuns | None = None,
    found: Sequence[FoundRun] = (),
) -> Document:
    """Return runs and log, both already filtered by `words`; `trouble` is why the log could not be written.

    `runs` is what the nodes told of runs, `found` those of them that are shown, numbered first.
    """
    body: list[Line] = [line_of(f" {line}", Role.BAD) for line in wrap(trouble, columns - 2) if line]
    body.extend(run_rows(runs, found, columns))
    body.append(line_of(cut(f" {_count_words(entries, words)}", columns), Role.QUIET))
    shown: str | None = None
    for number, entry in enumerate(entries[: MOST_NUMBERS - len(found)], 1):
        if day(entry.at) != shown:
            shown = day(entry.at)
            body.extend((BLANK, line_of(f" {shown}", Role.HEADING)))
        body.append(_row(number, number + len(found), entry, columns))
    return Document(TITLE, tuple(body), PROMPT)


def _count_words(entries: Sequence[Entry], words: str) -> str:
    failed = sum(entry.outcome is Outcome.FAILED for entry in entries)
    count = f"{len(entries)} entr{'y' if len(entries) == 1 else 'ies'}, {failed} failed, newest first"
    return f"{count}; only those with: {words}" if words else f"{count}."


def _row(index: int, number: int, entry: Entry, columns: int) -> Line:
    lead = f" {number:3}) {clock(entry.at)}  "
    if columns >= NARROW:
        lead += f"{pad(entry.node or entry.cluster or '-', 15)} "
    simulated = f"{entry.banner}: " if entry.banner else ""
    text = cut(WORD[entry.outcome] + simulated + entry.what, columns - len(lead))
    return Line((Span(lead), Span(text, ROLE[entry.outcome])), Choice(number, str(index)))


def activity_entry(entry: Entry, columns: int) -> Document:
    """Return one entry in full."""
    body: list[Line] = [line_of(f" {line}", ROLE[entry.outcome]) for line in wrap(entry.what, columns - 2)]
    if entry.remedy:
        body.append(BLANK)
        body.extend(line_of(f" {line}") for line in wrap(f"What to do: {entry.remedy}", columns - 2, 2))
    body.append(BLANK)
    told = (
        ("Time", stamp(entry.at, seconds=True)),
        ("Outcome", entry.outcome.value),
        ("Cluster", " ".join(filter(None, (entry.cluster or "-", entry.banner)))),
        ("Node", entry.node or "-"),
        ("Run by", entry.user or "-"),
        ("Process", str(entry.process)),
    )
    for name, text in told:
        body.extend(one_property(name, text, columns))
    return Document(f"Activity of {stamp(entry.at)}", tuple(body), LEAVE)


def activity_help(log_file: Path | None, activity_file: Path | None, columns: int) -> Document:
    """Return the help of this screen."""
    texts = (
        (
            "Above stand the runs of the cluster, as the nodes told when they were read last: work that goes on on a "
            "node, or has ended there, whoever started it. Type a run's number and press Enter to follow it, or to see "
            "how it ended."
        ),
        (
            "Below stands what azsconfig itself did and read on this computer, this session's and earlier ones', "
            "newest first: clusters opened, readings with what could not be read, settings changed, files saved. "
            "Type an entry's number and press Enter for all of it and for what to do about it."
        ),
        (
            "f shows only the runs and entries that hold the words you type, in any order: a node's name, FAILED, "
            "a user. f and an empty answer show all again. r reads the file again, "
            "because another azsconfig may have written to it, and asks the nodes for their runs."
        ),
        f"The entries are kept in {activity_file or 'memory alone'}.",
        f"The log for support is {log_file or 'not written: its folder cannot be used'}.",
    )
    return Document("Help: runs and activity log", paragraphs(texts, columns))
