"""Node documents of the lab as they can be: what real scripts on stub commands have to reproduce."""

import copy
from typing import Any

Document = dict[str, Any]

_SUBSCRIPTION = "c9d71720-73a9-4d37-80b3-9f554562fa55"
_CLUSTER_ID = (
    f"/Subscriptions/{_SUBSCRIPTION}/resourceGroups/HCI-CL01-rg/providers/Microsoft.AzureStackHCI/clusters/HCI-CL01"
)
_SHOW: Document = {
    "resourceName": "HCI-N1",
    "resourceGroup": "HCI-CL01-rg",
    "resourceId": f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/HCI-CL01-rg/providers/Microsoft.HybridCompute"
    "/machines/HCI-N1",
    "subscriptionId": _SUBSCRIPTION,
    "tenantId": "2fc994a3-81d2-4ba3-ad3e-c1d68b3aaf6b",
    "location": "eastus",
    "cloud": "AzureCloud",
    "agentVersion": "1.61.03319.2737",
    "status": "Connected",
    "lastHeartbeat": "2026-05-01T09:55:00Z",
    "agentErrorDetails": None,
    "privateLinkScope": "",
    "extensionsAllowList": [],
    "dependentServiceStatus": {"himds": "running", "GCArcService": "running"},
    "note": "K\u00f6ln",
}


def _service(name: str, display_name: str | None, status: str | None, start_type: str | None) -> Document:
    present = status is not None
    return {"Name": name, "Present": present, "DisplayName": display_name, "Status": status, "StartType": start_type}


def _extension(name: str, version: str, state: str | None) -> Document:
    return {"Name": name, "Version": version, "State": state}


def healthy_22h2() -> Document:
    """Return a registered and Arc-enabled node of 22H2."""
    return {
        "name": "HCI-N1",
        "clock_offset_seconds": 0.0,
        "now": "2026-05-01T10:00:00.0000000Z",
        "written": "2026-05-01T10:00:00.0000000Z",
        "facts": {
            "get-registration": {
                "Available": True,
                "ClusterStatus": "Clustered",
                "RegistrationStatus": "Registered",
                "RegistrationDate": "2026-01-04T03:21:46.0000000Z",
                "AzureResourceName": "HCI-CL01",
                "AzureResourceUri": _CLUSTER_ID,
                "ConnectionStatus": "Connected",
                "LastConnected": "2026-05-01T03:21:46.1234567Z",
                "IMDSAttestation": "Disabled",
                "DiagnosticLevel": "Basic",
                "WindowsServerSubscription": "Inactive",
            },
            "get-arc-integration": {
                "Available": True,
                "ApplicationId": "e6173004-5d13-4e5b-8770-505302be807c",
                "ClusterArcStatus": "Enabled",
                "NodesArcStatus": {"hci-n1": "Enabled", "hci-n2": "DisableInProgress"},
            },
            "get-connected-machine-agent": {
                "Installed": True,
                "Version": "1.61.03319.2737",
                "Show": copy.deepcopy(_SHOW),
                "ShowText": None,
                "Extensions": [
                    _extension("Microsoft.Azure.Monitor.AzureMonitorWindowsAgent", "1.30.0.0", "success"),
                    _extension("Microsoft.SoftwareUpdateManagement.WindowsOsUpdateExtension", "1.0.23.0", None),
                ],
            },
            "get-system": {
                "ComputerName": "HCI-N1",
                "Domain": "hci.contoso.test",
                "PartOfDomain": True,
                "ProductName": "Azure Stack HCI",
                "InstallationType": "Server Core",
                "Build": 20349,
                "Revision": 2700,
                "DisplayVersion": "22H2",
                "InstallDate": "2026-01-03T12:00:00.0000000Z",
                "BootTime": "2026-04-20T06:30:15.5000000Z",
                "Elevated": True,
                "UtcNow": None,
            },
            "get-cluster": {
                "Clustered": True,
                "Name": "HCI-CL01",
                "FunctionalLevel": 12,
                "UpgradeVersion": 4,
                "DnsSuffix": "hci.contoso.test",
                "Nodes": [{"Name": "HCI-N1", "State": "Up"}, {"Name": "HCI-N2", "State": "Paused"}],
            },
            "get-firmware": {
                "Manufacturer": "Contoso Systems",
                "Model": "CS-2400 HCI",
                "BiosVendor": "Contoso Firmware",
                "BiosVersion": "2.18.1",
                "BiosDate": "2024-03-11",
                "SecureBoot": True,
                "TpmPresent": True,
                "TpmReady": True,
                "TpmVersion": "2.0",
                "Vbs": "Running",
            },
            "get-modules": [
                {"Name": "Az.StackHCI", "Version": "2.3.0"},
                {"Name": "Az.Accounts", "Version": "2.13.2"},
                {"Name": "Az.Resources", "Version": None},
            ],
            "get-services": [
                _service("hcisvc", "Azure Stack HCI Service", "Running", "Automatic"),
                _service("himds", "Azure Hybrid Instance Metadata Service", "StopPending", "Automatic"),
                _service("GCArcService", "Guest Configuration Arc Service", "Running", "Automatic"),
                _service("ExtensionService", "Guest Configuration Extension Service", "Running", "Automatic"),
                _service("arcproxy", "Azure Arc Proxy", "Stopped", "Disabled"),
            ],
            "get-events": [
                {
                    "EventId": 592,
                    "Level": "Information",
                    "Time": "2026-04-30T08:00:00.0000000Z",
                    "Message": "Azure Stack HCI has initiated a repair of its data.\nNo further action is required.",
                    "RecordId": 12,
                },
                {
                    "EventId": 585,
                    "Level": "Warning",
                    "Time": "2026-04-29T08:00:00.0000000Z",
                    "Message": "Azure Stack HCI failed to renew license from Azure.",
                    "RecordId": 11,
                },
            ],
        },
        "azcmagent": {"version": "1.61.03319.2737", "show": copy.deepcopy(_SHOW), "show_json_supported": True},
        "delays": {},
    }


def old_20h2() -> Document:
    """Return a 20H2 node, not registered: fewer properties, no Arc cmdlets, no subscription cmdlet."""
    document = unregistered()
    facts = document["facts"]
    for newer in ("IMDSAttestation", "DiagnosticLevel", "WindowsServerSubscription"):
        del facts["get-registration"][newer]
    facts["get-arc-integration"] = {
        "Available": False,
        "ApplicationId": None,
        "ClusterArcStatus": None,
        "NodesArcStatus": {},
    }
    facts["get-system"] |= {"Build": 17784, "Revision": 1408, "DisplayVersion": "20H2"}
    facts["get-cluster"] |= {"FunctionalLevel": 11, "UpgradeVersion": 3}
    return document


def later_build() -> Document:
    """Return a node of a build with more properties and with names nobody has listed."""
    document = healthy_22h2()
    registration = document["facts"]["get-registration"]
    registration["NextSync"] = "2026-05-01T15:21:46.0000000Z"
    registration["Region"] = "eastus"
    registration["ConnectionStatus"] = "SomethingNew"
    registration["WindowsServerSubscription"] = None
    registration["BillingModel"] = "Trial"
    document["facts"]["get-system"] |= {"Build": 25398, "DisplayVersion": "23H2"}
    document["facts"]["get-arc-integration"]["ApplicationId"] = ""
    return document


def without_agent() -> Document:
    """Return a node without connected machine agent, extensions or services of it."""
    document = healthy_22h2()
    document["azcmagent"] = None
    facts = document["facts"]
    facts["get-connected-machine-agent"] = {
        "Installed": False,
        "Version": None,
        "Show": None,
        "ShowText": None,
        "Extensions": [],
    }
    hcisvc = facts["get-services"][0]
    absent = [_service(service["Name"], None, None, None) for service in facts["get-services"][1:]]
    facts["get-services"] = [hcisvc, *absent]
    return document


def text_only_agent() -> Document:
    """Return a node whose old agent knows no JSON."""
    document = healthy_22h2()
    document["azcmagent"] |= {"version": "1.0.21033.1302", "show_json_supported": False}
    text = "Resource Name                           : HCI-N1\nAgent Version                           : 1.0.21033.1302"
    text += "\nAgent Status                            : Connected\nAgent Error Code                        :"
    document["facts"]["get-connected-machine-agent"] |= {
        "Version": "1.0.21033.1302",
        "Show": None,
        "ShowText": text,
        "Extensions": [],
    }
    return document


def unregistered() -> Document:
    """Return a node of 22H2 that is not registered, with a clock five minutes ahead and nothing logged."""
    document = without_agent()
    document["clock_offset_seconds"] = 300.0
    facts = document["facts"]
    facts["get-registration"] |= {
        "RegistrationStatus": "NotYet",
        "RegistrationDate": None,
        "AzureResourceName": None,
        "AzureResourceUri": None,
        "ConnectionStatus": None,
        "LastConnected": None,
        "WindowsServerSubscription": None,
    }
    facts["get-arc-integration"] |= {"ApplicationId": None, "ClusterArcStatus": "Disabled", "NodesArcStatus": {}}
    facts["get-events"] = []
    return document


def plain_server() -> Document:
    """Return a Windows Server outside any cluster, on BIOS, asked by a PowerShell that is not elevated."""
    document = unregistered()
    facts = document["facts"]
    facts["get-registration"] = {"Available": False}
    facts["get-arc-integration"] |= {"Available": False, "ClusterArcStatus": None}
    facts["get-system"] |= {
        "ProductName": "Windows Server 2022 Datacenter",
        "Domain": "WORKGROUP",
        "PartOfDomain": False,
        "Elevated": False,
        "DisplayVersion": None,
    }
    facts["get-cluster"] = {
        "Clustered": False,
        "Name": None,
        "FunctionalLevel": None,
        "UpgradeVersion": None,
        "DnsSuffix": None,
        "Nodes": [],
    }
    facts["get-firmware"] |= {
        "BiosDate": None,
        "SecureBoot": None,
        "TpmPresent": None,
        "TpmReady": None,
        "TpmVersion": None,
        "Vbs": None,
    }
    facts["get-services"][0] = _service("hcisvc", None, None, None)
    return document


DOCUMENTS = {
    "healthy 22H2": healthy_22h2,
    "20H2": old_20h2,
    "later build": later_build,
    "without agent": without_agent,
    "text-only agent": text_only_agent,
    "unregistered": unregistered,
    "plain server": plain_server,
}
"""By name: a function that makes the document anew."""
