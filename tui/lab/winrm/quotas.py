"""WinRM's limits, with the defaults of Windows Server 2016 and later."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one endpoint allows, named after the settings of `winrm get winrm/config`."""

    max_envelope_size_kb: int = 500
    """Largest request, and the largest answer a client may ask for."""
    max_timeout_ms: int = 60_000
    """Longest OperationTimeout; a longer one counts as this."""
    max_operations_per_user: int = 1500
    """MaxConcurrentOperationsPerUser."""
    max_concurrent_users: int = 10
    """MaxConcurrentUsers of remote shells; reported, not enforced."""
    max_shell_run_time_ms: int = 2_147_483_647
    """MaxShellRunTime; reported, not enforced."""
    max_processes_per_shell: int = 25
    """MaxProcessesPerShell: running commands in a shell."""
    max_memory_per_shell_mb: int = 1024
    """MaxMemoryPerShellMB; reported, not enforced."""
    max_shells_per_user: int = 30
    """MaxShellsPerUser."""
    idle_timeout_ms: int = 7_200_000
    """IdleTimeout of a shell that asks for none."""
