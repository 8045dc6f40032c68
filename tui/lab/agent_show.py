"""What `azcmagent show` says on a simulated node: as JSON, and as the text of agents that have no JSON."""

from datetime import datetime
from typing import Any

from tui.lab.clock import LabClock
from tui.lab.node_state import MachineAgent, NodeState

_COLUMN = 40
"""Width of the names in the text output (azcmagent 1.40)."""


def show_json(node: NodeState, agent: MachineAgent, clock: LabClock) -> dict[str, Any]:
    """Return the object of `azcmagent show -j`; keys are those public code relies on."""
    now = clock.now()
    status = agent.status_at(now, node.cut_off)
    registration = node.registration
    return {
        "resourceName": node.name if registration else "",
        "resourceGroup": registration.resource_group if registration else "",
        "resourceId": _machine_resource_id(node),
        "subscriptionId": registration.subscription_id if registration else "",
        "tenantId": registration.tenant_id if registration else "",
        "vmId": agent.machine_id,
        "location": registration.region if registration else "",
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


def _machine_resource_id(node: NodeState) -> str:
    if node.registration is None:
        return ""
    group = f"/subscriptions/{node.registration.subscription_id}/resourceGroups/{node.registration.resource_group}"
    return f"{group}/providers/Microsoft.HybridCompute/machines/{node.name}"


def _seconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
