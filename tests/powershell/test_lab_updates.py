"""The lab's simulated scripts and jobs about updates say word for word what the real ones say about the same node."""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lab.runs_lab import RunsLab
from tests.powershell.job_engine import JobRun
from tests.powershell.update_cases import UpdateNode
from tui.cluster.updates import RestartBehavior
from tui.lab.updates.arrange import STORE_DAMAGED
from tui.lab.updates.offers import DOTNET_KB, ROLLUP_KB, Offer

BEHAVIORS = [RestartBehavior.NEVER, RestartBehavior.ALWAYS, RestartBehavior.MAYBE]
UPGRADES = "3689bdc8-b205-4af4-8d4a-a63924c5e9d5"
BUSY = "0x80240016"


@pytest.fixture
def lab(tmp_path: Path) -> Generator[RunsLab]:
    folder = tmp_path / "lab"
    folder.mkdir()
    made = RunsLab(folder, "updates", 3)
    yield made
    made.close()


def planned(offer: Offer, **more: Any) -> dict[str, Any]:
    """Return an update as the stubs of the Windows Update Agent take it."""
    classification = UPGRADES if offer.feature else "classification"
    names = zip(offer.categories, ("product", classification), ("Product", "UpdateClassification"), strict=True)
    return {
        "id": offer.id,
        "revision": offer.revision,
        "title": offer.title,
        "kbs": [kb.removeprefix("KB") for kb in offer.kbs],
        "size": offer.size,
        "severity": str(offer.severity or ""),
        "categories": [{"name": name, "id": key, "type": kind} for name, key, kind in names],
        "behavior": BEHAVIORS.index(offer.behavior),
        "auto": offer.recommended,
        "browse": offer.optional,
        "action": "OptionalInstallation" if offer.optional else "Installation",
        "install": {"restart": offer.needs_restart},
        **more,
    }


def offers(lab: RunsLab, node: str = "HCI-N1") -> list[Offer]:
    return lab.cluster.node(node).updates.offers


def told_there(run: JobRun) -> list[Mapping[str, Any]]:
    """Return what a real job told, in the words of a journal."""
    told: list[Mapping[str, Any]] = []
    for item in run.told:
        if "activity" in item:
            percent = item["percent"] if item["text"] else 100
            told.append({"activity": item["activity"], "text": item["text"], "percent": max(percent, -1)})
        else:
            told.append({**item, "text": item.get("text") or None} if "step" in item else item)
    return told


def told_here(lab: RunsLab, run_id: str, node: str = "HCI-N1") -> list[Mapping[str, Any]]:
    """Return what a job of the lab told, in the same words."""
    told: list[Mapping[str, Any]] = []
    for event in lab.events(run_id, node):
        if event["type"] == "progress":
            told.append({"activity": event["activity"], "text": event["status"], "percent": event.get("percent", -1)})
        elif event["type"] == "step":
            told.append({"step": event["step"], "status": event["status"], "text": event.get("text")})
        elif event["type"] == "result":
            told.append({"result": event["data"]})
    return told


def message_here(lab: RunsLab, run_id: str, node: str = "HCI-N1") -> str:
    return "".join(event["text"] for event in lab.events(run_id, node) if event["type"] == "error")


def compare(lab: RunsLab, real: JobRun, kind: str, **parameters: Any) -> None:
    """Run a job in the lab and compare everything with what the real one told."""
    run = lab.start_job(kind, **parameters)
    state = lab.follow(run["Id"])[0]
    assert told_here(lab, run["Id"]) == told_there(real)
    assert state["Reason"] == (real.stop or "completed")
    assert message_here(lab, run["Id"]) == real.message


@pytest.mark.parametrize("optional", [True, False])
def test_a_search(lab: RunsLab, update_node: UpdateNode, optional: bool) -> None:
    updates = [planned(offer) for offer in offers(lab, "HCI-N3")]
    there = update_node.ask("search-updates", {"updates": updates}, IncludeOptional=optional).one
    here = lab.call("search-updates", {"IncludeOptional": optional}, "HCI-N3")
    assert {**here, "SearchedAt": None} == {**there, "SearchedAt": None}
    assert list(here) == list(there)


@pytest.mark.parametrize("code", ["0x80240438", "0x80070005"])
def test_a_search_that_fails(lab: RunsLab, update_node: UpdateNode, code: str) -> None:
    (there,) = update_node.ask("search-updates", {"search": {"throws": code}}).errors
    lab.faults["HCI-N1"]["search-fails"] = code
    run = lab.start_job("install-updates", Updates=[{"Id": "x"}])
    assert message_here(lab, run["Id"]) == there.message


def wanted(lab: RunsLab, *keys: str) -> list[dict[str, Any]]:
    return [
        {"Id": offer.id, "Revision": offer.revision, "Title": offer.title}
        for offer in offers(lab)
        if not keys or offer.key in keys
    ]


def test_installing(lab: RunsLab, update_node: UpdateNode) -> None:
    updates = list(reversed(wanted(lab)))
    plans = [planned(offer) for offer in offers(lab)]
    compare(
        lab,
        update_node.job("job-install-updates", {"updates": plans}, Updates=updates),
        "install-updates",
        Updates=updates,
    )


@pytest.mark.parametrize("phase", ["download", "install"])
@pytest.mark.parametrize("code", [STORE_DAMAGED, BUSY])
def test_installing_what_fails(lab: RunsLab, update_node: UpdateNode, phase: str, code: str) -> None:
    updates = wanted(lab, ROLLUP_KB, DOTNET_KB)
    failed = {phase: {"code": 4, "hresult": code}}
    plans = [planned(offer, **(failed if offer.key == ROLLUP_KB else {})) for offer in offers(lab)]
    real = update_node.job("job-install-updates", {"updates": plans}, Updates=updates)
    lab.faults["HCI-N1"]["download-fails" if phase == "download" else "update-fails"] = {ROLLUP_KB: code}
    compare(lab, real, "install-updates", Updates=updates)


def test_installing_what_waits_for_a_restart_or_is_not_offered(lab: RunsLab, update_node: UpdateNode) -> None:
    updates = [*wanted(lab, ROLLUP_KB), {"Id": "gone", "Revision": 1, "Title": "Gone"}]
    lab.job("install-updates", Updates=wanted(lab, ROLLUP_KB))
    plans = [
        planned(offer, **({"installed": True, "restart": True} if offer.key == ROLLUP_KB else {}))
        for offer in offers(lab)
    ]
    real = update_node.job("job-install-updates", {"updates": plans}, Updates=updates)
    compare(lab, real, "install-updates", Updates=updates)


def test_installing_nothing(lab: RunsLab, update_node: UpdateNode) -> None:
    compare(lab, update_node.job("job-install-updates", {}), "install-updates")


def cluster(*seen: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {"cluster": {"name": "HCI-N1", "now": now, "after suspend": list(seen), "after resume": list(seen)}}


UP = {"state": "Up", "groups": ["VM-01", "VM-02"]}
PAUSED = {"state": "Paused", "drain": "Completed"}


def test_a_drain(lab: RunsLab, update_node: UpdateNode) -> None:
    real = update_node.job("job-drain-node", cluster(PAUSED, now=UP))
    run = lab.start_job("drain-node")
    here = [item for item in told_here(lab, run["Id"]) if "activity" not in item]
    assert here == [item for item in told_there(real) if "activity" not in item]
    again = update_node.job("job-drain-node", cluster(now=PAUSED))
    compare(lab, again, "drain-node")


def test_a_drain_that_fails(lab: RunsLab, update_node: UpdateNode) -> None:
    failed = {"state": "Paused", "drain": "Failed", "groups": ["VM-02"]}
    real = update_node.job("job-drain-node", cluster(failed, now=UP))
    for group in lab.cluster.failover.groups.all():
        group.owner = group.owner if group.is_role else "HCI-N2"
    lab.faults["HCI-N1"]["drain-fails"] = True
    run = lab.start_job("drain-node")
    here = [item for item in told_here(lab, run["Id"]) if "activity" not in item]
    assert here == [item for item in told_there(real) if "activity" not in item]
    assert message_here(lab, run["Id"]) == real.message


def test_a_resume(lab: RunsLab, update_node: UpdateNode) -> None:
    compare(lab, update_node.job("job-resume-node", cluster(now=UP)), "resume-node")
    lab.job("drain-node")
    compare(lab, update_node.job("job-resume-node", cluster(UP, now=PAUSED)), "resume-node")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"Delay": 4, "Reason": "x"},
        {"Delay": 10},
        {"Delay": 10, "Reason": ' "a"  reason\\ '},
        {"Delay": 10, "Reason": "x", "Resume": True},
    ],
)
def test_a_restart(lab: RunsLab, update_node: UpdateNode, parameters: dict[str, Any]) -> None:
    update_node.place("Windows/System32/shutdown.exe", "exit 0")
    booted = lab.fact("get-system")["BootTime"]
    real = update_node.job("job-restart-node", {"boot": booted[:19]}, **parameters)
    run = lab.start_job("restart-node", **parameters)
    here, there = told_here(lab, run["Id"]), told_there(real)
    for told in (*here, *there):
        if "result" in told:
            told["result"].pop("BootTime")
    assert here == there
    assert message_here(lab, run["Id"]) == real.message


@pytest.mark.parametrize("before", [False, True])
def test_opting_in(lab: RunsLab, update_node: UpdateNode, before: bool) -> None:
    service = {"id": "7971f918-a847-4430-9279-4a52d1efe18d", "registered": True}
    lab.cluster.node("HCI-N1").updates.microsoft_update = before
    real = update_node.job("job-enable-microsoft-update", {"update_services": [service] if before else []})
    compare(lab, real, "enable-microsoft-update")


@pytest.mark.parametrize("parameters", [{"Way": "winget"}, {"Way": "msi"}, {"Way": "msi", "File": "x"}])
def test_upgrading_the_agent_in_no_way(lab: RunsLab, update_node: UpdateNode, parameters: dict[str, Any]) -> None:
    compare(lab, update_node.job("job-upgrade-agent", {}, **parameters), "upgrade-agent", **parameters)


WINDOWS = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion"
POLICY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"


def kept(lab: RunsLab) -> dict[str, Any]:
    """Return a node of the lab as the stubs of the agent and of the registry take it."""
    service = lab.cluster.node("HCI-N1").updates
    options = {"AUOptions": 3}
    registry: dict[str, dict[str, Any]] = {}
    if service.wsus_server:
        registry = {
            rf"{POLICY}\AU": {"UseWUServer": 1, **options},
            POLICY: {"WUServer": service.wsus_server},
        }
    else:
        registry = {rf"{WINDOWS}\WindowsUpdate\Auto Update": options}
    if service.staged:
        registry |= {
            rf"{WINDOWS}\Component Based Servicing\RebootPending": {},
            rf"{WINDOWS}\WindowsUpdate\Auto Update\RebootRequired": {},
        }
    results = ["NotStarted", "InProgress", "Succeeded", "SucceededWithErrors", "Failed", "Aborted"]
    return {
        "registry": registry,
        "windows_services": {"wuauserv": {"start": service.service_start}},
        "update_services": [{"id": "7971f918-a847-4430-9279-4a52d1efe18d", "registered": True}],
        "history": [
            {
                "title": past.title,
                "operation": 1,
                "code": results.index(past.result),
                "hresult": past.code,
                "date": f"{past.time:%Y-%m-%dT%H:%M:%S}",
                "id": past.id,
            }
            for past in reversed(service.history)
        ],
    }


def rounded(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state with the times of its history in whole seconds."""
    return {**state, "History": [{**entry, "Date": entry["Date"][:19]} for entry in state["History"]]}


@pytest.mark.parametrize("scenario", ["updates-failing", "wsus"])
def test_a_state(tmp_path: Path, update_node: UpdateNode, scenario: str) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    lab = RunsLab(folder, scenario, 1)
    try:
        for moment in ("before", "afterwards"):
            here = lab.call("get-update-state")
            there = update_node.ask("get-update-state", kept(lab)).one
            assert rounded(here) == rounded(there), moment
            assert list(here["Settings"]) == list(there["Settings"])
            lab.job("install-updates", Updates=wanted(lab))
    finally:
        lab.close()
