"""The `azsconfig` command: reads its arguments and picks a front end.

Everything heavy is imported inside the verb that needs it: `--help` and `--version` cost little more than the bare
interpreter, and a command never loads Textual.
"""

import argparse
import atexit
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Self

from tui import __version__
from tui.console.session_end import end_by_exception
from tui.exit_codes import ExitCode
from tui.verbs.arguments import add_changes, add_runs, add_status, common_options
from tui.verbs.grouped_arguments import add_groups

DESCRIPTION = "Registration of an Azure Stack HCI cluster with Azure and Azure Arc, node by node."

EPILOG = """\
Try it without a cluster:
  azsconfig --lab                     the menu on a simulated cluster
  azsconfig --lab --plain             the same as lines and prompts
  azsconfig status --lab              its status as text; --lab=node-down, --lab=firmware, ... show trouble
  azsconfig lab --list                all simulated clusters

On a node of the cluster, in an elevated session:
  azsconfig                           the menu
  azsconfig status                    how the cluster stands, for people
  azsconfig status --json             the same, for scripts and monitoring

From a management computer:
  azsconfig status --node HCI-N1,HCI-N2 --user 'HCI\\Administrator'

What changes something shows its plan first, and goes on on a node when azsconfig ends:
  azsconfig register --subscription ID --region eastus --dry-run
  azsconfig updates install --select all --rolling --restart --reason 'monthly updates'
  azsconfig runs attach ID            the same run again, from anywhere
  azsconfig runs resume ID            goes on with what was interrupted

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 nothing could be read; 4 partly read;
5 declined; 6 done, but something needs attention; 7 still running; 130 interrupted.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run azsconfig and return its exit code (`tui.exit_codes`)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    _end_on_signals()
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        sys.stderr.write("azsconfig: interrupted\n")
        return ExitCode.INTERRUPTED
    except OSError as error:
        # Whoever read our output has gone, or the disk is full; the interpreter must not complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"azsconfig: the output could not be written: {error.strerror or error}\n")
        return ExitCode.FAILED
    except Exception as error:
        # No traceback ever reaches the screen: it could show values, and it helps nobody there.
        from tui.complaints import complain_of_ourselves

        complain_of_ourselves(error)
        return ExitCode.FAILED


def _prepare_streams() -> None:
    """Make standard output and standard error take whatever is written to them."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Closed by whoever started us.
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open for good
        elif isinstance(stream, io.TextIOWrapper):
            # A name outside the code page of a file or an old console must not cost the whole answer.
            stream.reconfigure(errors="replace")


def _end_on_signals() -> None:
    """Let a request to end run what closes shells, the lab and the terminal's modes."""
    end_by_exception()
    # Ctrl+C pressed once more while everything has been left already must not change the exit code.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)


def _run(given: Sequence[str]) -> int:
    """Run the verb, or the menu where there is none."""
    if given[:1] == ["lab"]:
        from tui.lab.command import run

        return run(given[1:])
    options = build_parser().parse_args(_with_default_scenario(given))
    from tui.configuration.error import ConfigurationError
    from tui.log_file import write_log

    write_log(getattr(options, "log_level", "info"))
    try:
        verb: Callable[[argparse.Namespace], int] = options.run
        return verb(options)
    except ConfigurationError as error:
        from tui.complaints import complain

        complain(error.message, error.remedy)
        return ExitCode.USAGE


def _with_default_scenario(arguments: Sequence[str]) -> list[str]:
    """Give a bare `--lab` its value, so that it never takes the word that follows it."""
    return ["--lab=healthy" if argument == "--lab" else argument for argument in arguments]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = common_options()
    parser = argparse.ArgumentParser(
        prog="azsconfig",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"azsconfig {__version__}")
    parser.add_argument(
        "--diagnose-terminal", action="store_true", help="say what was found of this terminal, and what follows from it"
    )
    parser.set_defaults(run=_menu)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_status(verbs, common, _status)
    add_changes(verbs, common, _change)
    add_groups(verbs, common, show=_show, change=_change)
    add_runs(verbs, common, _runs)
    # The lab reads its own arguments; it stands here for the help.
    verbs.add_parser("lab", add_help=False, help="keep a simulated cluster running for other commands")
    return parser


def _menu(options: argparse.Namespace) -> int:
    if options.diagnose_terminal:
        from tui.verbs.this_terminal import diagnose_terminal

        return diagnose_terminal(options)
    from tui.verbs.menu import show_menu

    return show_menu(options, _simulation(options))


def _status(options: argparse.Namespace) -> ExitCode:
    from tui.verbs.opening import choose_cluster, open_session, show_code_on_stderr
    from tui.verbs.status import show_status

    with _simulation(options) or nullcontext() as simulation:
        chosen = choose_cluster(options, simulation.config() if simulation else None)
        session = open_session(options, chosen, show_code=show_code_on_stderr)
        try:
            return show_status(session, as_json=options.json)
        finally:
            session.close()


def _change(options: argparse.Namespace) -> ExitCode:
    from tui.verbs.change import change

    with _simulation(options) or nullcontext() as simulation:
        return change(options, simulation.config() if simulation else None)


def _show(options: argparse.Namespace) -> ExitCode:
    if options.group == "updates":
        from tui.verbs.updates import show_updates as show
    else:
        from tui.verbs.agent import show_versions as show

    with _simulation(options) or nullcontext() as simulation:
        return show(options, simulation.config() if simulation else None)


def _runs(options: argparse.Namespace) -> ExitCode:
    from tui.verbs.runs import runs

    with _simulation(options) or nullcontext() as simulation:
        return runs(options, simulation.config() if simulation else None)


class Simulation:
    """The lab of one command, in a process of its own; a context manager that ends it."""

    def __init__(self, scenario: str, nodes: int) -> None:
        """Prepare a lab; nothing is started yet."""
        from tui.lab.launcher import LabProcess

        self._process = LabProcess(scenario, nodes)

    def config(self) -> Path:
        """Start the lab and return the configuration that reaches it.

        Raises:
            ConfigurationError: it did not start.
        """
        from tui.configuration.error import ConfigurationError
        from tui.lab.launcher import LabStartError

        try:
            return Path(self._process.__enter__().config)
        except LabStartError as error:
            message = f"The simulated cluster did not start: {error}."
            raise ConfigurationError(message, "Try again; azsconfig lab shows more of what it says.") from error

    def __enter__(self) -> Self:
        """Return the lab, still not started."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the lab."""
        self._process.__exit__(None, None, None)


def _simulation(options: argparse.Namespace) -> Simulation | None:
    """Return the simulated cluster the command asks for, or `None`."""
    scenario = getattr(options, "lab", None)
    if scenario is None:
        return None
    from tui.configuration.error import ConfigurationError

    for name in ("node", "cluster", "config"):
        if getattr(options, name, None) is not None:
            message = f"--lab and --{name} name two different clusters."
            raise ConfigurationError(message, "Give one of them.")
    from tui.lab.names import DEFAULT_NODES, MAX_NODES, SCENARIO_NAMES

    nodes = getattr(options, "lab_nodes", DEFAULT_NODES)
    if scenario not in SCENARIO_NAMES:
        message = f"--lab: there is no scenario {scenario!r}; there are {', '.join(SCENARIO_NAMES)}."
        raise ConfigurationError(message, "azsconfig lab --list says what each one is.")
    if not 1 <= nodes <= MAX_NODES:
        message = f"--lab-nodes: a simulated cluster has 1 to {MAX_NODES} nodes, not {nodes}."
        raise ConfigurationError(message, "Give a number in between.")
    return Simulation(scenario, nodes)
