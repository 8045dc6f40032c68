"""Values that several forms about the registration have."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.cluster.azure_names import is_guid
from tui.operations.run_password import takes_password
from tui.secret import Secret
from tui.views.form import Field

if TYPE_CHECKING:
    from tui.views.desk import Desk

YES_OR_NO = (("no", None), ("yes", True))
MODULES_TEXT = (
    (
        "Whether Microsoft's PowerShell modules are installed where a node lacks them: from the PowerShell gallery, or "
        "from a folder that holds them, for nodes without a way out. Empty: nothing is installed."
    ),
    "Type gallery, or the folder's path as the nodes see it.",
)
SPN_TEXT = (
    (
        "A service principal that connects the nodes to Azure Arc, by its application id. Empty: the registration "
        "makes one of its own, which takes the right to assign roles."
    ),
)
SECRET_TEXT = ("The secret of that service principal. It is kept in memory alone and handed to the node encrypted.",)
RUN_NODE_TEXT = ("The node that the run is started on.",)
PASSWORD_TEXT = (
    (
        "The run goes on without you. To reach the other nodes it has to be you, with your password: it goes to the "
        "node encrypted, is handed to its task scheduler, and is kept in memory here until azsconfig ends."
    ),
)
ANY_NODE = "the one azsconfig runs on, or the first that answers"
LOGS_TEXT = ("A folder on the node that the cmdlet writes its own logs to. Empty: where it puts them by itself.",)
DISCONNECT_TEXT = (
    (
        "Whether connected machine agents that belong to another cluster, or to a machine that Azure has no more, are "
        "disconnected first. Without it such an agent stands in the way."
    ),
)
FORCE_TEXT = (
    (
        "Whether the cmdlet goes on where it cannot reach Azure's resource: the nodes forget the registration, and "
        "what is left in Azure has to be removed there."
    ),
)
ARC_ONLY_TEXT = ("Whether only Azure Arc integration is disabled. The registration itself stays.",)


def guid(text: str) -> str:
    """Return an id; raises ValueError for what is none."""
    if not is_guid(text):
        message = "An id has the form 00000000-0000-0000-0000-000000000000."
        raise ValueError(message)
    return text.casefold()


def run_fields(desk: "Desk") -> Sequence[Field]:
    """Return where a run is started and, where no connection brings one, the password of its user."""
    targets = desk.reader.snapshot().targets
    nodes = tuple((target.node, target.node) for target in targets)
    where = Field("run_node", "Run on", RUN_NODE_TEXT, ANY_NODE, choices=((ANY_NODE, None), *nodes))
    if targets and not takes_password(targets):
        return (where,)
    return (where, Field("password", "Your password", PASSWORD_TEXT, "-", Secret))


def common_fields(desk: "Desk") -> Sequence[Field]:
    """Return what registering, repairing and Arc-enabling have in common."""
    return (
        Field("arc_spn_id", "Arc principal", SPN_TEXT, "made by the registration", guid),
        Field("arc_spn_secret", "Its secret", SECRET_TEXT, "-", Secret),
        Field("install_modules", "Install modules", MODULES_TEXT, "no"),
        Field("logs_directory", "Logs folder", LOGS_TEXT, "the cmdlet's own"),
        *run_fields(desk),
    )


def secret_missing(given: "dict[str, object]") -> str:
    """Return what is wrong with a service principal and its secret; empty when nothing is."""
    if ("arc_spn_id" in given) == ("arc_spn_secret" in given):
        return ""
    return "the Arc principal needs its secret" if "arc_spn_id" in given else "the secret needs its Arc principal"


def signed_in_words(desk: "Desk") -> str:
    """Return who is signed in to Azure."""
    session = desk.reader.session()
    if session is None or session.azure is None:
        return "Nobody is signed in to Azure."
    if session.azure.account is not None:
        return f"Signed in to Azure as {session.azure.account}."
    return "Nobody has signed in to Azure yet: that comes first." if session.azure.needs_person else ""
