"""Updates and restarts in a running lab, from outside: endpoints go away and come back, and the lab tells of it."""

import json
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conversation import AGENT, START, Conversation
from tests.lab.over_winrm import run_script
from tests.lab.patience import wait_until
from tui.lab.control import LabControl, LabControlError
from tui.lab.lab import AGENT_INSTALLER, Lab
from tui.lab.node_faults import DESCRIPTIONS
from tui.lab.updates.installers import read_installer
from tui.lab.updates.offers import DOTNET_KB, FEATURE_KB, PREVIEW_KB, ROLLUP_KB

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.fixture
def running_lab(lab_folders: Path) -> Generator[Lab]:
    with Lab("updates", nodes=2) as lab:
        yield lab
    assert list(lab_folders.iterdir()) == []


@pytest.fixture
def control(running_lab: Lab) -> LabControl:
    found = LabControl.beside(running_lab.ready.config)
    found.pace(0)
    return found


def start(lab: Lab, node: int, kind: str, **parameters: object) -> list[dict[str, Any]]:
    asked = {"Id": f"20260504T140231Z-{kind}-0000000{node}", "Kind": kind, "Title": kind, "Runner": "r", "Job": "j"}
    return run_script(lab, node, "start-run", {**asked, "Parameters": parameters})


def answers(lab: Lab, node: int) -> bool:
    port = int(lab.ready.nodes[node].http.rpartition(":")[2].partition("/")[0])
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_node_that_restarts_is_gone_until_it_is_back_with_a_new_boot_time(
    running_lab: Lab, control: LabControl
) -> None:
    booted = control.document("HCI-N2")["facts"]["get-system"]["BootTime"]
    control.fault("HCI-N2", "stays-down")
    control.pace(600)
    assert start(running_lab, 1, "restart-node", Reason="Updates", Delay=10)[-1]["ok"]
    control.pace(0)
    wait_until(lambda: not answers(running_lab, 1))
    assert control.node("HCI-N2")["member"] == "Down"
    control.clear("HCI-N2")
    wait_until(lambda: answers(running_lab, 1) and control.node("HCI-N2")["member"] == "Up")
    assert control.document("HCI-N2")["facts"]["get-system"]["BootTime"] > booted
    assert [entry["what"] for entry in control.record()][:3] == ["down", "up", "joined"]
    assert control.record()[0]["out"] == ["HCI-N2"]


def test_the_state_tells_what_is_offered_and_installed(running_lab: Lab, control: LabControl) -> None:
    control.fail_next_update("HCI-N1", "0x80070643")
    found = run_script(running_lab, 0, "search-updates", {})[0]["data"]["Updates"]
    start(running_lab, 0, "install-updates", Updates=[{"Id": update["Id"]} for update in found[:2]])
    wait_until(lambda: len(control.node("HCI-N1")["updates"]["installed"]) == 3)
    told = control.node("HCI-N1")["updates"]
    assert told["offered"] == [ROLLUP_KB, "agent", PREVIEW_KB]
    assert DOTNET_KB in told["installed"][-1]
    assert told["restart_pending"] is False
    assert control.node("HCI-N2")["updates"]["offered"] == [ROLLUP_KB, DOTNET_KB, "agent", PREVIEW_KB, FEATURE_KB]


def test_only_on_the_node_itself_it_is_opted_in_without_a_job(running_lab: Lab, control: LabControl) -> None:
    node = running_lab.nodes[0]
    running_lab.cluster.node(node.name).updates.microsoft_update = False
    refused = run_script(running_lab, 0, "enable-microsoft-update", {})
    assert [record["t"] for record in refused] == ["error", "end"]
    local = Conversation(running_lab.cluster)
    program = node.start_local(START, local)
    assert program is not None
    program.write(AGENT + b"\n")
    define = {"id": "d", "op": "define", "name": "enable-microsoft-update", "body": "text"}
    for request in (define, {"id": "r", "op": "run", "name": "enable-microsoft-update"}):
        program.write(json.dumps(request).encode() + b"\n")
    assert local.ended("r")[0]["data"] == {"Before": False, "After": True}


def test_cluster_aware_updating_is_started_from_outside_once(control: LabControl) -> None:
    control.fault("HCI-N2", "drain-stuck")
    assert control.start_cau()
    with pytest.raises(LabControlError, match="already in progress"):
        control.start_cau()


def test_an_agent_gets_the_version_that_is_set(control: LabControl) -> None:
    control.set_agent_version("HCI-N1", "1.62.03000.1")
    assert control.node("HCI-N1")["updates"]["agent"] == "1.62.03000.1"
    assert control.document("HCI-N1")["facts"]["get-connected-machine-agent"]["Version"] == "1.62.03000.1"


def test_an_installer_of_the_agent_lies_beside_the_configuration(running_lab: Lab, control: LabControl) -> None:
    file = Path(running_lab.ready.config).with_name(AGENT_INSTALLER)
    assert read_installer(file.name, file.read_bytes()).by_microsoft


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("search-fails", "0x8024402c"),
        ("search-fails", True),
        ("update-fails", {"KB5099010": 5}),
        ("agent-upgrade-exits", True),
        ("services-stay-down", True),
        ("drain-stuck", "yes"),
    ],
)
def test_a_fault_takes_what_it_says(control: LabControl, name: str, value: object) -> None:
    with pytest.raises(LabControlError, match=name) as refused:
        control.fault("HCI-N1", name, value)
    assert DESCRIPTIONS[name] in str(refused.value)
