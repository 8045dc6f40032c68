"""A running lab can be looked into and disturbed from outside, by its own user alone."""

import base64
import json
import socket
import stat
from collections.abc import Generator
from pathlib import Path

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import Process, WinRS

from tests.lab.conversation import AGENT
from tests.lab.over_winrm import BOOTSTRAP, agent_records, client
from tests.lab.patience import wait_until
from tui.lab.control import CONTROL_FILE, LabControl, LabControlError
from tui.lab.lab import Lab

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.fixture
def running_lab(lab_folders: Path) -> Generator[Lab]:
    with Lab(nodes=3) as lab:
        yield lab
    assert list(lab_folders.iterdir()) == []


@pytest.fixture
def control(running_lab: Lab) -> LabControl:
    return LabControl.beside(running_lab.ready.config)


def test_an_agent_over_winrm_is_the_simulated_powershell_of_its_node(running_lab: Lab, control: LabControl) -> None:
    with client(running_lab, 1) as connection, WinRS(connection) as shell:
        ready, pong = agent_records(shell, {"id": "p", "op": "ping"})
        assert (ready["host"], pong["t"]) == ("HCI-N2", "pong")
        assert control.node("HCI-N2")["shells"] == 1
    wait_until(lambda: control.node("HCI-N2")["shells"] == control.node("HCI-N2")["programs"] == 0)


def test_another_powershell_command_is_not_taken_for_the_agent(running_lab: Lab) -> None:
    script = base64.b64encode("'hello'".encode("utf-16-le")).decode()
    with client(running_lab, 1) as connection, WinRS(connection) as shell:
        process = Process(shell, "powershell.exe", ["-EncodedCommand", script])
        process.invoke()
        assert process.stdout == b"hello\r\n"


def test_the_state_tells_nodes_and_faults(control: LabControl) -> None:
    control.fault("hci-n2", "garble", ["stray"])
    control.fault("HCI-N3", "slow", 0.5)
    state = control.state()
    assert state["scenario"] == "healthy"
    assert [(node["name"], node["up"], node["faults"]) for node in state["nodes"]] == [
        ("HCI-N1", True, {}),
        ("HCI-N2", True, {"garble": ["stray"]}),
        ("HCI-N3", True, {"slow": 0.5}),
    ]
    control.clear("HCI-N3")
    assert control.node("HCI-N3")["faults"] == {}
    control.fault("HCI-N2", "garble", False)
    assert control.node("HCI-N2")["faults"] == {}


@pytest.mark.parametrize(
    ("node", "name", "value", "reason"),
    [
        ("HCI-N9", "slow", 1, "HCI-N1, HCI-N2, HCI-N3"),
        ("HCI-N1", "earthquake", True, "there is no fault 'earthquake'"),
        ("HCI-N1", "slow", "very", "slow takes"),
        ("HCI-N1", "garble", ["rubbish"], "unknown: rubbish"),
        ("HCI-N1", "lose-replies", {"chance": 1}, "lose-replies takes"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    control: LabControl, node: str, name: str, value: object, reason: str
) -> None:
    with pytest.raises(LabControlError) as refused:
        control.fault(node, name, value)
    assert reason in str(refused.value)


@pytest.mark.parametrize(("fault", "code"), [("access-denied", 5), ("quota", 2150859173)])
def test_a_fault_of_the_endpoint_reaches_its_clients(
    running_lab: Lab, control: LabControl, fault: str, code: int
) -> None:
    control.fault("HCI-N2", fault)
    with client(running_lab, 1) as connection, pytest.raises(WSManFaultError) as refused, WinRS(connection):
        pass
    assert refused.value.code == code
    control.clear()
    with client(running_lab, 1) as connection, WinRS(connection) as shell:
        assert agent_records(shell)[0]["host"] == "HCI-N2"


def test_a_stopped_node_refuses_connections_until_it_is_started(running_lab: Lab, control: LabControl) -> None:
    booted = control.document("HCI-N2")["facts"]["get-system"]["BootTime"]
    port = int(running_lab.ready.nodes[1].http.rpartition(":")[2].partition("/")[0])
    control.stop("HCI-N2")
    assert control.node("HCI-N2")["up"] is False
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    members = control.document("HCI-N1")["facts"]["get-cluster"]["Nodes"]
    assert [member["State"] for member in members] == ["Up", "Down", "Up"]
    control.start("HCI-N2")
    socket.create_connection(("127.0.0.1", port)).close()
    assert control.document("HCI-N2")["facts"]["get-system"]["BootTime"] > booted


def test_a_restarted_node_ends_its_shells_and_comes_back(running_lab: Lab, control: LabControl) -> None:
    with client(running_lab, 1) as connection:
        WinRS(connection).open()
        control.restart("HCI-N2")
    wait_until(lambda: control.node("HCI-N2")["up"])
    assert control.node("HCI-N2")["shells"] == 0


def test_a_lab_ends_while_a_node_is_still_to_come_back(lab_folders: Path) -> None:
    with Lab(nodes=1) as lab:
        LabControl.beside(lab.ready.config).restart("HCI-N1", 3600)
    assert list(lab_folders.iterdir()) == []


def test_time_and_syncs_are_set_from_outside(control: LabControl) -> None:
    control.advance(3600)
    assert control.document("HCI-N1")["facts"]["get-registration"]["ConnectionStatus"] == "Connected"
    before = control.document("HCI-N1")["facts"]["get-registration"]["LastConnected"]
    control.sync("HCI-N1")
    assert control.document("HCI-N1")["facts"]["get-registration"]["LastConnected"] > before


def test_scripts_take_the_time_that_was_set(running_lab: Lab, control: LabControl) -> None:
    control.delay(0.05, script="get-cluster")
    with client(running_lab, 1) as connection, WinRS(connection) as shell:
        process = Process(shell, "powershell.exe", ["-EncodedCommand", BOOTSTRAP])
        process.begin_invoke()
        define = {"id": "d", "op": "define", "name": "get-cluster", "body": ""}
        run = {"id": "r", "op": "run", "name": "get-cluster"}
        process.send(b"\n".join([AGENT, json.dumps(define).encode(), json.dumps(run).encode(), b""]), end=False)
        while b'"id":"r","t":"end"' not in process.stdout:
            process.poll_invoke()
        end = json.loads(process.stdout.splitlines()[-1].removeprefix(b"\x1e"))
        process.send(b'{"op":"exit"}\n', end=True)
        process.end_invoke()
    assert end["seconds"] >= 0.05
    assert control.node("HCI-N2")["runs"] == {"get-cluster": 1}


def test_only_who_can_read_the_token_controls_the_lab(running_lab: Lab, tmp_path: Path) -> None:
    file = Path(running_lab.ready.config).with_name(CONTROL_FILE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    forged = tmp_path / CONTROL_FILE
    forged.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "token": "guess"}), encoding="utf-8")
    with pytest.raises(LabControlError, match="wrong token"):
        LabControl(forged).state()


def test_the_control_port_survives_nonsense(running_lab: Lab, control: LabControl) -> None:
    port = json.loads(Path(running_lab.ready.config).with_name(CONTROL_FILE).read_text(encoding="utf-8"))["port"]
    for nonsense in (b"no json\n", b"[]\n", b"{}\n", b"\xff\n"):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as answers:
                assert json.loads(answers.readline())["ok"] is False
    assert control.state()["scenario"] == "healthy"


def test_without_a_lab_there_is_nothing_to_control(tmp_path: Path) -> None:
    with pytest.raises(LabControlError, match="no running lab"):
        LabControl(tmp_path / CONTROL_FILE)
