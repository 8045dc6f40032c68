"""The runner of a run: a thread that stands for the process of its scheduled task."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

from tui.lab.runs.journal import Journal
from tui.lab.runs.world import RunWorld

SYSTEM = "NT AUTHORITY\\SYSTEM"
"""Identity of a task that is nobody's."""
_GLANCE_SECONDS = 0.005
_log = logging.getLogger(__name__)


class RunnerKilledError(Exception):
    """The runner is gone in the middle; nothing more is written."""


class JobStoppedError(Exception):
    """A job ended itself: `refused` or `failed`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class _DiskFullError(Exception):
    """Nothing more can be written on the node."""


class JobRun:
    """What a job may do: what the runner of a real node gives to job scripts, and the lab's own stages."""

    def __init__(self, runner: "Runner") -> None:
        self._runner = runner
        self._journal = runner.journal
        self.world = runner.world
        """Everything around it."""
        self.id = runner.journal.request.id
        """Id of the run."""
        self.node = runner.node
        """Name of the node it runs on."""
        self.identity = runner.journal.request.identity
        """Identity it runs as."""
        self.parameters = runner.journal.request.parameters
        """Parameters of the job."""
        self.secrets = runner.secrets
        """Secrets of the job, by name."""
        self._last_progress: tuple[Any, ...] = ()

    @property
    def as_system(self) -> bool:
        """Whether its task is nobody's: to peers it is then this computer and no administrator."""
        return self.identity == SYSTEM

    def stage(self, name: str) -> None:
        """Spend the time of one stage; the faults of the node that name the stage strike here."""
        self._runner.stage(name)

    def stages(self, name: str, count: int) -> None:
        """Spend the time of several stages of the same name."""
        for _ in range(count):
            self.stage(name)

    def glance(self, name: str) -> None:
        """Spend the time between two looks at something that goes on by itself: a stage, and never none at all."""
        self.stage(name)
        self._runner.rest(_GLANCE_SECONDS)

    def step(self, step: str, status: str, text: str | None = None) -> None:
        """Tell how a step of the plan stands: started, done, failed, skipped. One that starts is a stage too."""
        if status == "started":
            self._journal.change(Step=text or step)
        self._journal.append("step", step=step, status=status, text=text)
        if status == "started":
            self.stage(step)

    def progress(self, bar: int, activity: str, status: str, percent: int | None, parent: int | None = None) -> None:
        """Write a progress record, unless it says what the last one said; `parent` is the bar that it belongs to."""
        record = (bar, activity, status, percent, parent)
        if record == self._last_progress:
            return
        self._last_progress = record
        self._journal.append("progress", id=bar, activity=activity, status=status, percent=percent, parent=parent)

    def output(self, text: str, stream: str = "output") -> None:
        """Write output, a line each."""
        for line in text.splitlines() or [""]:
            self._journal.append("output", stream=stream, text=line)

    def warning(self, text: str) -> None:
        """Write a warning."""
        self._journal.append("warning", text=text)

    def error(self, text: str, *, category: str | None = None, fqid: str | None = None) -> None:
        """Write an error record, or without category an error that went to the host alone."""
        self._journal.append("error", text=text, category=category, fqid=fqid)

    def result(self, data: Mapping[str, Any]) -> None:
        """Say what the job claims to have come to."""
        self._journal.change(Result=dict(data))
        self._journal.append("result", data=dict(data))

    def completed(self, bar: int, activity: str) -> None:
        """Write that a bar is done, as `Write-Progress -Completed`."""
        self.progress(bar, activity, "", 100)

    def over(self) -> bool:
        """Whether the run has ended; for whoever acts when it has."""
        return self._journal.phase == "ended"

    def stop(self, reason: str, message: str) -> NoReturn:
        """End the job as refused or failed."""
        raise JobStoppedError(reason, message)

    def fail(self, step: str, message: str, reason: str = "failed") -> NoReturn:
        """End a step as failed, and the job with it."""
        self.step(step, "failed", message)
        self.stop(reason, message)


Job: TypeAlias = Callable[[JobRun], None]
"""What a run does; it raises what ends it early."""


class Runner:
    """One running run."""

    def __init__(
        self,
        journal: Journal,
        job: Job,
        world: RunWorld,
        node: str,
        secrets: Mapping[str, str],
        *,
        ended: Callable[[str], object],
    ) -> None:
        """Call `ended` with the run's id when the job is over; a runner that is killed cleans nothing up."""
        self.journal = journal
        """Its run's folder."""
        self.world = world
        """Everything around it."""
        self.node = node
        """Name of its node."""
        self.secrets = dict(secrets)
        """Secrets of the job; they are gone with it."""
        self._job = job
        self._ended = ended
        self._killed = threading.Event()
        self._thread = threading.Thread(target=self._main, name=f"run {journal.request.id} on {node}", daemon=True)

    def start(self) -> None:
        """Start the task."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self._thread.is_alive() and not self._killed.is_set()

    def kill(self) -> None:
        """End it now, without a word."""
        self._killed.set()

    def join(self, timeout: float) -> bool:
        """Wait for its end; return whether it is gone."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def stage(self, name: str) -> None:
        """Spend the time of one stage, unless a fault strikes at it."""
        faults = self.world.faults(self.node)
        if faults.get("runner-dies-at") == name:
            self.kill()
        if faults.get("disk-full") == name:
            raise _DiskFullError
        self.world.pace.wait(self._killed, lambda: self.world.faults(self.node).get("hold-at") == name)
        self._check()

    def rest(self, seconds: float) -> None:
        """Wait a moment; a runner that is killed meanwhile goes no further."""
        self._killed.wait(seconds)
        self._check()

    def _check(self) -> None:
        if self._killed.is_set():
            raise RunnerKilledError

    def _main(self) -> None:
        try:
            self._run()
        except RunnerKilledError:
            return
        finally:
            self.secrets.clear()

    def _run(self) -> None:
        journal = self.journal
        journal.change(Phase="waiting-for-secrets")
        journal.hide(self.secrets.values())
        journal.change(Phase="running")
        process = journal.state(alive=True)["ProcessId"]
        journal.append("started", identity=journal.request.identity, pid=process)
        exit_code, reason = self._do()
        self._check()
        # The lock is free before anybody can see that the run is over.
        self._ended(journal.request.id)
        journal.end(exit_code, reason)

    def _do(self) -> tuple[int, str]:
        """Do the job; return its exit code and why it ended."""
        try:
            self._job(JobRun(self))
        except JobStoppedError as stopped:
            self.journal.append("error", text=str(stopped), category="OperationStopped", fqid="AzsconfigJobStopped")
            return 1, stopped.reason
        except _DiskFullError:
            return 1, "disk-full"
        except RunnerKilledError:
            raise
        except Exception:  # the lab's own mistake ends this run, is told and logged
            _log.exception("the job of %s failed", self.journal.request.id)
            self.journal.append("error", text="the lab failed; see its log", fqid="AzsconfigLabFailed")
            return 1, "failed"
        return 0, "completed"
