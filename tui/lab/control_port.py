"""The lab's side of `tui.lab.control`."""

import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from tui.lab.azure.trouble import AzureTrouble
from tui.lab.clock import iso
from tui.lab.cluster_state import ClusterState, LabRefusalError
from tui.lab.control import CONTROL_FILE
from tui.lab.files import replace_file
from tui.lab.lab_node import LabNode
from tui.lab.loopback import LoopbackListener
from tui.lab.node_document import node_document
from tui.lab.runs.cau import CauCoordinator, CauOptions, CauRefusedError

_LONGEST_REQUEST = 1_000_000


class ControlPort:
    """Answers whoever has read the token from the lab's folder."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        cluster: ClusterState,
        nodes: Iterable[LabNode],
        *,
        cau: CauCoordinator,
        azure: AzureTrouble,
    ) -> None:
        """Open it; `cau` starts runs of Cluster-Aware Updating, `azure` makes things go wrong there."""
        self._scenario = scenario
        self._cluster = cluster
        self._nodes = {node.name: node for node in nodes}
        self._token = secrets.token_urlsafe(24)
        self._closing = threading.Event()
        self._comebacks: list[threading.Thread] = []
        self._operations: dict[str, Callable[[dict[str, Any]], object]] = {
            "state": self._state,
            "document": lambda request: node_document(cluster, self._node(request).name),
            "fault": lambda request: self._node(request).faults.set(request["name"], request["value"]),
            "clear": lambda request: [node.faults.clear() for node in self._named(request)] and None,
            "stop": lambda request: self._node(request).stop(),
            "start": lambda request: self._node(request).start(),
            "restart": self._restart,
            "delay": self._delay,
            "pace": lambda request: cluster.pace.set(float(request["seconds"])),
            "record": lambda _request: [entry.document(cluster.clock.shown) for entry in cluster.failover.record()],
            "fail-update": self._fail_update,
            "agent-version": self._agent_version,
            "cau": lambda _request: cau.begin(cluster.names[0], CauOptions()).run_id,
            "kill-runner": lambda request: self._node(request).runs.kill(),
            "module": self._module,
            "advance": lambda request: cluster.clock.advance(timedelta(seconds=float(request["seconds"]))),
            "sync": lambda request: cluster.sync(self._node(request).name),
            "azure-fault": azure.fault,
            "azure-role": azure.role,
            "cut": lambda request: self._node(request).winrm.cut_connections(),
        }
        self._listener = LoopbackListener("control", self._serve)
        content = {"port": self._listener.port, "token": self._token}
        replace_file(folder / CONTROL_FILE, json.dumps(content).encode())

    def stop(self) -> None:
        """End it; nodes that would have come back stay down."""
        self._closing.set()
        self._listener.stop()
        for thread in self._comebacks:
            thread.join()

    def _serve(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as requests:
            while line := requests.readline(_LONGEST_REQUEST):
                answer = self._answer(line)
                connection.sendall(json.dumps(answer).encode() + b"\n")

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = cast("dict[str, Any]", json.loads(line))
            if not hmac.compare_digest(str(request["token"]), self._token):
                return {"ok": False, "message": "wrong token"}
            operation = self._operations.get(request["op"])
            if operation is None:
                return {"ok": False, "message": f"there is no operation {request['op']}"}
            result = operation(request)
            for node in self._nodes.values():
                node.refresh()
        except (LabRefusalError, CauRefusedError) as error:
            return {"ok": False, "message": str(error)}
        except (KeyError, TypeError, ValueError) as error:
            return {"ok": False, "message": f"the request does not fit: {error}"}
        return {"ok": True, "result": result}

    def _node(self, request: dict[str, Any]) -> LabNode:
        return self._nodes[self._cluster.node(str(request["node"])).name]

    def _named(self, request: dict[str, Any]) -> list[LabNode]:
        return [self._node(request)] if request.get("node") else list(self._nodes.values())

    def _state(self, _request: dict[str, Any]) -> dict[str, Any]:
        clock = self._cluster.clock
        return {
            "scenario": self._scenario,
            "now": iso(clock.shown(clock.now())),
            "nodes": [dict(node.report()) for node in self._nodes.values()],
        }

    def _delay(self, request: dict[str, Any]) -> None:
        for node in self._named(request):
            node.set_delay(float(request["seconds"]), request.get("script"))

    def _fail_update(self, request: dict[str, Any]) -> None:
        with self._cluster.locked():
            self._cluster.node(str(request["node"])).updates.next_failure = str(request["code"])

    def _agent_version(self, request: dict[str, Any]) -> None:
        node = self._cluster.node(str(request["node"]))
        with self._cluster.locked():
            if node.agent is None:
                raise LabRefusalError(f"{node.name} has no connected machine agent")
            node.agent.version = str(request["version"])

    def _module(self, request: dict[str, Any]) -> None:
        node, version = self._cluster.node(str(request["node"])), request["version"]
        with self._cluster.locked():
            node.modules[str(request["name"])] = None if version is None else str(version)

    def _restart(self, request: dict[str, Any]) -> None:
        node, seconds = self._node(request), float(request.get("seconds") or 0)
        node.stop()

        def come_back() -> None:
            if not self._closing.wait(seconds):
                node.start()

        thread = threading.Thread(target=come_back, name=f"restart of {node.name}", daemon=True)
        self._comebacks.append(thread)
        thread.start()
