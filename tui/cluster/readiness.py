"""What a node says of itself before a run is started on it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModuleVersions:
    """The versions of one PowerShell module on a node."""

    name: str
    """Name of the module."""
    versions: tuple[str, ...] = ()
    """Every version that is installed."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `get-run-readiness` tells of one node; a switch that could not be read is `None`."""

    identity: str | None = None
    r"""Who our PowerShell runs as there: `DOMAIN\name`."""
    elevated: bool | None = None
    """Whether it runs elevated."""
    script_block_logging: bool | None = None
    """Whether a policy has the text of every script block logged."""
    module_logging: bool | None = None
    """Whether a policy has the parameters of commands logged."""
    transcription: bool | None = None
    """Whether a policy has every session transcribed to a file."""
    password_storage_forbidden: bool | None = None
    """Whether a policy keeps tasks from having a password."""
    free_bytes: int | None = None
    """Bytes that are free where journals are written."""
    modules: tuple[ModuleVersions, ...] = ()
    """Az.StackHCI, Az.Accounts and Az.Resources."""
    register_parameters: tuple[str, ...] = ()
    """Names of the parameters of the newest Register-AzStackHCI; none where it is not installed."""
    unregister_parameters: tuple[str, ...] = ()
    """Names of the parameters of the newest Unregister-AzStackHCI."""
    gallery_reachable: bool | None = None
    """Whether the PowerShell Gallery answers from there."""

    @property
    def installed(self) -> Mapping[str, tuple[str, ...]]:
        """Versions by name of the module."""
        return {module.name: module.versions for module in self.modules}

    @property
    def recording(self) -> tuple[str, ...]:
        """What a policy has recorded that would hold a token given to a cmdlet, in words."""
        policies = {
            "module logging": self.module_logging,
            "script block logging": self.script_block_logging,
            "transcription": self.transcription,
        }
        return tuple(name for name, on in policies.items() if on)


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """Whether one endpoint could be reached from a node (`test-endpoints`)."""

    endpoint: str
    """`host` or `host:port`, as it was asked for."""
    reachable: bool
    """Whether anything answered there by HTTP."""
    proxy: str | None = None
    """Proxy it was asked through."""
    error: str | None = None
    """Why it could not be reached."""
