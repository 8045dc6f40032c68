"""What can go wrong with runs, besides what can go wrong on the way to a node (`tui.nodes.errors`).

RunError              message, remedy, node
+-- RunRefused        the node would not start it; `reason` is the script's error id
+-- RunNotFound       no node that answers has a run of that id
+-- RunGoingOn        another change is going on: `lock`, and `run` where it could be read
+-- RunTaken          somebody else coordinates it now
+-- RunUnreadable     what the node says of a run is not what its scripts say
"""

# ruff: noqa: N818 - the names are what a caller reads in an except clause; that they are errors, the tree says

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.runs.run_lock import RunLock
    from tui.runs.run_state import RunState

REMEDIES = {
    "AzsconfigRunFolderUnsafe": (
        r"Let %ProgramData%\azsconfig belong to Administrators or SYSTEM, writable by nobody else, or delete it; "
        "azsconfig makes it anew."
    ),
    "AzsconfigRunDiskFull": "Free space on the node's system drive, then start it again.",
    "AzsconfigRunTaskRefused": (
        "Start azsconfig as a member of the node's Administrators group, and see the node's Task Scheduler log."
    ),
    "AzsconfigRunLogonRefused": (
        "Check user and password. Where a policy of the node forbids to store passwords for tasks, have it lifted for "
        "this node, or run azsconfig where no password is needed."
    ),
    "AzsconfigRunDidNotStart": "Look into the node's Task Scheduler log for the task of the run; then start it again.",
    "AzsconfigRunSecretsNotTaken": "Start it again; if it stays, look into the node's Task Scheduler log.",
    "AzsconfigRunBadId": "Copy the id from azsconfig runs list.",
    "AzsconfigRunCoordinated": "Watch it (azsconfig runs attach); go on with it once nobody coordinates it any more.",
    "AzsconfigRunEnded": "It is over: start another one.",
}
"""What to do about each reason a node gives for not starting a run."""


class RunError(Exception):
    """Something that failed with a run."""

    def __init__(self, message: str, remedy: str = "", *, node: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What happened, in words for an administrator."""
        self.remedy = remedy
        """What to do about it."""
        self.node = node
        """Node it happened on, where it is about one."""


class RunRefused(RunError):
    """The node would not start it; nothing of it is left there."""

    def __init__(self, message: str, reason: str, *, node: str) -> None:
        super().__init__(message, REMEDIES.get(reason, "Read what the node says; the log has more."), node=node)
        self.reason = reason
        """The script's error id, for example `AzsconfigRunDiskFull`."""


class RunNotFound(RunError):
    """No node that answers has a run of that id."""


class RunGoingOn(RunError):
    """Another change of this cluster is going on."""

    def __init__(self, lock: "RunLock", run: "RunState | None", *, node: str) -> None:
        began = f"{lock.since:%Y-%m-%d %H:%M} UTC"
        super().__init__(
            f"{lock.title or lock.kind} is going on, started {began} by {lock.owner or 'somebody'} on {lock.holder}.",
            f"Wait until it is over, or watch it: azsconfig runs attach {lock.run_id}",
            node=node,
        )
        self.lock = lock
        """Whose turn it is."""
        self.run = run
        """The run that has the lock, where it could be read."""


class RunTaken(RunError):
    """Somebody else coordinates the run: one at a time."""


class RunUnreadable(RunError):
    """What the node says of a run is not what its scripts say."""
