"""Base of the views that show what was read from the cluster."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tui.views.view import View

if TYPE_CHECKING:
    from tui.pages.powershell.command import Command


class ClusterView(View):
    """Shows facts of the cluster; a subclass says how."""

    COMMANDS_OF: ClassVar[str]
    """Page whose PowerShell it is; `tui.pages.commands.commands_for`."""

    def node(self) -> str | None:
        """Return the name of the one node it is about, or `None`."""
        return None

    def commands(self) -> "Sequence[Command]":
        """Return the PowerShell that shows the same."""
        from tui.pages.commands import commands_for

        snapshot = self.desk.reader.snapshot()
        return commands_for(self.COMMANDS_OF, snapshot, self.node())

    def data(self) -> Mapping[str, Any]:
        """Return the status as `azsconfig status --json` prints it; one node's part for a view of one node."""
        from tui.pages.status_object import status_object

        snapshot = self.desk.reader.snapshot()
        if snapshot.facts is None or snapshot.verdict is None:
            return {"error": snapshot.error, "doing": snapshot.doing}
        told = status_object(snapshot.facts, snapshot.verdict, snapshot.own, snapshot.banner)
        node = self.node()
        if node is not None:
            told["nodes"] = [one for one in told["nodes"] if one["name"] == node]
            told["findings"] = [one for one in told["findings"] if one["node"] in {node, None}]
        return told

    def busy(self) -> str:
        """Return what the reader is doing."""
        snapshot = self.desk.reader.snapshot()
        unread = snapshot.error is None and snapshot.verdict is None
        return (snapshot.doing or "reading") if snapshot.reading or unread else ""
