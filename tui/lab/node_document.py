"""What every fact script answers on one node at this moment, as one JSON document.

The simulated PowerShell answers straight from it. With a real PowerShell it lies in a file that stub cmdlets read: they
make Microsoft's objects of it, so that the real scripts find the same.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from tui.cluster.arc import ArcStatus
from tui.cluster.membership import NodeState as MemberState
from tui.cluster.registration import ClusterStatus, DiagnosticLevel, ImdsAttestation
from tui.cluster.system import ServiceStatus
from tui.lab.agent_show import show_json, show_text
from tui.lab.clock import iso
from tui.lab.cluster_state import DOMAIN, ClusterState
from tui.lab.files import replace_file
from tui.lab.node_state import MachineAgent, NodeState

Document: TypeAlias = dict[str, Any]
"""Decoded JSON: `name`, `clock_offset_seconds`, `now`, `written`, `facts`, `azcmagent`, `delays`."""

_BUILD_20H2 = 17784
_RELEASES = {17784: "20H2", 20348: "21H2", 20349: "22H2", 25398: "23H2"}
_FUNCTIONAL_LEVELS = {17784: 11, 20348: 11, 20349: 12, 25398: 12}
_AGENT_WITH_PROXY = 51
"""From minor version 51 on the agent starts its proxy by default."""
EVENT_DAYS = 30
"""How many days `get-events` goes back when nobody says."""
EVENT_COUNT = 50
"""How many events `get-events` gives when nobody says."""


def node_document(cluster: ClusterState, name: str, delays: Mapping[str, float] | None = None) -> Document:
    """Return the document of one node as of now; raises `LabRefusalError` for a name that is none of the cluster's."""
    with cluster.locked():
        node = cluster.node(name)
        writer = _Writer(cluster, node)
        real_now = iso(cluster.clock.shown(cluster.clock.now()))
        services = writer.services()
        agent, azcmagent = writer.agent(services)
        return {
            "name": node.name,
            "clock_offset_seconds": node.skew.total_seconds(),
            "now": real_now,
            "written": real_now,
            "facts": {
                "get-registration": writer.registration(),
                "get-arc-integration": writer.arc_integration(),
                "get-connected-machine-agent": agent,
                "get-system": writer.system(),
                "get-cluster": writer.membership(),
                "get-firmware": writer.firmware(),
                "get-modules": [{"Name": module, "Version": version} for module, version in node.modules.items()],
                "get-services": services,
                "get-events": writer.events(),
            },
            "azcmagent": azcmagent,
            "delays": dict(delays or {}),
        }


def recent_events(cluster: ClusterState, name: str, *, count: int, days: int) -> list[Document]:
    """Return what `get-events` answers on a node for other limits than its own, newest first."""
    with cluster.locked():
        return _Writer(cluster, cluster.node(name)).events(count, days)


def write_document(folder: Path, document: Document) -> Path:
    """Put a document where the stubs of its node read it, in one step, and return the file."""
    path = folder / f"{document['name']}.json"
    replace_file(path, json.dumps(document, indent=1).encode("ascii"))
    return path


class _Writer:
    """Puts one node's state into the words of the scripts."""

    def __init__(self, cluster: ClusterState, node: NodeState) -> None:
        self._cluster = cluster
        self._node = node
        self._now = cluster.clock.now()
        self._old = node.build <= _BUILD_20H2

    def _time(self, moment: datetime | None) -> str | None:
        """Spell a moment as the node's own clock had it."""
        return None if moment is None else iso(self._cluster.clock.shown(moment) + self._node.skew)

    def registration(self) -> Document:
        node, azure = self._node, self._node.registration
        connection = node.connection_status(self._now, firmware_differs=self._cluster.odd_firmware(node))
        answer: Document = {
            "Available": True,
            "ClusterStatus": str(ClusterStatus.CLUSTERED),
            "RegistrationStatus": str(node.registration_status(self._now)),
            "RegistrationDate": self._time(azure.registered_at if azure else None),
            "AzureResourceName": azure.resource_name if azure else None,
            "AzureResourceUri": azure.resource_id if azure else None,
            "ConnectionStatus": str(connection) if connection else None,
            "LastConnected": self._time(node.last_connected(self._now)),
        }
        if self._old:
            return answer
        return answer | {
            "NextSync": self._time(node.next_sync(self._now)),
            "IMDSAttestation": str(ImdsAttestation.DISABLED),
            "DiagnosticLevel": str(DiagnosticLevel.BASIC),
            "Region": azure.region if azure else None,
            "WindowsServerSubscription": "Inactive" if azure else None,
        }

    def arc_integration(self) -> Document:
        if self._old:
            return {"Available": False, "ApplicationId": None, "ClusterArcStatus": None, "NodesArcStatus": {}}
        enabled = ArcStatus.DISABLE_IN_PROGRESS if self._cluster.arc_disabling else ArcStatus.ENABLED
        states = {
            node.name.lower(): str(enabled if node.registration and node.arc_home() else ArcStatus.DISABLED)
            for node in self._cluster.nodes()
        }
        return {
            "Available": True,
            "ApplicationId": "",
            "ClusterArcStatus": str(enabled if str(enabled) in states.values() else ArcStatus.DISABLED),
            "NodesArcStatus": states,
        }

    def agent(self, services: list[Document]) -> tuple[Document, Document | None]:
        """Return the script's answer and what the stub of `azcmagent.exe` needs."""
        agent = self._node.agent
        if agent is None:
            absent: Document = {"Installed": False, "Version": None, "Show": None, "ShowText": None, "Extensions": []}
            return absent, None
        shown = show_json(self._node, agent, self._cluster.clock)
        answer = {
            "Installed": True,
            "Version": agent.version,
            "Show": shown if agent.show_json_supported else None,
            "ShowText": None if agent.show_json_supported else show_text(shown, services),
            "Extensions": _extensions(agent),
        }
        return answer, {
            "version": agent.version,
            "show": shown,
            "show_json_supported": agent.show_json_supported,
        }

    def system(self) -> Document:
        node = self._node
        return {
            "ComputerName": node.name,
            "Domain": DOMAIN,
            "PartOfDomain": True,
            "ProductName": "Azure Stack HCI",
            "InstallationType": "Server Core",
            "Build": node.build,
            "Revision": node.revision,
            "DisplayVersion": _RELEASES.get(node.build),
            "InstallDate": self._time(node.installed),
            "BootTime": self._time(node.booted),
            "Elevated": True,
            "UtcNow": self._time(self._now),
        }

    def membership(self) -> Document:
        failover = self._cluster.failover
        if failover.state(self._node.name) == MemberState.JOINING:
            absent = ("Name", "FunctionalLevel", "UpgradeVersion", "DnsSuffix")
            return {"Clustered": False, **dict.fromkeys(absent), "Nodes": []}
        members = [
            {"Name": node.name, "State": str(failover.state(node.name))}
            for node in sorted(self._cluster.nodes(), key=lambda node: node.name)
        ]
        return {
            "Clustered": True,
            "Name": self._cluster.name,
            "FunctionalLevel": _FUNCTIONAL_LEVELS.get(min(node.build for node in self._cluster.nodes())),
            "UpgradeVersion": 4,
            "DnsSuffix": DOMAIN,
            "Nodes": members,
        }

    def firmware(self) -> Document:
        firmware = self._node.firmware
        return {
            "Manufacturer": firmware.manufacturer,
            "Model": firmware.model,
            "BiosVendor": firmware.bios_vendor,
            "BiosVersion": firmware.bios_version,
            "BiosDate": firmware.bios_date,
            "SecureBoot": firmware.secure_boot,
            "TpmPresent": firmware.tpm_present,
            "TpmReady": firmware.tpm_ready,
            "TpmVersion": firmware.tpm_version,
            "Vbs": str(firmware.vbs),
        }

    def services(self) -> list[Document]:
        agent = self._node.agent
        with_proxy = agent is not None and int(agent.version.split(".")[1]) >= _AGENT_WITH_PROXY
        return [
            self._service("hcisvc", "Azure Stack HCI Service", present=True),
            self._service("himds", "Azure Hybrid Instance Metadata Service", present=agent is not None),
            self._service("GCArcService", "Guest Configuration Arc Service", present=agent is not None),
            self._service("ExtensionService", "Guest Configuration Extension Service", present=agent is not None),
            self._service("arcproxy", "Azure Arc Proxy", present=agent is not None, enabled=with_proxy),
        ]

    def _service(self, name: str, display_name: str, *, present: bool, enabled: bool = True) -> Document:
        if not present:
            return {"Name": name, "Present": False, "DisplayName": None, "Status": None, "StartType": None}
        return {
            "Name": name,
            "Present": True,
            "DisplayName": display_name,
            "Status": str(self._cluster.service_status(self._node, name) if enabled else ServiceStatus.STOPPED),
            "StartType": "Automatic" if enabled else "Disabled",
        }

    def events(self, count: int = EVENT_COUNT, days: int = EVENT_DAYS) -> list[Document]:
        """Return at most so many events of so many days, newest first."""
        oldest = self._now - timedelta(days=days)
        recent = sorted(
            (event for event in self._node.events if event.time >= oldest), key=lambda event: event.time, reverse=True
        )
        return [
            {
                "EventId": event.event_id,
                "Level": str(event.level),
                "Time": self._time(event.time),
                "Message": event.message,
                "RecordId": event.record_id,
            }
            for event in recent[:count]
        ]


def _extensions(agent: MachineAgent) -> list[Document]:
    found = [{"Name": "Microsoft.Azure.Monitor.AzureMonitorWindowsAgent", "Version": "1.30.0.0", "State": "success"}]
    if agent.stuck_extension:
        found.append({"Name": agent.stuck_extension, "Version": "1.0.0.0", "State": "error"})
    return found
