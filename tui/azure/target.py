"""Which Azure is meant, how it is reached and who signs in to it. Importing it loads nothing of Azure's packages."""

from dataclasses import dataclass
from pathlib import Path

from tui.azure.identity import Identity
from tui.cluster.clouds import Cloud


@dataclass(frozen=True, slots=True)
class AzureTarget:
    """One cluster's Azure; nothing is connected by it."""

    cloud: Cloud
    """The cloud."""
    identity: Identity
    """Who is to sign in, and how."""
    ca_file: Path | None = None
    """Authorities that are trusted instead of the system's."""
    proxy: str | None = None
    """URL of the proxy, `direct` for none; by default what the system says."""
    unasked: bool = False
    """Whether nobody said how to sign in: a person is then asked only once a change needs it."""
