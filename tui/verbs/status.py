"""`azsconfig status`: registration, Arc, agent, firmware and clock, node by node, with a verdict."""

import shutil
import sys
from datetime import UTC, datetime

from tui.cluster.azure_resources import AzureView
from tui.cluster.facts import ClusterFacts
from tui.cluster.verdict import judge
from tui.exit_codes import ExitCode
from tui.operations.read_nodes import read_cluster
from tui.operations.snapshot import Snapshot
from tui.report import print_status, print_status_json, status_exit_code
from tui.session import Session

WIDTH_OF_A_FILE = 100
"""Columns of the text where the output is no terminal."""


def show_status(session: Session, *, as_json: bool) -> ExitCode:
    """Read the session's cluster once, print how it stands, and return what that means as an exit code."""
    session.discover_peers()
    facts = read_cluster(session, lambda _arrived: None)
    azure = _azure(session, facts)
    now = datetime.now(UTC)
    verdict = judge(facts, now, azure)
    name = verdict.name or session.name
    snapshot = Snapshot(name=name, banner=session.banner, facts=facts, verdict=verdict, azure=azure)
    if as_json:
        print_status_json(facts, verdict, session.read_own_node(), session.banner, azure)
    else:
        print_status(snapshot, now, _columns())
    return status_exit_code(facts, verdict, azure)


def _azure(session: Session, facts: ClusterFacts) -> AzureView | None:
    """Read what Azure knows, where somebody is to sign in."""
    if session.azure is None:
        return None
    # Azure's packages take a quarter of a second, which a status without them does not pay.
    from tui.operations.read_azure import read_azure

    return read_azure(session.azure, facts)


def _columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_OF_A_FILE
