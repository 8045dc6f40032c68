"""`azsconfig updates list`: what every node is offered, and how it gets its updates."""

import argparse
import sys
from pathlib import Path

from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates
from tui.cluster.facts import Problem, value_of
from tui.exit_codes import ExitCode, worst
from tui.operations.read_updates import UpdatesReading
from tui.pages.updates import updates_text
from tui.pages.updates_object import updates_object
from tui.verbs.opening import choose_cluster, open_session
from tui.verbs.patience import InBackground
from tui.verbs.telling import columns, print_object

SEARCHING = "Searching for updates on every node. This may take some minutes.\n"


def show_updates(options: argparse.Namespace, config: Path | None = None) -> ExitCode:
    """Search on every node once, print what is offered, and return what that means; `config` replaces `--config`.

    Raises:
        ConfigurationError: what is meant does not fit together; nothing has been sent anywhere.
    """
    session = open_session(options, choose_cluster(options, config))
    try:
        sys.stderr.write(SEARCHING)
        sys.stderr.flush()

        def read() -> ClusterUpdates:
            session.discover_peers()
            return UpdatesReading(session).run()

        found = InBackground(read).start().result()
    finally:
        session.close()
    if options.json:
        print_object(updates_object(found, name=session.name, banner=session.banner))
    else:
        width = columns(sys.stdout.isatty())
        sys.stdout.write(updates_text(found, width, name=session.name, banner=session.banner))
    return updates_exit_code(found)


def updates_exit_code(updates: ClusterUpdates) -> ExitCode:
    """Return 3 when no node told anything, 4 when something is missing, 6 when a restart is pending, else 0."""
    codes = [ExitCode.DONE]
    if all(node.problem is not None for node in updates.nodes):
        codes.append(ExitCode.UNREACHABLE)
    elif any(_partly(node) for node in updates.nodes):
        codes.append(ExitCode.PARTLY)
    if updates.restart_pending:
        codes.append(ExitCode.ATTENTION)
    return worst(codes)


def _partly(node: NodeUpdates) -> bool:
    """Return whether a node did not tell everything, or its search may have missed something."""
    search = value_of(node.search)
    return isinstance(node.state, Problem) or search is None or not search.complete
