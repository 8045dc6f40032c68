"""The scripts of runs on a simulated node: same parameters, same answers, same error ids as the real ones."""

from collections.abc import Callable, Mapping

from tui.lab.runs.checks import CheckScripts
from tui.lab.runs.coordinated import valid_coordinator
from tui.lab.runs.journal import RunRequest
from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.parameters import BoundParameters
from tui.lab.runs.start import start_run
from tui.lab.simulated_scripts import Parameters, ScriptStopped, Steps, Wait, out
from tui.lab.sync_script import sync_cluster
from tui.lab.updates.files import FileScripts
from tui.lab.updates.scripts import UpdateScripts


class RunScripts:
    """Answers the scripts of runs on one node."""

    def __init__(self, runs: NodeRuns, *, local: bool = False) -> None:
        """`local` says whether they run on the node itself: over WinRM they run in a network logon."""
        self._runs = runs
        self._scripts: Mapping[str, Callable[[Parameters], Steps]] = {
            "start-run": lambda parameters: start_run(runs, parameters),
            "read-run": self._read,
            "get-runs": self._list,
            "complete-run": self._complete,
            "write-run": self._write,
            "enter-lock": self._enter,
            "exit-lock": self._leave,
            "sync-cluster": lambda parameters: sync_cluster(runs.world.cluster, runs.node, parameters),
            **CheckScripts(runs).scripts,
            **UpdateScripts(runs, local=local).scripts,
            **FileScripts(runs).scripts,
        }

    def knows(self, script: str) -> bool:
        """Whether it is a script of runs."""
        return script in self._scripts

    def steps(self, script: str, parameters: Parameters, *, delay: Callable[[], float]) -> Steps:
        """Return the steps of a script; each takes `delay` seconds before its first output."""
        yield Wait(delay())
        yield from self._scripts[script](parameters)

    def _read(self, parameters: Parameters) -> Steps:
        bound = BoundParameters(parameters, ("Id", "Offset", "MaxBytes"), ("Id",))
        run_id = bound.run_id()
        offset = bound.number("Offset", 0, least=0, most=2**63 - 1)
        most = bound.number("MaxBytes", 65536, least=1, most=2**31 - 1)
        # The state first: whoever reads that the run has ended may rely on having all of its events by this offset.
        journal = self._runs.journal(run_id)
        state = self._runs.state(run_id)
        after, lines = journal.read(offset, most)
        yield out({"State": state, "Offset": after, "Lines": lines})

    def _list(self, parameters: Parameters) -> Steps:
        bound = BoundParameters(parameters, ("Last",))
        count = bound.number("Last", 20, least=1, most=1000)
        yield out({"Runs": self._runs.newest(count), "Lock": self._runs.lock.owner()})

    def _complete(self, parameters: Parameters) -> Steps:
        bound = BoundParameters(parameters, ("Id", "Outcome"), ("Id", "Outcome"))
        run_id, outcome = bound.run_id(), bound.table("Outcome")
        self._runs.journal(run_id).complete(outcome)
        yield out(self._runs.state(run_id))

    def _write(self, parameters: Parameters) -> Steps:
        names = ("Id", "Kind", "Title", "Operation", "Cluster", "StartedBy", "Parameters")
        told = ("Coordinator", "First", "Events", "Phase", "Step", "Reason", "Exit", "Take", "Previous")
        bound = BoundParameters(parameters, (*names, *told), ("Id", "Kind", "Title", "Coordinator", "First", "Phase"))
        coordinator = bound.text("Coordinator")
        if not valid_coordinator(coordinator):
            raise ScriptStopped(
                f"Cannot validate argument on parameter 'Coordinator'. {coordinator!r} names nobody.",
                category="InvalidData",
                fqid="ParameterArgumentValidationError",
            )
        request = RunRequest(
            bound.run_id(),
            kind=bound.text("Kind"),
            title=bound.text("Title"),
            operation=bound.text("Operation"),
            cluster=bound.text("Cluster"),
            started_by=bound.text("StartedBy"),
            identity="",
            parameters=bound.table("Parameters"),
        )
        run = self._runs.coordinated(request, coordinator)
        code = bound.text("Exit")
        given = {
            "Coordinator": coordinator,
            "First": bound.number("First", 1, least=1, most=2**31 - 1),
            "Events": bound.texts("Events"),
            "Phase": bound.text("Phase"),
            "Step": bound.text("Step"),
            "Reason": bound.text("Reason"),
            "Previous": bound.text("Previous"),
            "Exit": int(code) if code else None,
        }
        count = run.write(given, take=bound.switch("Take", default=False))
        yield out({"State": run.state(), "Count": count, "Mine": True})

    def _enter(self, parameters: Parameters) -> Steps:
        names = ("RunId", "Kind", "Title", "Owner", "Holder")
        bound = BoundParameters(parameters, names, names)
        taken, lock = self._runs.lock.enter(
            bound.run_id("RunId"),
            kind=bound.text("Kind"),
            title=bound.text("Title"),
            owner=bound.text("Owner"),
            holder=bound.text("Holder"),
        )
        yield out({"Taken": taken, "Lock": lock})

    def _leave(self, parameters: Parameters) -> Steps:
        bound = BoundParameters(parameters, ("RunId",), ("RunId",))
        removed = self._runs.lock.leave(bound.run_id("RunId"))
        yield out({"Removed": removed, "Lock": self._runs.lock.owner()})
