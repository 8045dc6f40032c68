"""The `azsconfig` command: reads its arguments and picks a front end.

Everything heavy is imported inside the verb that needs it: `--help` and `--version` cost little more than the bare
interpreter, and a command never loads Textual.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from tui import __version__
from tui.exit_codes import ExitCode

if TYPE_CHECKING:
    from tui.lab.launcher import LabProcess

DESCRIPTION = "Registration of an Azure Stack HCI cluster with Azure and Azure Arc, node by node."

EPILOG = """\
Try it without a cluster:
  azsconfig --lab                     the menu on a simulated cluster
  azsconfig status --lab              its status as text; --lab=node-down, --lab=firmware, ... show trouble
  azsconfig lab --list                all simulated clusters

On a node of the cluster, in an elevated session:
  azsconfig                           the menu
  azsconfig status                    how the cluster stands, for people
  azsconfig status --json             the same, for scripts and monitoring

From a management computer:
  azsconfig status --node HCI-N1,HCI-N2 --user 'HCI\\Administrator'

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 nothing could be read; 4 partly read;
5 declined; 6 done, but something needs attention; 7 still running; 130 interrupted.
"""

TRANSPORTS = ("negotiate", "kerberos", "ntlm", "credssp", "certificate", "basic")
LOG_LEVELS = ("debug", "info", "warning", "error")
DEFAULT_TIMEOUT_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run azsconfig and return its exit code (`tui.exit_codes`)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser()
    options = parser.parse_args(_with_default_scenario(given))
    try:
        return int(_run(options, parser))
    except KeyboardInterrupt:
        sys.stderr.write("azsconfig: interrupted\n")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain about it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED


def _run(options: argparse.Namespace, parser: argparse.ArgumentParser) -> ExitCode:
    """Run the verb, or the menu where there is none."""
    verb: Callable[[argparse.Namespace, argparse.ArgumentParser], ExitCode] = options.run
    return verb(options, parser)


def _with_default_scenario(arguments: Sequence[str]) -> list[str]:
    """Give a bare `--lab` its value, so that it never takes the word that follows it."""
    return ["--lab=healthy" if argument == "--lab" else argument for argument in arguments]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = _common_options()
    parser = argparse.ArgumentParser(
        prog="azsconfig",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"azsconfig {__version__}")
    parser.set_defaults(run=_menu)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    status = verbs.add_parser(
        "status",
        parents=[common],
        allow_abbrev=False,
        help="registration, Arc, agent, firmware and clock, node by node, with a verdict",
        description="Reads every node of the cluster and says how it stands. Changes nothing.",
    )
    status.add_argument("--json", action="store_true", help="print one JSON object")
    status.set_defaults(run=_status)
    lab = verbs.add_parser(
        "lab",
        allow_abbrev=False,
        help="keep a simulated cluster running for other commands",
        description="Runs a simulated cluster on this machine's loopback until Ctrl+C.",
    )
    lab.add_argument("--scenario", metavar="NAME", default="healthy", help="how the cluster stands (see --list)")
    lab.add_argument("--nodes", metavar="N", type=int, default=4, help="number of nodes, 1 to 16 (4)")
    lab.add_argument("--delay", metavar="S", type=float, default=0.0, help="seconds each script takes on a node (0)")
    lab.add_argument("--powershell", metavar="PATH", help="run a real PowerShell behind every node")
    lab.add_argument("--list", action="store_true", help="list the scenarios")
    lab.add_argument("--json", action="store_true", help="print how to reach it as one JSON object when it is ready")
    lab.set_defaults(run=_lab)
    return parser


def _common_options() -> argparse.ArgumentParser:
    """Return the options that stand before or after every command.

    They have no defaults of their own: a command's parser would otherwise overwrite what stood before the command.
    """
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
    where = common.add_argument_group("which cluster")
    where.add_argument("--lab", metavar="SCENARIO", nargs="?", help="a simulated cluster, for this command (healthy)")
    where.add_argument("--lab-nodes", metavar="N", type=int, help="its number of nodes, 1 to 16 (4)")
    where.add_argument("--cluster", metavar="NAME", help="a saved connection")
    where.add_argument("--node", metavar="NAME[,NAME...]", help="nodes to reach from here: host, host:port or URL")
    where.add_argument("--user", metavar="NAME", help="user on the nodes, DOMAIN\\name or name@domain")
    where.add_argument("--transport", choices=TRANSPORTS, help="how to authenticate (negotiate)")
    where.add_argument("--ca", metavar="FILE", help="authorities that the nodes' TLS certificates are checked with")
    where.add_argument("--config", metavar="FILE", help="the configuration to use")
    how = common.add_argument_group("how")
    how.add_argument("--secrets-stdin", action="store_true", help="read secrets as one JSON object from standard input")
    how.add_argument("--read-only", action="store_true", help="offer nothing that changes anything")
    how.add_argument("--timeout", metavar="S", type=_seconds, help="seconds to wait for an answer of a node (60)")
    how.add_argument("--log-level", choices=LOG_LEVELS, help="how much the log file says (info)")
    return common


def _seconds(text: str) -> float:
    """Return a positive, finite number of seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        message = f"{text!r} is not a number of seconds between 0 and 86400"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _menu(options: argparse.Namespace, _parser: argparse.ArgumentParser) -> ExitCode:
    from tui.verbs.menu import show_menu

    return show_menu(options, _lab_process(options))


def _status(options: argparse.Namespace, _parser: argparse.ArgumentParser) -> ExitCode:
    from tui.verbs.opening import open_session, wish_of
    from tui.verbs.status import show_status

    with _lab_process(options) or nullcontext() as lab:
        session = open_session(options, wish_of(options, lab.config if lab else None))
        try:
            return show_status(session, as_json=options.json)
        finally:
            session.close()


def _lab(options: argparse.Namespace, _parser: argparse.ArgumentParser) -> ExitCode:
    from tui.lab.command import run

    return ExitCode(run(options))


def _lab_process(options: argparse.Namespace) -> "LabProcess | None":
    """Return the simulated cluster the command asks for, not started yet, or `None`."""
    scenario = getattr(options, "lab", None)
    if scenario is None:
        return None
    from tui.lab.launcher import LabProcess

    return LabProcess(scenario, getattr(options, "lab_nodes", 4))
