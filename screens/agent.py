"""Option 7: the connected machine agents side by side, and upgrading them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.node_fields import NODES_TEXT, nodes_field
from screens.plan import PlanView
from screens.registration_fields import YES_OR_NO
from tui.operations.read_agents import AgentsRead, read_agents
from tui.pages.agent_versions import agent_lines
from tui.pages.agents_object import agents_object
from tui.pages.commands import commands_for
from tui.pages.document import Line
from tui.views.action import Action, Open
from tui.views.form import Field, FormView
from tui.views.looked_up import LookedUpView
from tui.views.pick import Item, PickView
from tui.views.view import COMMANDS, HELP, SAVE

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command
    from tui.views.desk import Desk

TITLE = "Upgrade Arc agent"
TEXT = ("Nothing is upgraded before its plan was shown and confirmed. Nodes are taken one after the other.",)
MSI_TEXT = (
    (
        "An MSI file on this machine. It is copied to the nodes, and installed only where it arrived as it is and is "
        "signed by Microsoft. Empty: the agent comes by Microsoft Update."
    ),
)
AZCMAGENT_TEXT = ("Whether the agent upgrades itself (azcmagent upgrade). Agents from 1.62 on can do that.",)
MEANING = (
    "The agent of every node: its version, whether it is the newest seen, how long Microsoft supports it, and what the "
    "node is offered. A version is supported for a year."
)


class AgentView(PickView):
    """What there is to do."""

    FILE = "agent"
    LETTERS = (HELP, COMMANDS, SAVE)

    def __init__(self, desk: "Desk") -> None:
        """Offer it."""
        items = (
            Item("Show the agent of every node", lambda: Open(VersionsView(desk))),
            Item("Upgrade the agent", lambda: Open(UpgradeView(desk))),
        )
        super().__init__(desk, TITLE, TEXT, items)

    def commands(self) -> "Sequence[Command]":
        """Return the PowerShell that shows the agents."""
        return commands_for("agent", self.desk.reader.snapshot())


class VersionsView(LookedUpView[AgentsRead]):
    """The agents side by side."""

    FILE = "agent-versions"
    COMMANDS_OF = "agent"

    def __init__(self, desk: "Desk") -> None:
        """Read them from now on."""
        super().__init__(desk, "Arc agents", "Reading every agent and what its node is offered", read_agents)

    def lines(self, found: AgentsRead, columns: int) -> Sequence[Line]:
        """Return them."""
        return agent_lines(found.comparison, columns, azure=found.azure)

    def found_data(self, found: AgentsRead) -> Mapping[str, Any]:
        """Return them as plain data."""
        snapshot = self.desk.reader.snapshot()
        return agents_object(found.comparison, azure=found.azure, name=snapshot.name, banner=snapshot.banner)

    def meaning(self) -> str:
        """Return what it means."""
        return MEANING


class UpgradeView(FormView):
    """Which nodes, and with what."""

    TITLE = TITLE
    FILE = "upgrade-agent"

    def fields(self) -> Sequence[Field]:
        """Return the values."""
        return (
            nodes_field(self.desk, NODES_TEXT),
            Field("msi", "MSI file", MSI_TEXT, "Microsoft Update"),
            Field("azcmagent", "By itself", AZCMAGENT_TEXT, "no", choices=YES_OR_NO),
        )

    def refusal(self) -> str:
        """Return what does not go together."""
        return "choose an MSI file, or by itself" if {"msi", "azcmagent"} <= self.values.keys() else ""

    def go(self, inputs: Mapping[str, Any]) -> Action:
        """Look at what would be done."""
        return Open(PlanView(self.desk, "agent", inputs, views=3))
