"""Scripts that look, before a run, at what stands in its way; and the one that disconnects an agent."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from tui.lab.runs.jobs.module_versions import STACK_HCI, register_parameters, unregister_parameters
from tui.lab.runs.network import GALLERY, reaches
from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.parameters import BoundParameters
from tui.lab.simulated_scripts import Parameters, Steps, out

_FREE_BYTES = 61_203_283_968
_FULL_BYTES = 1_310_720
_MODULES = (STACK_HCI, "Az.Accounts", "Az.Resources")
_LOGGING = {
    "ScriptBlockLogging": "script-block",
    "ModuleLogging": "module",
    "Transcription": "transcription",
}


class CheckScripts:
    """Answers these scripts on one node."""

    def __init__(self, runs: NodeRuns) -> None:
        self._world, self._name = runs.world, runs.node
        self.scripts: Mapping[str, Callable[[Parameters], Steps]] = {
            "get-run-readiness": self._readiness,
            "test-endpoints": self._endpoints,
            "disconnect-agent": self._disconnect,
        }
        """The scripts by name."""

    def _readiness(self, parameters: Parameters) -> Steps:
        BoundParameters(parameters, ("GalleryAddress", "TimeoutSeconds")).number(
            "TimeoutSeconds", 10, least=1, most=120
        )
        node = self._world.cluster.node(self._name)
        faults = self._world.faults(self._name)
        logging: Any = faults.get("script-logging") or ()
        on = set(_LOGGING.values()) if logging is True else set(cast("list[str]", logging))
        versions = {module: list(node.module_versions(module)) for module in _MODULES}
        newest = next(iter(versions[STACK_HCI]), None)
        yield out(
            {
                "Identity": self._world.administrator,
                "Elevated": True,
                **{policy: kind in on for policy, kind in _LOGGING.items()},
                "PasswordStorageForbidden": bool(faults.get("no-password-storage")),
                "FreeBytes": _FULL_BYTES if faults.get("disk-full") else _FREE_BYTES,
                "Modules": [{"Name": name, "Versions": found} for name, found in versions.items()],
                "RegisterParameters": list(register_parameters(newest)) if newest else [],
                "UnregisterParameters": list(unregister_parameters(newest)) if newest else [],
                "GalleryReachable": reaches(self._world, self._name, GALLERY),
            }
        )

    def _endpoints(self, parameters: Parameters) -> Steps:
        bound = BoundParameters(parameters, ("Endpoint", "TimeoutSeconds"), ("Endpoint",))
        bound.number("TimeoutSeconds", 15, least=1, most=300)
        for endpoint in bound.texts("Endpoint"):
            host = endpoint.rpartition("://")[2].partition("/")[0].partition(":")[0]
            reached = reaches(self._world, self._name, host)
            error = None if reached else f"{host} did not answer in time."
            yield out({"Endpoint": endpoint, "Reachable": reached, "Proxy": None, "Error": error})

    def _disconnect(self, parameters: Parameters) -> Steps:
        BoundParameters(parameters, ())
        cluster = self._world.cluster
        with cluster.locked():
            agent = cluster.node(self._name).agent
            if agent is not None:
                agent.connected, agent.home, agent.machine_id = False, None, ""
        words = "No connected machine agent is installed on this node."
        if agent is not None:
            words = "Disconnect the machine from Azure: only on this node; its resource in Azure stays"
        yield out({"Disconnected": True, "ExitCode": None if agent is None else 0, "Output": words})
