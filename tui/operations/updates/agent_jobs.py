"""Upgrading the agent of one node: by Microsoft Update, by the agent itself, or with an MSI file."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cluster.decode import DecodeError, decode
from tui.cluster.rolling_journal import Step
from tui.cluster.updates import AvailableUpdate, UpdateSearch
from tui.nodes.errors import Unreadable
from tui.operations.updates.asking import SEARCH_PATIENCE, asked
from tui.operations.updates.coordinating import Coordinating
from tui.operations.updates.each_node import Job
from tui.operations.updates.installer_files import BadInstallerError, LocalInstaller, local_installer, place, remove
from tui.operations.updates.opting_in import OPT_IN_KIND, opt_in_end
from tui.operations.updates.steps_on_nodes import run_to_the_end
from tui.operations.updates.works import KINDS, install_work, step_end
from tui.runs.asking import items
from tui.runs.plan import NodeWork
from tui.runs.rolling_loop import StepEnd
from tui.runs.run_state import RunState, new_run_id

if TYPE_CHECKING:
    from tui.session import Session

UPDATE, AZCMAGENT, MSI = "update", "azcmagent", "msi"
WAY, FILE, OPT_IN = "Way", "File", "OptIn"
"""Parameters of the run: the way, the file on the machine it was started on, and the nodes that are opted in first."""
KIND = "upgrade-agent"
ANSWER_PATIENCE = timedelta(minutes=15)
TITLE = "Upgrade the Arc agent of {node}"
FIRST_WITH_UPGRADE = "1.62"
"""Version from which on an agent can upgrade itself (Microsoft, azcmagent upgrade)."""


@dataclass(frozen=True, slots=True)
class AgentService:
    """One service of the agent after an upgrade."""

    name: str
    """Its name."""
    status: str | None = None
    """How it stands."""


@dataclass(frozen=True, slots=True)
class AgentUpgrade:
    """What an upgrade on one node came to, as its job tells it."""

    before: str | None = None
    """Version before."""
    after: str | None = None
    """Version afterwards."""
    exit_code: int | None = None
    """What the program that upgraded it ended with."""
    restart_needed: bool = False
    """Whether the node has to restart to finish it."""
    services: tuple[AgentService, ...] = field(default=())
    """The agent's services."""
    log: str | None = None
    """File on the node that the installation wrote."""


@contextmanager
def agent_job(work: Coordinating) -> Generator[Job]:
    """Give what is run on each node; files that were copied for it are removed in the end."""
    parameters = work.head.parameters
    way = str(parameters.get(WAY) or UPDATE)
    if way == UPDATE:
        yield Job(
            work=lambda node: _update_work(work, node),
            judge=_update_judge,
            title=TITLE,
            kind=KINDS[Step.INSTALL],
            side_by_side=False,
        )
        return
    copies = _Copies(work, parameters)
    try:
        yield Job(
            work=lambda node: copies.work(node) if way == MSI else _work(node, way),
            judge=_judge,
            title=TITLE,
            kind=KIND,
            side_by_side=False,
        )
    finally:
        copies.remove()


class _Copies:
    """The MSI file on the nodes."""

    def __init__(self, work: Coordinating, parameters: Mapping[str, Any]) -> None:
        self._work = work
        self._path = Path(str(parameters.get(FILE) or ""))
        self._file: LocalInstaller | None = None
        self._nodes: list[str] = []

    def work(self, node: str) -> NodeWork:
        """Copy the file to a node, look at it there, and return the run that installs it. Raises NodeError."""
        try:
            file = self._file = self._file or local_installer(self._path)
            self._nodes.append(node)
            placed = place(self._work.session, node, file, self._work.sink)
        except BadInstallerError as error:
            raise Unreadable(node, error.message, remedy=error.remedy) from error
        except OSError as error:
            message = f"{self._path} cannot be read here: {error.strerror or error}."
            raise Unreadable(node, message, remedy="Start it anew with --msi, where that file is.") from error
        return _work(node, MSI, File=placed.path, Sha256=file.sha256)

    def remove(self) -> None:
        """Remove it from the nodes it was copied to."""
        for node in self._nodes if self._file is not None else ():
            if self._file is not None:
                remove(self._work.session, node, self._file)


def _work(node: str, way: str, **more: str) -> NodeWork:
    return NodeWork(node, KIND, f"job-{KIND}", {"Way": way, **more})


def _update_work(work: Coordinating, node: str) -> NodeWork | None:
    """Return the installation of the agent that a node is offered, opted in first where that is part of the plan."""
    found = _agents(work.session, node)
    if not found and node in items(work.head.parameters.get(OPT_IN)):
        _opt_in(work, node)
        found = _agents(work.session, node)
    return install_work(node, found) if found else None


def _agents(session: "Session", node: str) -> list[AvailableUpdate]:
    found = asked(session, node, "search-updates", UpdateSearch, deadline=SEARCH_PATIENCE)
    return [update for update in found.updates if update.arc_agent and not update.restart_pending]


def _opt_in(work: Coordinating, node: str) -> None:
    """Opt a node in; doing it twice is the same as once. Raises NodeError where it did not succeed."""
    end = run_to_the_end(
        work.session,
        work.head,
        NodeWork(node, OPT_IN_KIND, f"job-{OPT_IN_KIND}"),
        run_id=new_run_id(OPT_IN_KIND, datetime.now(UTC)),
        title=f"Opt in {node} to Microsoft Update",
        judge=opt_in_end,
        sink=work.sink,
        stop=work.stop,
        patience=ANSWER_PATIENCE,
    )
    if end is None:
        raise Unreadable(node, "Whether it is opted in to Microsoft Update is not known.", remedy="Try again.")
    if not end.succeeded:
        raise Unreadable(node, f"It could not be opted in to Microsoft Update: {end.text}.", remedy=end.remedy)


def _update_judge(state: RunState, last_error: str) -> StepEnd:
    return step_end(Step.INSTALL, state, last_error)


def _judge(state: RunState, last_error: str) -> StepEnd:
    told = _upgrade(state)
    log = f" Its log on the node: {told.log}." if told is not None and told.log else ""
    look = f"See what it says: azsconfig runs show {state.id}.{log}"
    if state.reason != "completed":
        return StepEnd(succeeded=False, text=last_error.rstrip(".") or f"it ended as {state.reason}", remedy=look)
    if told is None:
        return StepEnd(succeeded=False, text="it does not say what it came to", remedy=look)
    words = f"{told.before or 'not known'} before, {told.after or 'not known'} now"
    return StepEnd(succeeded=True, text=words, restart_needed=told.restart_needed)


def _upgrade(state: RunState) -> AgentUpgrade | None:
    try:
        return decode(AgentUpgrade, state.result) if state.result is not None else None
    except DecodeError:
        return None
