"""How azsconfig looks: what was chosen, else what suits the terminal."""

from dataclasses import dataclass

from tui.operations.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Appearance:
    """How everything is written."""

    theme: str = "dark"
    """Name of the colours: `dark`, `light`, `contrast` or `monochrome`."""
    ascii: bool = False
    """Whether nothing but ASCII is written."""


def appearance(preferences: Preferences, terminal: Appearance) -> Appearance:
    """Return what was chosen on the command line or in the settings, else what suits the terminal."""
    ascii_only = preferences.ascii
    return Appearance(preferences.theme or terminal.theme, terminal.ascii if ascii_only is None else ascii_only)
