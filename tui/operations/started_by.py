"""Who starts a run, as others will read it."""

import getpass
import socket
from typing import TYPE_CHECKING

from tui.nodes.connection import Connection

if TYPE_CHECKING:
    from tui.session import Session


def started_by(session: "Session", node: str) -> str:
    r"""Return who asks a node, and from where: `HCI\admin from JUMP1`."""
    target = next((target for target in session.targets if target.node == node), None)
    user = target.user if isinstance(target, Connection) else None
    if not user:
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            user = "somebody"
    return f"{user} from {socket.gethostname()}"
