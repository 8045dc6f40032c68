"""`azsconfig agent versions`: the connected machine agent of every node, side by side."""

import argparse
import sys
from pathlib import Path

from tui.cluster.azure_resources import AzureProblem, AzureProblemKind
from tui.cluster.facts import Problem
from tui.exit_codes import ExitCode, worst
from tui.operations.read_agents import AgentsRead, read_agents
from tui.pages.agent_versions import agents_text
from tui.pages.agents_object import agents_object
from tui.verbs.opening import choose_cluster, open_session, show_code_on_stderr
from tui.verbs.patience import InBackground
from tui.verbs.telling import columns, print_object

READING = "Reading the agents, and what every node is offered. This may take some minutes.\n"


def show_versions(options: argparse.Namespace, config: Path | None = None) -> ExitCode:
    """Read every agent once, print them side by side, and return what that means; `config` replaces `--config`.

    Raises:
        ConfigurationError: what is meant does not fit together; nothing has been sent anywhere.
    """
    session = open_session(options, choose_cluster(options, config), show_code=show_code_on_stderr)
    try:
        sys.stderr.write(READING)
        sys.stderr.flush()

        def read() -> AgentsRead:
            session.discover_peers()
            return read_agents(session)

        told = InBackground(read).start().result()
    finally:
        session.close()
    compared, name = told.comparison, told.updates.name or session.name
    if options.json:
        print_object(agents_object(compared, azure=told.azure, name=name, banner=session.banner))
    else:
        width = columns(sys.stdout.isatty())
        text = agents_text(compared, told.updates, width, azure=told.azure, name=name, banner=session.banner)
        sys.stdout.write(text)
    return versions_exit_code(told)


def versions_exit_code(told: AgentsRead) -> ExitCode:
    """Return 3 when no agent could be read, 4 when something is missing, 6 for one out of support, else 0."""
    codes = [ExitCode.DONE]
    compared = told.comparison
    unread = [isinstance(node.agent, Problem) for node in compared.nodes]
    if all(unread):
        codes.append(ExitCode.UNREACHABLE)
    elif any(unread) or any(not node.searched for node in compared.nodes):
        codes.append(ExitCode.PARTLY)
    machines = told.azure.machines if told.azure is not None else None
    if isinstance(machines, AzureProblem) and machines.kind is not AzureProblemKind.NOT_READ:
        codes.append(ExitCode.PARTLY)
    if compared.unsupported:
        codes.append(ExitCode.ATTENTION)
    return worst(codes)
