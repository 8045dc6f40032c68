"""What `azcmagent show` says on a simulated node: as JSON, and as the text of agents that have no JSON."""

from datetime import datetime
from typing import Any

from tui.cluster.arc import AgentStatus
from tui.lab.clock import LabClock
from tui.lab.node_state import ArcHome, MachineAgent, NodeState

_COLUMN = 40
"""Width of the names in the text output (azcmagent 1.40)."""


def show_json(node: NodeState, agent: MachineAgent, clock: LabClock) -> dict[str, Any]:
    """Return the object of `azcmagent show -j`; keys are those public code relies on."""
    now = clock.now()
    home = node.arc_home()
    status = agent.status_at(now, node.cut_off) if home else AgentStatus.DISCONNECTED
    return {
        "resourceName": node.name if home else "",
        "resourceGroup": home.resource_group if home else "",
        "resourceId": _machine_resource_id(node.name, home) if home else "",
        "subscriptionId": home.subscription_id if home else "",
        "tenantId": home.tenant_id if home else "",
        "vmId": agent.machine_id,
        "location": home.region if home else "",
        "cloud": "AzureCloud",
        "agentVersion": agent.version,
        "status": str(status),
        "lastHeartbeat": _seconds(clock.shown(agent.last_heartbeat(now, node.cut_off)) + node.skew),
        "errorCode": "",
        "errorDetails": "",
        "errorTimestamp": "",
        "httpsProxy": "",
        "cloudProvider": "AzSHCI",
    }


def show_text(shown: dict[str, Any], services: list[dict[str, Any]]) -> str:
    """Return the text of `azcmagent show` for the same values, as agent 1.40 prints them."""
    running = {service["Name"]: "running" if service["Status"] == "Running" else "stopped" for service in services}
    rows = (
        ("Resource Name", shown["resourceName"]),
        ("Resource Group Name", shown["resourceGroup"]),
        ("Resource Namespace", "Microsoft.HybridCompute"),
        ("Resource Id", shown["resourceId"]),
        ("Subscription ID", shown["subscriptionId"]),
        ("Tenant ID", shown["tenantId"]),
        ("VM ID", shown["vmId"]),
        ("Location", shown["location"]),
        ("Cloud", shown["cloud"]),
        ("Agent Version", shown["agentVersion"]),
        ("Agent Logfile", r"C:\ProgramData\AzureConnectedMachineAgent\Log\himds.log"),
        ("Agent Status", shown["status"]),
        ("Agent Last Heartbeat", shown["lastHeartbeat"]),
        ("Agent Error Code", shown["errorCode"]),
        ("Agent Error Details", shown["errorDetails"]),
        ("Agent Error Timestamp", shown["errorTimestamp"]),
        ("Using HTTPS Proxy", shown["httpsProxy"]),
        ("Cloud Provider", shown["cloudProvider"]),
        ("Dependent Service Status", None),
        ("  Agent Service (himds)", running["himds"]),
        ("  Azure Arc Proxy (arcproxy)", running["arcproxy"]),
        ("  Extension Service (extensionservice)", running["ExtensionService"]),
        ("  GC Service (gcarcservice)", running["GCArcService"]),
    )
    return "\n".join(name if value is None else f"{name:<{_COLUMN}}: {value}".rstrip() for name, value in rows)


def _machine_resource_id(name: str, home: ArcHome) -> str:
    group = f"/subscriptions/{home.subscription_id}/resourceGroups/{home.resource_group}"
    return f"{group}/providers/Microsoft.HybridCompute/machines/{name}"


def _seconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
