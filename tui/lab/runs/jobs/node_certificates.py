"""Certificates of a registration: one of the user's, or one that every node makes and Azure is told of."""

from datetime import timedelta

from tui.lab.cluster_state import ClusterState
from tui.lab.node_state import NodeState
from tui.lab.runs.jobs.azure_calls import AzureCalls
from tui.lab.runs.jobs.cmdlet import CmdletFailedError
from tui.lab.runs.jobs.target import Target, text_of
from tui.lab.runs.network import DATA_PLANE, LOGIN, reaches
from tui.lab.runs.runner import JobRun

_LEAST = timedelta(days=60)
"""How long a certificate of the user's still has to be good."""


def check_thumbprint(run: JobRun) -> None:
    """Refuse a certificate of the user's that is not on every node, or not good for long enough."""
    thumbprint = text_of(run, "CertificateThumbprint")
    if not thumbprint:
        return
    cluster = run.world.cluster
    lacking = [node.name for node in running(cluster) if thumbprint not in node.certificates]
    if lacking:
        raise CmdletFailedError(
            f"Certificate with thumbprint {thumbprint} wasn't found on node(s): {', '.join(lacking)}.", 9109
        )
    least = cluster.clock.now() + _LEAST
    old = [node.name for node in running(cluster) if node.certificates[thumbprint] < least]
    if old:
        raise CmdletFailedError(
            f"Can't use certificate with thumbprint {thumbprint}: it expires within 60 days on node(s): "
            f"{', '.join(old)}.",
            9109,
        )


def make_certificates(run: JobRun) -> None:
    """Let every node make a certificate; one whose service does not run makes none."""
    failed = [node.name for node in running(run.world.cluster) if "hcisvc" in node.stopped_services]
    if failed:
        raise _failed(", ".join(failed), "")


def adopt_certificates(azure: AzureCalls, run: JobRun, target: Target) -> None:
    """Tell Azure of the certificates, and let every node use its own; one that does not reach Azure cannot."""
    azure.demand("Microsoft.AzureStackHCI/clusters/uploadCertificate/action", target.cluster_scope)
    failed = [
        node.name
        for node in running(run.world.cluster)
        if not all(reaches(run.world, node.name, host) for host in (DATA_PLANE, LOGIN))
    ]
    if failed:
        raise _failed("", ", ".join(failed))


def running(cluster: ClusterState) -> tuple[NodeState, ...]:
    """Return the nodes that run."""
    with cluster.locked():
        return tuple(node for node in cluster.nodes() if node.up)


def _failed(making: str, using: str) -> CmdletFailedError:
    return CmdletFailedError(
        f"Failed to register. Couldn't generate self-signed certificate on node(s) {{{making}}}. "
        f"Couldn't set and verify registration certificate on node(s) {{{using}}}. Make sure every clustered node is "
        "up and has Internet connectivity (at least outbound to Azure).",
        9110,
    )
