"""The lab's control port: how tests and other terminals look into a running lab and make things go wrong in it.

One JSON object a line each way, over loopback, with the token of a file that only the lab's user can read. This is the
client, which imports nothing of the lab; `tui.lab.control_port` is the other side.
"""

import json
import socket
from pathlib import Path
from typing import Any, cast

CONTROL_FILE = "control.json"
"""Name of the file with port and token, beside the lab's configuration file."""
_ANSWER_SECONDS = 30.0


class LabControlError(Exception):
    """The lab refused, with its reason; or it is not running."""


class LabControl:
    """Controls a running lab. Every call is a connection of its own, so it may be used from any thread."""

    def __init__(self, file: Path) -> None:
        """`file` is the lab's `control.json`; raises `LabControlError` when there is none."""
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
            self._port, self._token = int(known["port"]), str(known["token"])
        except (OSError, ValueError, KeyError) as error:
            raise LabControlError(f"no running lab has the control file {file}") from error

    @classmethod
    def beside(cls, config: str | Path) -> "LabControl":
        """Return the control of the lab that wrote a configuration file."""
        return cls(Path(config).with_name(CONTROL_FILE))

    def state(self) -> dict[str, Any]:
        """Return `scenario`, `now` and `nodes`.

        Of each node: name, up, member (state in the cluster), roles, updates (offered, restart_pending, installed,
        agent), shells, programs, runs by script, faults.
        """
        return cast("dict[str, Any]", self._ask("state"))

    def node(self, name: str) -> dict[str, Any]:
        """Return the state of one node."""
        found = [node for node in self.state()["nodes"] if node["name"] == name]
        if not found:
            raise LabControlError(f"there is no node {name}")
        return cast("dict[str, Any]", found[0])

    def document(self, node: str) -> dict[str, Any]:
        """Return what every fact script answers on a node now."""
        return cast("dict[str, Any]", self._ask("document", node=node))

    def fault(self, node: str, name: str, value: object = True) -> None:
        """Set a fault of a node; `tui.lab.node_faults` lists them."""
        self._ask("fault", node=node, name=name, value=value)

    def clear(self, node: str | None = None) -> None:
        """Take all faults of a node, or of all nodes, away."""
        self._ask("clear", node=node)

    def stop(self, node: str) -> None:
        """Turn a node off."""
        self._ask("stop", node=node)

    def start(self, node: str) -> None:
        """Turn a node on again."""
        self._ask("start", node=node)

    def restart(self, node: str, down_seconds: float = 0.0) -> None:
        """Turn a node off and after a while on again; returns once it is off."""
        self._ask("restart", node=node, seconds=down_seconds)

    def delay(self, seconds: float, *, node: str | None = None, script: str | None = None) -> None:
        """Let scripts take so long: all or one, on all nodes or one."""
        self._ask("delay", seconds=seconds, node=node, script=script)

    def pace(self, seconds: float) -> None:
        """Let every stage of detached runs take so long, of those that go on too."""
        self._ask("pace", seconds=seconds)

    def record(self) -> list[dict[str, Any]]:
        """Return what happened to nodes and storage, oldest first (`tui.lab.failover.record` says what there is).

        Each entry has time, what, node, and what was so right after it: out (nodes that were paused, down or not back
        in the cluster), sick_disks (virtual disks that were not healthy), jobs (storage jobs that were not over).
        """
        return cast("list[dict[str, Any]]", self._ask("record"))

    def fail_next_update(self, node: str, code: str = "0x80070643") -> None:
        """Let the next installation of an update on a node end with a code, once."""
        self._ask("fail-update", node=node, code=code)

    def set_agent_version(self, node: str, version: str) -> None:
        """Let a node have another version of the connected machine agent."""
        self._ask("agent-version", node=node, version=version)

    def start_cau(self) -> str:
        """Let the first node begin a run of Cluster-Aware Updating, as its role does by itself; return its id."""
        return cast("str", self._ask("cau"))

    def kill_runner(self, node: str) -> list[str]:
        """Kill the runners of a node; return the ids of their runs."""
        return cast("list[str]", self._ask("kill-runner", node=node))

    def set_module(self, node: str, name: str, version: str | None) -> None:
        """Install a version of a PowerShell module on a node, or with `None` remove the module."""
        self._ask("module", node=node, name=name, version=version)

    def advance(self, seconds: float) -> None:
        """Let time pass in the lab: clocks stay right, everything that happened lies longer ago."""
        self._ask("advance", seconds=seconds)

    def sync(self, node: str) -> None:
        """Sync a node with Azure."""
        self._ask("sync", node=node)

    def cut_connections(self, node: str) -> None:
        """Cut every connection to a node once; its shells live on."""
        self._ask("cut", node=node)

    def azure_fault(self, kind: str, path: str = "", **more: object) -> None:
        """Let something go wrong in Azure; `tui.lab.azure.trouble` says what there is.

        `path` is a part of the paths of requests that are struck, all of them by default.
        """
        self._ask("azure-fault", kind=kind, path=path, **more)

    def azure_role(self, role: str | None, *, who: str = "application", subscription: str | None = None) -> None:
        """Give the application or the user (`who`) one role and no other, in a subscription; `None` for no role."""
        self._ask("azure-role", role=role, who=who, subscription=subscription)

    def _ask(self, op: str, **fields: object) -> object:
        request = json.dumps({"token": self._token, "op": op, **fields}) + "\n"
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=_ANSWER_SECONDS) as connection:
                connection.sendall(request.encode())
                with connection.makefile("rb") as answers:
                    answer = json.loads(answers.readline())
        except (OSError, ValueError) as error:
            raise LabControlError(f"the lab does not answer: {error}") from error
        if not answer["ok"]:
            raise LabControlError(answer["message"])
        return cast("object", answer.get("result"))
