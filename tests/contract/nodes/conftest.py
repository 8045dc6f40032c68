"""What the tests of the node channel against WinRM endpoints share."""

from tests.contract.nodes.node_world import node, open_channel, start_node, world

__all__ = ["node", "open_channel", "start_node", "world"]
