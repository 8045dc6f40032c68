"""The job of installing updates, as `job-install-updates` does it with the Windows Update Agent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from tui.cluster.installation import NOT_OFFERED
from tui.cluster.update_results import OperationResult
from tui.lab.runs.runner import JobRun
from tui.lab.updates.install import Told, UpdateAgent
from tui.lab.updates.offers import Offer
from tui.lab.updates.search import Found, UpdateFaultError, search
from tui.lab.updates.service import SUCCESS

STOPPING_CODES = frozenset({"0x80240016", "0x8024001E"})
"""Codes after which nothing more is tried: another installation or a restart has to come first; the service stops."""
RESTART_REQUIRED = "0x00240005"
"""The code of what is installed and waits for a restart."""
_DOWNLOAD, _INSTALL = "Downloading updates", "Installing updates"


@dataclass(slots=True)
class _Item:
    """One wanted update: what is offered for it, and what it came to so far."""

    id: str
    title: str
    offer: Offer | None = None
    result: dict[str, Any] | None = None

    def end(self, code: str, phase: str, h_result: str = SUCCESS, *, restart: bool = False) -> None:
        """Say what it came to."""
        self.result = {
            "Id": self.id,
            "Title": self.title,
            "KBs": list(self.offer.kbs) if self.offer else [],
            "ResultCode": code,
            "HResult": h_result,
            "RestartNeeded": restart or h_result == RESTART_REQUIRED,
            "Phase": phase,
        }


def install_updates(run: JobRun) -> None:
    """Do the steps `search`, `download` and `install`."""
    wanted = [item for item in cast("Sequence[Mapping[str, Any] | None]", run.parameters.get("Updates") or ()) if item]
    if not wanted:
        run.stop("refused", "No update was named.")
    todo = _search(run, wanted)
    agent = UpdateAgent(run.world, run.node, run.stages, allowed=run.as_system)
    if _phase(run, "download", _DOWNLOAD, todo, agent.download):
        _phase(run, "install", _INSTALL, todo, agent.install)
    else:
        for item in _open(todo):
            item.end(str(OperationResult.NOT_STARTED), "install")
        run.step("install", "skipped", "The agent can install nothing now")
    results = [item.result for item in todo if item.result is not None]
    succeeded = {str(OperationResult.SUCCEEDED), str(OperationResult.SUCCEEDED_WITH_ERRORS)}
    neither = {*succeeded, NOT_OFFERED, str(OperationResult.NOT_STARTED)}
    run.result(
        {
            "Updates": results,
            "RestartNeeded": any(result["RestartNeeded"] for result in results),
            "Installed": sum(result["ResultCode"] in succeeded and result["Phase"] == "install" for result in results),
            "Failed": sum(result["ResultCode"] not in neither for result in results),
        }
    )


def _search(run: JobRun, wanted: Sequence[Mapping[str, Any]]) -> list[_Item]:
    run.step("search", "started", "Search for the updates again")
    try:
        found = search(run.world, run.node)
    except UpdateFaultError as error:
        run.fail("search", error.words("The search for updates"))
    for warning in found.warnings:
        run.warning(warning)
    todo = _todo(run, wanted, found)
    run.step("search", "done", f"{len(_open(todo))} of {len(wanted)} are offered")
    return todo


def _todo(run: JobRun, wanted: Sequence[Mapping[str, Any]], found: Found) -> list[_Item]:
    """Return what is to be done in the order of the agent, then what has its result already."""
    staged = run.world.cluster.node(run.node).updates.staged
    chosen: dict[str, _Item] = {}
    rest: list[_Item] = []
    for one in wanted:
        item = _Item(str(one.get("Id") or ""), str(one.get("Title") or ""))
        item.offer = next((offer for offer in found.offers if offer.id == item.id), None)
        if item.offer is None:
            item.end(NOT_OFFERED, "install")
            rest.append(item)
            continue
        item.title = item.offer.title
        revision = one.get("Revision")
        if revision is not None and int(revision) != item.offer.revision:
            run.warning(f"{item.title}: revision {revision} is not offered; revision {item.offer.revision} is taken.")
        if item.id in staged:
            item.end(NOT_OFFERED, "install", RESTART_REQUIRED)
            rest.append(item)
        else:
            chosen.setdefault(item.id, item)
    return [*(chosen[offer.id] for offer in found.offers if offer.id in chosen), *rest]


def _phase(run: JobRun, phase: str, activity: str, todo: Sequence[_Item], action: Callable[[Offer], Told]) -> bool:
    """Do the same with every update that has no result yet; return whether anything can be installed after it."""
    run.step(phase, "started", activity)
    mine = _open(todo)
    failed: list[str] = []
    goes_on = True
    for number, item in enumerate(mine):
        if item.offer is None or not goes_on:
            item.end(str(OperationResult.NOT_STARTED), phase)
            continue
        run.progress(1, activity, item.title, 100 * number // len(mine))
        told = _tried(run, phase, item.offer, action)
        if not told.succeeded:
            failed.append(f"{item.title} ({told.code})")
        elif phase == "download":
            continue
        item.end(str(told.result), phase, told.code, restart=told.restart_needed)
        goes_on = told.succeeded or told.code not in STOPPING_CODES
    run.completed(1, activity)
    if failed:
        run.step(phase, "failed", f"{len(failed)} of {len(mine)} failed: {'; '.join(failed)}")
    elif mine:
        run.step(phase, "done", f"{len(mine)} of {len(mine)}")
    else:
        run.step(phase, "skipped", "There is nothing to do")
    return goes_on


def _tried(run: JobRun, phase: str, offer: Offer, action: Callable[[Offer], Told]) -> Told:
    try:
        return action(offer)
    except UpdateFaultError as error:
        run.warning(error.words(f"{offer.title}: the {phase}"))
        return Told(OperationResult.FAILED, error.code)


def _open(todo: Sequence[_Item]) -> list[_Item]:
    return [item for item in todo if item.result is None]
