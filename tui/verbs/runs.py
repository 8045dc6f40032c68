"""`azsconfig runs`: find work that goes on on nodes, look at it, follow it to its end."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.exit_codes import ExitCode, worst
from tui.operations.attach import attach_found
from tui.operations.attach import resume as resumed
from tui.operations.failures import EXPECTED, failed
from tui.operations.journal import read_journal
from tui.operations.running import ClusterRuns, FoundRun, runs_of
from tui.pages.narrator import Narrator
from tui.pages.outcome_text import outcome_text
from tui.pages.run_object import run_object, runs_object
from tui.pages.runs import found_text, runs_text
from tui.runs.event import event_object
from tui.runs.outcome import Outcome, OutcomeKind, outcome_from
from tui.runs.run_state import is_run_id
from tui.verbs.following import followed
from tui.verbs.opening import choose_cluster, open_session, show_code_on_stderr
from tui.verbs.patience import InBackground
from tui.verbs.telling import JsonTelling, Telling, TextTelling, columns, notice, print_object

if TYPE_CHECKING:
    from tui.session import Session

ALL = 1000
"""Runs that are looked through for the one that is meant."""


def runs(options: argparse.Namespace, config: Path | None = None) -> ExitCode:
    """Do what `options.runs_verb` says: `list`, `show`, `attach` or `resume`; `config` replaces `--config`.

    Raises:
        ConfigurationError: what is meant does not fit together; nothing has been sent anywhere.
    """
    telling: Telling = JsonTelling() if options.json else TextTelling()
    run_id = getattr(options, "run_id", None)
    if run_id is not None and not is_run_id(run_id):
        outcome = Outcome(
            OutcomeKind.FAILED, f"{run_id!r} is no id of a run.", remedy="Copy it from azsconfig runs list."
        )
        telling.outcome(outcome)
        return ExitCode.USAGE
    session = open_session(options, choose_cluster(options, config), show_code=show_code_on_stderr)
    telling.banner = session.banner
    try:
        session.discover_peers()
        found = InBackground(lambda: runs_of(session, options.last if run_id is None else ALL)).start().result()
        if run_id is None:
            return _list(found, session.banner, as_json=options.json)
        run = found.find(run_id)
        if options.runs_verb == "show":
            return InBackground(lambda: _show(session, run, as_json=options.json)).start().result()
        return _attach(session, run, telling, resume=options.runs_verb == "resume")
    except EXPECTED as error:
        outcome = failed(error)
        telling.outcome(outcome)
        return outcome.exit_code
    finally:
        session.close()


def _list(found: ClusterRuns, banner: str | None, *, as_json: bool) -> ExitCode:
    if as_json:
        print_object({"banner": banner, **runs_object(found)})
    else:
        sys.stdout.write(notice(banner) + runs_text(found, columns(sys.stdout.isatty())))
    if not found.unread:
        return ExitCode.DONE
    return ExitCode.PARTLY if found.read else ExitCode.UNREACHABLE


def _show(session: "Session", run: FoundRun, *, as_json: bool) -> ExitCode:
    state, events = read_journal(session.submit, run.node, run.state.id)
    found = FoundRun(run.node, state)
    if as_json:
        print_object(
            {"banner": session.banner, **run_object(found), "events": [event_object(event) for event in events]}
        )
        return _code(found)
    narrator = Narrator(output=True)
    lines = [line for event in events for line in narrator.lines(event)]
    width = columns(sys.stdout.isatty())
    sys.stdout.write(notice(session.banner) + found_text(found, width) + "".join(f"{line}\n" for line in lines))
    if state.outcome is not None:
        sys.stdout.write("\n" + outcome_text(outcome_from(state.outcome), width))
    return _code(found)


def _code(found: FoundRun) -> ExitCode:
    """Return 7 for a run that goes on, 6 for one whose outcome nobody has looked at, else 0: it could be shown."""
    if not found.state.over:
        return ExitCode.RUNNING
    return worst([ExitCode.DONE if found.state.outcome is not None else ExitCode.ATTENTION])


def _attach(session: "Session", run: FoundRun, telling: Telling, *, resume: bool) -> ExitCode:
    act = resumed if resume else attach_found
    outcome = followed(lambda sink, stop: act(session, run, sink, stop), telling, run.state.id)
    telling.outcome(outcome)
    return outcome.exit_code
