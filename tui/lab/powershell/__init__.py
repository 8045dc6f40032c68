"""A real PowerShell as the shell of a simulated node: stub commands, a stub agent, and how they get into it.

The stubs answer out of the node's document, so azsconfig's own scripts run unchanged and give the document's facts.
"""

from tui.lab.powershell.encoded_command import rewrite
from tui.lab.powershell.layout import MODULE, prepare

__all__ = ["MODULE", "prepare", "rewrite"]
