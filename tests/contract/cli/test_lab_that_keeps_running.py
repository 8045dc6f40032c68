"""A lab in one terminal, other commands and other clients in another."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from pypsrp.client import Client

from tests.commands import azsconfig, running_lab, status
from tui.lab.control import LabControl


@pytest.fixture(scope="module")
def lab() -> Generator[dict[str, Any]]:
    """A healthy lab of three nodes."""
    with running_lab("--nodes", "3") as ready:
        yield ready


def secrets(lab: dict[str, Any]) -> str:
    """Return what `--secrets-stdin` reads."""
    return json.dumps({"password": lab["password"]})


def test_it_says_how_to_reach_it(lab: dict[str, Any]) -> None:
    assert lab["schema"] == 1
    assert Path(lab["config"]).exists()
    assert Path(lab["ca"]).exists()
    assert [node["name"] for node in lab["nodes"]] == ["HCI-N1", "HCI-N2", "HCI-N3"]
    assert all(node["http"].startswith("http://127.0.0.1:") for node in lab["nodes"])
    assert all(node["https"].startswith("https://127.0.0.1:") for node in lab["nodes"])


def test_its_configuration_file_is_enough(lab: dict[str, Any], tmp_path: Path) -> None:
    code, told = status("--config", lab["config"], home=tmp_path)
    assert code == 0
    assert [node["name"] for node in told["nodes"]] == ["HCI-N1", "HCI-N2", "HCI-N3"]


@pytest.mark.parametrize("transport", ["negotiate", "ntlm"])
def test_nodes_named_by_address_work_encrypted_over_http(lab: dict[str, Any], transport: str, tmp_path: Path) -> None:
    addresses = ",".join(node["http"] for node in lab["nodes"])
    code, told = status(
        *("--node", addresses, "--user", lab["user"], "--transport", transport, "--secrets-stdin"),
        stdin=secrets(lab),
        home=tmp_path,
    )
    assert code == 0
    assert [node["name"] for node in told["nodes"]] == ["HCI-N1", "HCI-N2", "HCI-N3"]


@pytest.mark.parametrize("transport", ["negotiate", "ntlm", "basic"])
def test_nodes_named_by_address_work_over_tls_with_the_ca(lab: dict[str, Any], transport: str, tmp_path: Path) -> None:
    code, told = status(
        *("--node", lab["nodes"][1]["https"], "--user", lab["user"], "--transport", transport),
        *("--secrets-stdin", "--ca", lab["ca"]),
        stdin=secrets(lab),
        home=tmp_path,
    )
    assert code in {0, 6}, told
    assert told["nodes"][0]["registration"]["RegistrationStatus"] == "Registered"


def test_without_the_ca_its_certificate_is_not_trusted(lab: dict[str, Any], tmp_path: Path) -> None:
    code, told = status(
        *("--node", lab["nodes"][1]["https"], "--user", lab["user"], "--transport", "basic", "--secrets-stdin"),
        stdin=secrets(lab),
        home=tmp_path,
    )
    assert code == 3
    assert told["nodes"][0]["error"]["kind"] == "tls-not-trusted"


def test_a_wrong_password_is_said_as_such(lab: dict[str, Any], tmp_path: Path) -> None:
    code, told = status(
        *("--node", lab["nodes"][1]["http"], "--user", lab["user"], "--secrets-stdin"),
        stdin='{"password": "not-the-password"}',
        home=tmp_path,
    )
    assert code == 3
    assert told["nodes"][0]["error"]["kind"] == "wrong-credentials"


def test_a_saved_node_is_found_by_its_name(lab: dict[str, Any], tmp_path: Path) -> None:
    code, told = status("--config", lab["config"], "--node", "hci-n2", home=tmp_path)
    assert code in {0, 6}, told
    assert [node["name"] for node in told["nodes"]] == ["HCI-N2"]


def test_another_client_takes_it_for_windows(lab: dict[str, Any]) -> None:
    port = int(lab["nodes"][1]["http"].split(":")[2].split("/")[0])
    with Client(
        "127.0.0.1", port=port, ssl=False, auth="ntlm", username=lab["user"], password=lab["password"], no_proxy=True
    ) as client:
        output, errors, code = client.execute_cmd("hostname")
    assert (output.strip(), errors, code) == ("HCI-N2", "", 0)


def test_no_shell_is_left_on_any_node_after_a_command(lab: dict[str, Any], tmp_path: Path) -> None:
    status("--config", lab["config"], home=tmp_path)
    control = LabControl.beside(lab["config"])
    left = {node["name"]: (node["shells"], node["programs"]) for node in control.state()["nodes"]}
    assert left == {"HCI-N1": (0, 0), "HCI-N2": (0, 0), "HCI-N3": (0, 0)}


def test_the_password_is_in_nothing_that_is_written(lab: dict[str, Any], tmp_path: Path) -> None:
    password = lab["password"]
    addresses = lab["nodes"][1]["http"]
    for level in ("debug", "info"):
        done = azsconfig(
            *("status", "--node", addresses, "--user", lab["user"], "--secrets-stdin", "--log-level", level),
            stdin=secrets(lab),
            home=tmp_path,
        )
        assert password not in done.stdout + done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written, "no log was written, so nothing was searched"
    for path in written:
        assert password.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("fault", ["hang", "access-denied", "quota", "no-powershell", "constrained"])
def test_a_node_that_fails_costs_its_own_values_alone(lab: dict[str, Any], fault: str, tmp_path: Path) -> None:
    kinds = {
        "hang": "timed-out",
        "access-denied": "not-an-administrator",
        "quota": "quota",
        "no-powershell": "powershell-not-started",
        "constrained": "constrained-language",
    }
    control = LabControl.beside(lab["config"])
    control.fault("HCI-N3", fault)
    try:
        code, told = status("--config", lab["config"], "--timeout", "4", home=tmp_path)
    finally:
        control.clear()
    assert code == 4
    first, second, third = told["nodes"]
    assert first["registration"]["RegistrationStatus"] == "Registered"
    assert second["registration"]["RegistrationStatus"] == "Registered"
    assert third["error"]["kind"] == kinds[fault]
    assert third["error"]["remedy"]


def test_garbled_output_of_a_node_changes_nothing(lab: dict[str, Any], tmp_path: Path) -> None:
    control = LabControl.beside(lab["config"])
    for node in ("HCI-N1", "HCI-N2", "HCI-N3"):
        control.fault(node, "garble")
    try:
        done = azsconfig("status", "--config", lab["config"], home=tmp_path)
    finally:
        control.clear()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    assert not any(ord(character) < 32 and character != "\n" for character in done.stdout + done.stderr)
