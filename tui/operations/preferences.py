"""How azsconfig looks and what it offers: the saved settings, and what the command line says instead."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.configuration.model import Configuration


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says; it holds for this session, whatever is saved."""

    theme: str | None = None
    """Name of the theme, or `None`."""
    ascii: bool = False
    """Whether nothing but ASCII is written."""
    read_only: bool = False
    """Whether nothing that changes anything is offered."""


class Preferences:
    """Settings and saved connections in one file. Every method may be called from any thread."""

    def __init__(self, path: Path, given: Given | None = None) -> None:
        """Use the file at `path`; it need not exist.

        Raises:
            ConfigurationError: it exists and cannot be used.
        """
        self.path = path
        """The configuration file that is read and changed."""
        self.given = given or Given()
        """What the command line says."""
        self._lock = threading.Lock()
        self._configuration: Configuration | None = None
        self.load()

    def load(self) -> None:
        """Read the file again.

        Raises:
            ConfigurationError: it cannot be used; what was read before stays.
        """
        if not self.path.exists():
            # Nothing is loaded for a file that is not there: the menu starts sooner.
            self._configuration = None
            return
        from tui.configuration.model import load

        self._keep(load(self.path))

    @property
    def configuration(self) -> "Configuration":
        """What is saved."""
        from tui.configuration.model import Configuration

        with self._lock:
            return self._configuration or Configuration()

    @property
    def theme(self) -> str | None:
        """The theme that was chosen; `None` leaves it to the terminal."""
        return self.given.theme or (self._configuration.settings.theme if self._configuration else None)

    @property
    def ascii(self) -> bool | None:
        """Whether nothing but ASCII is written; `None` leaves it to the terminal."""
        if self.given.ascii:
            return True
        return self._configuration.settings.ascii if self._configuration else None

    @property
    def read_only(self) -> bool:
        """Whether nothing that changes anything is offered."""
        return self.given.read_only or (self._configuration.settings.read_only if self._configuration else False)

    def in_short(self) -> str:
        """Return the saved connections in a few words."""
        count = len(self._configuration.clusters) if self._configuration else 0
        return f"{count or 'no'} saved connection{'' if count == 1 else 's'}"

    def change(self, name: str, value: str | bool | None) -> None:
        """Save one setting; `None` leaves it to the terminal or to the default.

        Raises:
            ConfigurationError: the file cannot be changed; nothing is.
        """
        from tui.configuration.edit import change_setting

        self._keep(change_setting(self.path, name, value))

    def keep(self, configuration: "Configuration") -> None:
        """Take over what `tui.configuration.edit` has just written."""
        self._keep(configuration)

    def _keep(self, configuration: "Configuration") -> None:
        with self._lock:
            self._configuration = configuration
