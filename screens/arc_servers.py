"""Option 2: the connected machine agent of each node."""

from screens.option_screen import OptionScreen


class ArcServersScreen(OptionScreen):
    """One row a node with agent, version and heartbeat."""

    OPTION = "arc"
