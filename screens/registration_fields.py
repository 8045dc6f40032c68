"""Values that several forms about the registration have."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.cluster.azure_names import is_guid
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


def common_fields() -> Sequence[Field]:
    """Return what registering, repairing and Arc-enabling have in common."""
    return (
        Field("arc_spn_id", "Arc principal", SPN_TEXT, "made by the registration", guid),
        Field("arc_spn_secret", "Its secret", SECRET_TEXT, "-", Secret),
        Field("install_modules", "Install modules", MODULES_TEXT, "no"),
        Field("logs_directory", "Logs folder", LOGS_TEXT, "the cmdlet's own"),
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
