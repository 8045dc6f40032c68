"""What a lab says when it is ready, and how to reach it: one JSON object."""

import json
from dataclasses import asdict, dataclass
from typing import Any, cast

from tui.lab.azure_endpoint import AzureEndpoint

SCHEMA = 1
"""Version of the object."""


@dataclass(frozen=True, slots=True)
class LabEndpoint:
    """How to reach one node over WinRM."""

    name: str
    """Name of the node."""
    http: str
    """URL with message encryption (Negotiate, NTLM)."""
    https: str
    """URL over TLS; its certificate is the lab CA's."""


@dataclass(frozen=True, slots=True)
class LabReady:
    """A lab that is ready."""

    config: str
    """Configuration file for `--config`."""
    ca: str
    """File of the CA that signed the nodes' certificates."""
    user: str
    """Administrator of all nodes."""
    password: str
    """Password of that user; it is worth nothing when the lab has ended."""
    nodes: tuple[LabEndpoint, ...]
    """All nodes, the local one first."""
    azure: AzureEndpoint
    """How to reach the simulated Azure."""

    def to_json(self) -> str:
        """Return the object as one line."""
        return json.dumps({"schema": SCHEMA, **asdict(self)})


def ready_from_json(line: str | bytes) -> LabReady:
    """Read what `to_json` wrote; raises ValueError for anything else."""
    try:
        known = cast("dict[str, Any]", json.loads(line))
        if known["schema"] != SCHEMA:
            raise ValueError(f"schema {known['schema']} is not {SCHEMA}")
        nodes = tuple(LabEndpoint(node["name"], node["http"], node["https"]) for node in known["nodes"])
        azure = AzureEndpoint(**known["azure"])
        return LabReady(known["config"], known["ca"], known["user"], known["password"], nodes, azure)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not what a lab says: {error!r}") from error
