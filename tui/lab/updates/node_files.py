"""Where files lie that azsconfig copied to a simulated node."""

from tui.lab.node_state import NodeState

FILES_FOLDER = r"C:\ProgramData\azsconfig\files"
"""Their folder."""


def file_at(node: NodeState, path: str) -> bytes | None:
    """Return what a file of a node holds; `None` where there is none, as nodes have no others."""
    folder, _, name = path.replace("/", "\\").rpartition("\\")
    return node.files.get(name.lower()) if folder.lower() == FILES_FOLDER.lower() else None
