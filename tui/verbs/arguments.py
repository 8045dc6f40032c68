"""The arguments of the commands; nothing heavy is imported for `--help`."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, Protocol

AUTHENTICATIONS = ("device", "secret", "certificate", "token", "cli")
TRANSPORTS = ("negotiate", "kerberos", "ntlm", "credssp", "certificate", "basic")
THEMES = ("dark", "light", "contrast", "monochrome")
LOG_LEVELS = ("debug", "info", "warning", "error")
LONGEST_WAIT_SECONDS = 86_400
MOST_RUNS = 1000

Run = Callable[[argparse.Namespace], int]
Argument = tuple[str, dict[str, Any]]


class Verbs(Protocol):
    """Takes the parser of one more command."""

    def add_parser(self, name: str, **kwargs: Any) -> argparse.ArgumentParser:
        """Return the parser of a command."""
        ...


SERVICE_PRINCIPAL: Argument = (
    "--arc-spn-id",
    {"metavar": "ID", "help": "service principal that Arc-enables the nodes; its secret is asked for"},
)
LOGS: Argument = ("--logs-directory", {"metavar": "FOLDER", "help": "folder on the node for the cmdlet's own logs"})
RUN_NODE: Argument = ("--run-node", {"metavar": "NODE", "help": "node that the run is started on"})
MODULES: tuple[Argument, ...] = (
    (
        "--install-modules",
        {
            "metavar": "gallery|FOLDER",
            "nargs": "?",
            "const": "gallery",
            "help": "install Microsoft's modules where a node lacks them: from the gallery, or from a folder there",
        },
    ),
    LOGS,
    RUN_NODE,
)
DISCONNECT: Argument = (
    "--disconnect-stale",
    {"action": "store_true", "help": "first disconnect agents that belong to another cluster or a deleted machine"},
)
SUBSCRIPTION: Argument = ("--subscription", {"metavar": "ID", "help": "subscription, where the nodes do not say it"})
CLOUD: Argument = ("--cloud", {"metavar": "C", "help": "AzureCloud, AzureChinaCloud or AzureUSGovernment"})

CHANGES: dict[str, tuple[str, str, tuple[Argument, ...]]] = {
    "register": (
        "register the cluster with Azure",
        "Registers the cluster with Azure and Arc-enables its nodes, as a run on one of them.",
        (
            (
                "--subscription",
                {"metavar": "ID", "help": "subscription to create the cluster's resource in"},
            ),
            ("--region", {"metavar": "R", "help": "Azure region, for example eastus"}),
            ("--resource-group", {"metavar": "G", "help": "resource group (the resource's name with -rg)"}),
            ("--arc-resource-group", {"metavar": "G", "help": "resource group of the Arc machines (the same)"}),
            ("--resource-name", {"metavar": "N", "help": "name of the resource (the cluster's)"}),
            ("--tag", {"metavar": "K=V", "action": "append", "help": "tag of the resource; may be given again"}),
            CLOUD,
            ("--certificate-thumbprint", {"metavar": "H", "help": "certificate on every node to register with"}),
            SERVICE_PRINCIPAL,
            *MODULES,
        ),
    ),
    "repair": (
        "renew the registration's certificates and identity",
        "Repairs the registration with the values it was made with.",
        (SERVICE_PRINCIPAL, *MODULES),
    ),
    "enable-arc": (
        "Arc-enable every node of a registered cluster",
        "Registers again with the recorded values, so that every node becomes an Arc-enabled server.",
        (SERVICE_PRINCIPAL, *MODULES, DISCONNECT),
    ),
    "sync": (
        "sync the cluster with Azure now",
        "Syncs with Azure now, where every node has run long enough for its census to be complete.",
        (),
    ),
    "unregister": (
        "remove the registration",
        "Removes the cluster's registration from the nodes and from Azure.",
        (
            ("--arc-only", {"action": "store_true", "help": "disable Azure Arc integration and keep the registration"}),
            (
                "--force",
                {"action": "store_true", "help": "go on where Azure's resource cannot be reached by the cmdlet"},
            ),
            SUBSCRIPTION,
            ("--region", {"metavar": "R", "help": "region, where neither the nodes nor Azure say it"}),
            CLOUD,
            LOGS,
            RUN_NODE,
        ),
    ),
}
"""Commands that change something: words for the list, for the command's own help, and its arguments."""


def inputs_named(arguments: Iterable[Argument]) -> tuple[str, ...]:
    """Return the names of the inputs that arguments give."""
    return tuple(argument[0].removeprefix("--").replace("-", "_") for argument in arguments)


INPUTS: dict[str, tuple[str, ...]] = {
    verb: (*inputs_named(arguments), *(("tenant",) if verb in {"register", "unregister"} else ()))
    for verb, (_, _, arguments) in CHANGES.items()
}
"""Names of the inputs that each of them takes."""


def common_options() -> argparse.ArgumentParser:
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
    azure = common.add_argument_group("which Azure")
    azure.add_argument("--auth", choices=AUTHENTICATIONS, help="sign in to Azure, and how")
    azure.add_argument("--tenant", metavar="ID", help="tenant to sign in to: its id or domain name")
    how = common.add_argument_group("how")
    how.add_argument("--plain", action="store_true", help="the menu as lines and prompts, without cursor movement")
    how.add_argument("--theme", choices=THEMES, help="colours (what suits the terminal)")
    how.add_argument("--ascii", action="store_true", help="write nothing but ASCII")
    how.add_argument("--secrets-stdin", action="store_true", help="read secrets as one JSON object from standard input")
    how.add_argument("--read-only", action="store_true", help="offer nothing that changes anything")
    how.add_argument("--timeout", metavar="S", type=_seconds, help="seconds to wait for an answer of a node (60)")
    how.add_argument("--log-level", choices=LOG_LEVELS, help="how much the log file says (info)")
    return common


def add_status(verbs: Verbs, common: argparse.ArgumentParser, run: Run) -> None:
    """Add the command that shows how the cluster stands."""
    status = verbs.add_parser(
        "status",
        parents=[common],
        allow_abbrev=False,
        help="registration, Arc, agent, firmware and clock, node by node, with a verdict",
        description="Reads every node of the cluster and says how it stands. Changes nothing.",
    )
    status.add_argument("--json", action="store_true", help="print one JSON object")
    status.set_defaults(run=run)


def add_changes(verbs: Verbs, common: argparse.ArgumentParser, run: Run) -> None:
    """Add the commands that change something."""
    for verb, (short, description, arguments) in CHANGES.items():
        parser = verbs.add_parser(verb, parents=[common], allow_abbrev=False, help=short, description=description)
        add_carrying(parser, arguments)
        parser.set_defaults(run=run, operation=verb)


def add_carrying(parser: argparse.ArgumentParser, arguments: Iterable[Argument]) -> None:
    """Add what a command that changes something takes, and how it is carried out."""
    what = parser.add_argument_group("what")
    for name, settings in arguments:
        what.add_argument(name, default=argparse.SUPPRESS, **settings)
    carrying = parser.add_argument_group("carrying it out")
    carrying.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
    carrying.add_argument("--yes", action="store_true", help="do not ask, where the plan asks for a yes")
    carrying.add_argument("--confirm", metavar="NAME", help="the name the plan asks to type, usually the cluster's")
    carrying.add_argument("--json", action="store_true", help="print one event a line as JSON, the outcome last")


def add_runs(verbs: Verbs, common: argparse.ArgumentParser, run: Run) -> None:
    """Add the commands about runs."""
    parser = verbs.add_parser(
        "runs",
        allow_abbrev=False,
        help="list | show ID | attach ID | resume ID: work that goes on on nodes",
        description="Work on nodes goes on without azsconfig. These commands find it again.",
    )
    what = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    words = {
        "list": "list the runs of every node, the newest first",
        "show": "print all that a run has told so far",
        "attach": "follow a run to its end, and say what is true then",
        "resume": "go on with what was interrupted",
    }
    for name, short in words.items():
        one = what.add_parser(
            name, parents=[common], allow_abbrev=False, help=short, description=f"{short.capitalize()}."
        )
        if name == "list":
            one.add_argument("--last", metavar="N", type=_count, default=20, help="so many of each node (20)")
        else:
            one.add_argument("run_id", metavar="ID", help="id of the run, as azsconfig runs list prints it")
        one.add_argument("--json", action="store_true", help="print JSON")
        one.set_defaults(run=run, runs_verb=name)


def _seconds(text: str) -> float:
    """Return a positive, finite number of seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_WAIT_SECONDS:
        message = f"{text!r} is not a number of seconds above 0 and up to {LONGEST_WAIT_SECONDS}"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _count(text: str) -> int:
    """Return a number of runs."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        message = f"{text!r} is not a number from 1 to {MOST_RUNS}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
