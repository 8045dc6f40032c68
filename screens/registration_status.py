"""Option 1: how each node and the cluster stand with Azure."""

from screens.option_screen import OptionScreen


class RegistrationStatusScreen(OptionScreen):
    """One row a node, the cluster's verdict, and what to do next."""

    OPTION = "status"
