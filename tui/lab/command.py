"""The `azsconfig lab` command: keeps a simulated cluster running until it is told to stop."""

import argparse
import os
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tui.lab.names import DEFAULT_NODES, DEFAULT_SCENARIO
from tui.lab.ready import LabReady
from tui.lab.scenarios import SCENARIOS

_DONE, _FAILED, _USAGE = 0, 1, 2


def run(arguments: Sequence[str]) -> int:
    """Run a lab until Ctrl+C, a termination signal or, with `--watch-stdin`, the end of standard input.

    Returns the exit code: 0, 1 when it could not be started, 2 for wrong usage.
    """
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else _USAGE
    if options.list:
        _print_scenarios()
        return _DONE
    stop = threading.Event()
    _stop_on_signals(stop, ignore_interrupt=options.watch_stdin)
    if options.watch_stdin:
        threading.Thread(target=_watch_stdin, args=(stop,), name="lab stdin", daemon=True).start()
    try:
        return _run(options, stop)
    except (ValueError, FileNotFoundError, NotImplementedError) as error:
        print(f"azsconfig lab: {error}", file=sys.stderr)
        return _USAGE
    except OSError as error:
        print(f"azsconfig lab: the lab could not be started: {error}", file=sys.stderr)
        return _FAILED


def _run(options: argparse.Namespace, stop: threading.Event) -> int:
    # Signing in and certificates take most of the start; nothing of it is needed to list scenarios.
    from tui.lab.lab import Lab

    powershell = _find_powershell(options.powershell) if options.powershell else None
    with Lab(options.scenario, options.nodes, delay=options.delay, powershell=powershell) as lab:
        print(lab.ready.to_json() if options.json else _instructions(options.scenario, lab.ready), flush=True)
        stop.wait()
    return _DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="azsconfig lab",
        description="Keep a simulated cluster running on this computer, for other terminals to work on.",
    )
    parser.add_argument("--scenario", default=DEFAULT_SCENARIO, metavar="NAME", help="state of the cluster; see --list")
    parser.add_argument("--nodes", type=int, default=DEFAULT_NODES, metavar="N", help="1 to 16 nodes (default 4)")
    parser.add_argument("--list", action="store_true", help="list the scenarios and end")
    parser.add_argument("--json", action="store_true", help="say how to reach it as one JSON object, once it is ready")
    parser.add_argument("--delay", type=float, default=0.0, metavar="S", help="seconds that each script takes")
    parser.add_argument("--powershell", metavar="PATH", help="a real PowerShell to run on the nodes")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input ends")
    return parser


def _find_powershell(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"there is no program {name}")
    return Path(found).absolute()


def _print_scenarios() -> None:
    width = max(len(name) for name in SCENARIOS)
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<{width}}  {scenario.description}")


def _instructions(scenario: str, ready: LabReady) -> str:
    """Return how to use the lab from another terminal, in a few lines."""
    rows = "\n".join(f"  {node.name:<8}  {node.http}   {node.https}" for node in ready.nodes)
    last = ready.nodes[-1]
    control = Path(ready.config).with_name("control.json")
    return f"""\
A simulated cluster is running: {len(ready.nodes)} nodes, {scenario} ({SCENARIOS[scenario].description}).

{rows}

  user      {ready.user}
  password  {ready.password}
  CA        {ready.ca}
  control   {control}
  Azure     {ready.azure.resource_manager}, signed in to by the configuration

In another terminal:

  azsconfig --config {ready.config}
  azsconfig status --config {ready.config}
  azsconfig status --node {last.http} --user '{ready.user}'

The last one asks for the password, or takes it as {{"password": "..."}} with --secrets-stdin.
Ctrl+C stops the lab and removes all of it."""


def _watch_stdin(stop: threading.Event) -> None:
    # Not through sys.stdin: a thread that waits inside its lock makes the end of the interpreter abort.
    try:
        while os.read(0, 4096):
            continue
    except OSError:
        pass
    stop.set()


def _stop_on_signals(stop: threading.Event, *, ignore_interrupt: bool) -> None:
    """Let signals end the lab; Ctrl+C goes to a whole terminal, so a child that watches its input leaves it alone."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        if ignore_interrupt and name in {"SIGINT", "SIGBREAK"}:
            signal.signal(number, signal.SIG_IGN)
        else:
            signal.signal(number, lambda _number, _frame: stop.set())
