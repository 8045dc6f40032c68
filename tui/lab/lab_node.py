"""One running node of the lab: its WinRM service, its programs, and what goes wrong with them."""

import itertools
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tui.lab.certificates import IssuedCertificate
from tui.lab.cluster_state import ClusterState
from tui.lab.failover.power import SERVICES_STAGES, NodePower
from tui.lab.node_faults import NodeFaults
from tui.lab.powershell_start import encoded_script, is_bootstrap
from tui.lab.real_powershell import RealPowerShell
from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.scripts import RunScripts
from tui.lab.runs.world import RunWorld
from tui.lab.simulated_powershell import PowerShellHost, SimulatedPowerShell
from tui.lab.simulated_scripts import Parameters, Steps, run_script
from tui.lab.updates.search import offered
from tui.lab.updates.service import SUCCESS
from tui.lab.winrm.accounts import AccountStore
from tui.lab.winrm.command_prompt import CommandPrompt
from tui.lab.winrm.program import OutputSink, ProgramNotFoundError, ProgramStart, ShellProgram
from tui.lab.winrm.server import WinrmServer

_JOIN_SECONDS = 5.0
_log = logging.getLogger(__name__)


class _TrackedSink:
    """Passes a program's output on and notes its end."""

    def __init__(self, sink: OutputSink) -> None:
        self._sink = sink
        self._over = threading.Event()
        self.stdout = sink.stdout
        self.stderr = sink.stderr

    def exited(self, exit_code: int) -> None:
        self._over.set()
        self._sink.exited(exit_code)

    @property
    def over(self) -> bool:
        return self._over.is_set()


class LabNode:
    """A node that programs can be started on, over WinRM or through the relay of the local node."""

    def __init__(
        self,
        cluster: ClusterState,
        name: str,
        *,
        accounts: AccountStore,
        certificate: IssuedCertificate,
        client_ca: Path,
        delay: float = 0.0,
        powershell: Path | None = None,
        folder: Path,
        world: RunWorld,
    ) -> None:
        """`delay` is what each script takes in seconds; `powershell` a real one to run instead of the simulated.

        `world` is what the runs of all nodes share.
        """
        self.name = name
        self._cluster = cluster
        self._delay = delay
        self._script_delays: dict[str, float] = {}
        self._pids = itertools.count(4312, 4)
        self._lock = threading.Lock()
        self._programs: list[tuple[ShellProgram, _TrackedSink]] = []
        self._runs: Counter[str] = Counter()
        self._real = RealPowerShell(cluster, name, powershell, folder) if powershell else None
        self.winrm = WinrmServer(
            name,
            programs=CommandPrompt(name, [self._start_agent]),
            accounts=accounts,
            certificate=certificate,
            client_ca=client_ca,
        )
        self.faults = NodeFaults(self.winrm.faults)
        self.runs = NodeRuns(world, name, self._pids)
        """Its detached runs."""
        world.node_faults[name] = self.faults.current
        self._power = NodePower(name, cluster.pace, self.faults.current, go_down=self._go_down, come_up=self._come_up)
        world.power[name] = self._power
        self._run_scripts = {local: RunScripts(self.runs, local=local) for local in (False, True)}

    def open(self) -> None:
        """Open its ports; those of a node that is down are known and refuse connections."""
        self.winrm.start()
        if not self._cluster.node(self.name).up:
            self.winrm.stop()

    def stop(self) -> None:
        """Turn it off: the cluster sees it as down, its ports refuse connections, its programs are gone."""
        self._power.cancel()
        self._go_down()

    def start(self) -> None:
        """Turn it on again, with a new boot time."""
        self._power.cancel()
        self._cluster.start(self.name)
        self.winrm.start()

    def close(self) -> None:
        """Close its ports and end its programs and runners; nothing of them is left but the folders of runs."""
        self._power.cancel()
        self._end()

    def _go_down(self) -> None:
        self._cluster.stop(self.name)
        self._end()

    def _come_up(self) -> None:
        """Start again by itself: its services run a moment later."""
        self._cluster.start(self.name, services_after=SERVICES_STAGES)
        self.winrm.start()

    def _end(self) -> None:
        self.winrm.stop()
        self.runs.kill()
        with self._lock:
            programs = [program for program, _ in self._programs]
        for program in programs:
            program.kill()
        for program in programs:
            if isinstance(program, SimulatedPowerShell) and not program.join(_JOIN_SECONDS):
                _log.warning("a program on %s does not end", self.name)

    def set_delay(self, seconds: float, script: str | None = None) -> None:
        """Let every script, or one of them, take so long before its first output."""
        with self._lock:
            if script is None:
                self._delay = seconds
                self._script_delays.clear()
            else:
                self._script_delays[script] = seconds
        self.refresh()

    def refresh(self) -> None:
        """Bring what a real PowerShell reads up to date; nothing to do for a simulated one."""
        if self._real is not None:
            self._real.refresh(self._delays())

    def start_local(self, start: ProgramStart, sink: OutputSink) -> ShellProgram | None:
        """Start a PowerShell as a program of this node itself; None while the node is down."""
        return self._start(start, sink, local=True) if self._cluster.node(self.name).up else None

    def report(self) -> Mapping[str, Any]:
        """Return what it is doing, for the control port."""
        with self._lock:
            programs = sum(not sink.over for _, sink in self._programs)
            runs = dict(self._runs)
        return {
            "name": self.name,
            "up": self._cluster.node(self.name).up,
            "member": str(self._cluster.failover.state(self.name)),
            "roles": list(self._cluster.failover.groups.roles_on(self.name)),
            "updates": self._updates(),
            "shells": self.winrm.open_shells,
            "programs": programs,
            "runs": runs,
            "replies_lost": self.winrm.faults.replies_lost,
            "connections_cut": self.winrm.faults.connections_cut,
            "faults": dict(self.faults.current()),
        }

    def _updates(self) -> Mapping[str, Any]:
        with self._cluster.locked():
            node = self._cluster.node(self.name)
            return {
                "offered": [offer.key for offer in offered(node) if offer.id not in node.updates.staged],
                "restart_pending": bool(node.updates.staged),
                "installed": [past.title for past in node.updates.history if past.code == SUCCESS],
                "agent": node.agent.version if node.agent else None,
            }

    def _start_agent(self, start: ProgramStart, sink: OutputSink, /) -> ShellProgram:
        """Take the PowerShells that are meant for us; the imitation of `powershell.exe` gets the others."""
        script = encoded_script(start)
        if self._real is None and (script is None or not is_bootstrap(script)):
            raise ProgramNotFoundError(start.command)
        return self._start(start, sink, local=False)

    def _start(self, start: ProgramStart, sink: OutputSink, *, local: bool) -> ShellProgram:
        tracked = _TrackedSink(sink)
        program: ShellProgram
        if self._real is not None:
            program = self._real.start(start, tracked, self._delays())
        else:
            run = partial(self._run, local)
            host = PowerShellHost(self.name, next(self._pids), run, self.faults.current)
            program = SimulatedPowerShell(host, start, tracked)
        with self._lock:
            self._programs = [(other, sink) for other, sink in self._programs if not sink.over]
            self._programs.append((program, tracked))
        return program

    def _run(self, local: bool, script: str, parameters: Parameters) -> Steps:
        with self._lock:
            self._runs[script] += 1
        scripts = self._run_scripts[local]
        if scripts.knows(script):
            return scripts.steps(script, parameters, delay=lambda: self._delay_of(script))
        return run_script(self._cluster, self.name, script, parameters, delay=lambda: self._delay_of(script))

    def _delay_of(self, script: str) -> float:
        extra = float(self.faults.current().get("slow-scripts", 0))
        with self._lock:
            return self._script_delays.get(script, self._delay) + extra

    def _delays(self) -> dict[str, float]:
        return {script: self._delay_of(script) for script in FACT_SCRIPTS}


FACT_SCRIPTS = (
    "get-registration",
    "get-arc-integration",
    "get-connected-machine-agent",
    "get-system",
    "get-cluster",
    "get-firmware",
    "get-modules",
    "get-services",
    "get-events",
)
"""Scripts whose time a node's document names."""
