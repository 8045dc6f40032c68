"""The answer to `winrm get winrm/config`, in the order and with the defaults of real Windows."""

from dataclasses import dataclass

from tui.lab.winrm.envelope import CONFIG
from tui.lab.winrm.quotas import Quotas

_UNLIMITED = 4_294_967_295
_ROOT_SDDL = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"
_PORTS = "<cfg:DefaultPorts><cfg:HTTP>5985</cfg:HTTP><cfg:HTTPS>5986</cfg:HTTPS></cfg:DefaultPorts>"


@dataclass(frozen=True, slots=True)
class ServiceAuthentication:
    """Which ways to sign in the service offers; the names are those of `winrm/config/service/auth`."""

    basic: bool = True
    """Offered over TLS only: AllowUnencrypted is false."""
    certificate: bool = False
    """Client certificates over TLS, mapped to accounts by the user principal name they hold."""
    credssp: bool = False
    """The CredSSP server role."""
    channel_binding: str = "Relaxed"
    """CbtHardeningLevel: `None` ignores tokens, `Relaxed` refuses wrong ones, `Strict` refuses missing ones too."""


def config_document(quotas: Quotas, authentication: ServiceAuthentication) -> str:
    """Return the configuration as an XML fragment."""
    client_auth = _settings(Basic=True, Digest=True, Kerberos=True, Negotiate=True, Certificate=True, CredSSP=False)
    service_auth = _settings(
        Basic=authentication.basic,
        Kerberos=True,
        Negotiate=True,
        Certificate=authentication.certificate,
        CredSSP=authentication.credssp,
        CbtHardeningLevel=authentication.channel_binding,
    )
    client = (
        _settings(NetworkDelayms=5000, URLPrefix="wsman", AllowUnencrypted=False)
        + f"<cfg:Auth>{client_auth}</cfg:Auth>{_PORTS}"
        + _settings(TrustedHosts="")
    )
    service = (
        _settings(
            RootSDDL=_ROOT_SDDL,
            MaxConcurrentOperations=_UNLIMITED,
            MaxConcurrentOperationsPerUser=quotas.max_operations_per_user,
            EnumerationTimeoutms=240_000,
            MaxConnections=300,
            MaxPacketRetrievalTimeSeconds=120,
            AllowUnencrypted=False,
        )
        + f"<cfg:Auth>{service_auth}</cfg:Auth>{_PORTS}"
        + _settings(
            IPv4Filter="*",
            IPv6Filter="*",
            EnableCompatibilityHttpListener=False,
            EnableCompatibilityHttpsListener=False,
            CertificateThumbprint="",
            AllowRemoteAccess=True,
        )
    )
    winrs = _settings(
        AllowRemoteShellAccess=True,
        IdleTimeout=quotas.idle_timeout_ms,
        MaxConcurrentUsers=quotas.max_concurrent_users,
        MaxShellRunTime=quotas.max_shell_run_time_ms,
        MaxProcessesPerShell=quotas.max_processes_per_shell,
        MaxMemoryPerShellMB=quotas.max_memory_per_shell_mb,
        MaxShellsPerUser=quotas.max_shells_per_user,
    )
    limits = _settings(
        MaxEnvelopeSizekb=quotas.max_envelope_size_kb,
        MaxTimeoutms=quotas.max_timeout_ms,
        MaxBatchItems=32_000,
        MaxProviderRequests=_UNLIMITED,
    )
    return (
        f'<cfg:Config xmlns:cfg="{CONFIG}">{limits}<cfg:Client>{client}</cfg:Client>'
        f"<cfg:Service>{service}</cfg:Service><cfg:Winrs>{winrs}</cfg:Winrs></cfg:Config>"
    )


def _settings(**values: str | int | bool) -> str:
    return "".join(f"<cfg:{name}>{_text(value)}</cfg:{name}>" for name, value in values.items())


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
