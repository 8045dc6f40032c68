"""The arguments of the commands that stand in groups: `azsconfig updates ...` and `azsconfig agent ...`."""

import argparse
from dataclasses import dataclass

from tui.verbs.arguments import RUN_NODE, Argument, Run, Verbs, add_carrying, inputs_named

NODES: Argument = ("--nodes", {"metavar": "NAME", "nargs": "+", "help": "only these nodes (all of the cluster)"})
REASON: Argument = (
    "--reason",
    {"metavar": "TEXT", "help": "why a node is restarted: it is journaled, and written to the node's System log"},
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A command that shows something."""

    short: str
    """Words for the list of commands."""
    description: str
    """Words for its own help."""


@dataclass(frozen=True, slots=True)
class Change:
    """A command that changes something."""

    operation: str
    """Id of its operation."""
    short: str
    """Words for the list of commands."""
    description: str
    """Words for its own help."""
    arguments: tuple[Argument, ...] = ()
    """Its arguments."""


GROUPS: dict[str, tuple[str, str, dict[str, Listing | Change]]] = {
    "updates": (
        "list | install | restart | opt-in | cau: what keeps the nodes current",
        "Shows and installs the updates of the nodes, one node at a time where that is wanted.",
        {
            "list": Listing(
                "list what every node is offered",
                "Searches for updates on every node, side by side, and shows what is offered. Changes nothing.",
            ),
            "install": Change(
                "updates",
                "install updates, on nodes as they are or one at a time",
                "Installs updates as detached runs. Nothing restarts without --restart and a reason.",
                (
                    (
                        "--select",
                        {
                            "metavar": "WHAT",
                            "nargs": "+",
                            "help": "all, recommended, feature, agent, or ids and article numbers (all)",
                        },
                    ),
                    NODES,
                    (
                        "--rolling",
                        {"action": "store_true", "help": "one node at a time: drain, install, restart, resume"},
                    ),
                    (
                        "--restart",
                        {"action": "store_true", "help": "restart a node that needs it, one at a time; with --reason"},
                    ),
                    REASON,
                ),
            ),
            "restart": Change(
                "restart",
                "restart nodes, one at a time: drain, restart, resume",
                "Restarts the nodes that are named, one at a time, where the cluster allows it.",
                (NODES, REASON),
            ),
            "opt-in": Change(
                "opt-in",
                "opt nodes in to Microsoft Update, which brings the Arc agent",
                "Opts nodes in to Microsoft Update: they are then offered updates of other products too.",
                (NODES,),
            ),
            "cau": Change(
                "cau",
                "let Cluster-Aware Updating update the cluster, where it has that role",
                "Starts a run of Cluster-Aware Updating on one node and follows it.",
                (RUN_NODE,),
            ),
        },
    ),
    "agent": (
        "versions | upgrade: the Arc agent of the nodes",
        "Shows and upgrades the connected machine agent of the nodes.",
        {
            "versions": Listing(
                "show the agent of every node and how long it is supported",
                "Reads the agent of every node, side by side. Changes nothing.",
            ),
            "upgrade": Change(
                "agent",
                "upgrade the agent, one node after the other",
                "Upgrades the agent by Microsoft Update, by itself, or with an MSI file that is copied to the nodes.",
                (
                    NODES,
                    ("--msi", {"metavar": "FILE", "help": "install this MSI file; its signature is checked first"}),
                    (
                        "--azcmagent",
                        {"action": "store_true", "help": "let the agent upgrade itself (agents from 1.62 on)"},
                    ),
                ),
            ),
        },
    ),
}
"""Words for the list, for the group's own help, and its commands."""

GROUPED_INPUTS: dict[str, tuple[str, ...]] = {
    verb.operation: inputs_named(verb.arguments)
    for _, _, verbs in GROUPS.values()
    for verb in verbs.values()
    if isinstance(verb, Change)
}
"""Names of the inputs that each operation takes."""


def add_groups(verbs: Verbs, common: argparse.ArgumentParser, *, show: Run, change: Run) -> None:
    """Add the groups; `show` runs what only shows something (`options.group`, `options.shown`), `change` the rest."""
    for group, (short, description, commands) in GROUPS.items():
        parser = verbs.add_parser(group, allow_abbrev=False, help=short, description=description)
        what = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
        for name, verb in commands.items():
            one = what.add_parser(
                name, parents=[common], allow_abbrev=False, help=verb.short, description=verb.description
            )
            if isinstance(verb, Listing):
                one.add_argument("--json", action="store_true", help="print one JSON object")
                one.set_defaults(run=show, group=group, shown=name)
            else:
                add_carrying(one, verb.arguments)
                one.set_defaults(run=change, operation=verb.operation)
