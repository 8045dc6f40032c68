"""What goes wrong with runs on demand, and what looking before a run tells of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import PASSWORD, USER, RunsLab
from tui.lab.cluster_state import SUBSCRIPTION_ID
from tui.lab.simulated_scripts import ScriptStopped

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs()


@pytest.mark.parametrize(
    ("fault", "value", "error"),
    [
        ("disk-full", True, "AzsconfigRunDiskFull"),
        ("task-refused", True, "AzsconfigRunTaskRefused"),
        ("no-password-storage", True, "AzsconfigRunLogonRefused"),
    ],
)
def test_a_run_that_cannot_be_started_leaves_nothing(lab: RunsLab, fault: str, value: object, error: str) -> None:
    lab.faults["HCI-N1"][fault] = value
    with pytest.raises(ScriptStopped) as stopped:
        lab.start()
    assert stopped.value.fqid == error
    assert lab.call("get-runs") == {"Runs": [], "Lock": None}
    lab.faults["HCI-N1"].clear()
    assert lab.claim()["Claimed"] == "Success"


def test_a_wrong_password_starts_nothing(lab: RunsLab) -> None:
    with pytest.raises(ScriptStopped) as stopped:
        lab.start(RunAsPassword="a guess")
    assert stopped.value.fqid == "AzsconfigRunLogonRefused"
    assert PASSWORD not in stopped.value.message
    assert lab.call("get-runs")["Runs"] == []


def test_a_disk_that_fills_up_in_the_middle_ends_the_run_with_what_it_had_done(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["disk-full"] = "certificate"
    state = lab.run()
    assert (state["Phase"], state["Reason"], state["Exit"], state["Result"]) == ("ended", "disk-full", 1, None)
    assert lab.cluster.azure.cluster is not None
    assert lab.statuses() == ["NotYet"] * 4


@pytest.mark.parametrize("at", ["identity", "cmdlet", "login", "arc-nodes", "evidence"])
def test_a_runner_that_dies_says_nothing_more(lab: RunsLab, at: str) -> None:
    lab.faults["HCI-N1"]["runner-dies-at"] = at
    state, lines = lab.follow(lab.start()["Id"])
    assert (state["Phase"], state["Alive"], state["Ended"], state["Result"]) == ("running", False, None, None)
    assert json.loads(lines[-1])["type"] in {"step", "progress"}
    lab.faults["HCI-N1"].clear()
    assert lab.claim()["Claimed"] == "Success", "what it had done is not in the way of the next one"


@pytest.mark.parametrize(("value", "told"), [(True, ["HCI-N2", "HCI-N3", "HCI-N4"]), (["HCI-N3"], ["HCI-N3"])])
def test_an_identity_that_does_not_reach_its_peers_is_refused(lab: RunsLab, value: object, told: list[str]) -> None:
    lab.faults["HCI-N1"]["peers-refuse"] = value
    state, lines = lab.follow(lab.start()["Id"])
    assert (state["Reason"], state["Result"]) == ("refused", None)
    failed = next(event for event in map(json.loads, lines) if event.get("status") == "failed")
    assert failed["step"] == "identity"
    assert [name for name in lab.cluster.names if name in failed["text"]] == told
    assert lab.cluster.azure.cluster is None


@pytest.mark.parametrize("peer", ["HCI-N9", "HCI-N4"])
def test_a_peer_that_is_not_there_is_not_reached(lab: RunsLab, peer: str) -> None:
    lab.cluster.stop("HCI-N4")
    assert lab.run("register", {"Peers": [peer]})["Reason"] == "refused"


def test_system_is_nobody_to_its_peers_without_a_credential(lab: RunsLab) -> None:
    state = lab.run(RunAsUser="", RunAsPassword="")
    assert (state["Identity"], state["Reason"]) == ("NT AUTHORITY\\SYSTEM", "refused")


@pytest.mark.parametrize(("password", "reason"), [(PASSWORD, "completed"), ("a guess", "refused")])
def test_system_reaches_its_peers_with_the_credential_out_of_the_pipe(lab: RunsLab, password: str, reason: str) -> None:
    lab.faults["HCI-N1"]["no-password-storage"] = True
    secrets = {"ArmAccessToken": lab.token(), "CredentialPassword": password}
    parameters = {"ComputerName": "HCI-N1", "CredentialUser": USER}
    started = lab.start("register", parameters, secrets=secrets, RunAsUser="", RunAsPassword="")
    state, lines = lab.follow(started["Id"])
    assert state["Reason"] == reason
    assert password not in json.dumps(state) + "".join(lines)


def test_a_run_dies_with_its_node_and_its_journal_is_there_again(lab: RunsLab) -> None:
    lab.faults["HCI-N1"]["hold-at"] = "resource"
    run_id = lab.start()["Id"]
    wait_until(lambda: "Creating Azure Resource HCI" in "".join(lab.call("read-run", {"Id": run_id})["Lines"]))
    before = lab.call("read-run", {"Id": run_id})["Lines"]
    lab.runs["HCI-N1"].kill()
    state, lines = lab.follow(run_id)
    assert (state["Alive"], state["Phase"], lines) == (False, "running", before)


def test_a_stage_that_is_held_goes_on_when_it_is_let_go_whatever_the_pace(lab: RunsLab) -> None:
    lab.world.pace.set(600)
    run_id = lab.start("lab-lines", {"Count": 2})["Id"]
    assert lab.call("read-run", {"Id": run_id})["State"]["Alive"]
    lab.world.pace.set(0)
    assert lab.follow(run_id)[0]["Reason"] == "completed"


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_a_pace_below_nothing_is_refused(lab: RunsLab, seconds: float) -> None:
    with pytest.raises(ValueError, match="0 seconds or more"):
        lab.world.pace.set(seconds)


@pytest.mark.parametrize("reason", ["refused", "failed"])
def test_a_job_that_ends_itself_says_why(lab: RunsLab, reason: str) -> None:
    state = lab.run("lab-lines", {"Reason": reason})
    assert (state["Phase"], state["Exit"], state["Reason"]) == ("ended", 1, reason)


def test_what_the_lab_cannot_do_is_refused_and_leaves_no_run(lab: RunsLab) -> None:
    with pytest.raises(ScriptStopped) as stopped:
        lab.start("defragment", {})
    assert stopped.value.fqid == "AzsconfigLabCannotSimulate"
    assert lab.call("get-runs")["Runs"] == []


@pytest.mark.parametrize(
    ("script", "parameters", "error"),
    [
        ("read-run", {}, "MissingMandatoryParameter"),
        ("read-run", {"Id": "20260504T140231Z-register-00000001", "From": 1}, "NamedParameterNotFound"),
        ("read-run", {"Id": "20260504T140231Z-register-00000001", "Offset": -1}, "ParameterArgumentValidationError"),
        ("get-runs", {"Last": 0}, "ParameterArgumentValidationError"),
        ("get-runs", {"Last": "many"}, "ParameterArgumentValidationError"),
        ("enter-lock", {"RunId": "mine"}, "MissingMandatoryParameter"),
        ("exit-lock", {"RunId": "mine"}, "ParameterArgumentValidationError"),
        (
            "complete-run",
            {"Id": "20260504T140231Z-register-00000001", "Outcome": "done"},
            "ParameterArgumentValidationError",
        ),
        ("test-endpoints", {}, "MissingMandatoryParameter"),
        ("get-run-readiness", {"TimeoutSeconds": 0}, "ParameterArgumentValidationError"),
        ("disconnect-agent", {"Force": True}, "NamedParameterNotFound"),
    ],
)
def test_parameters_are_bound_as_powershell_binds_them(
    lab: RunsLab, script: str, parameters: dict[str, Any], error: str
) -> None:
    with pytest.raises(ScriptStopped) as stopped:
        lab.call(script, parameters)
    assert stopped.value.fqid == error


def test_readiness_tells_policies_modules_and_parameters(lab: RunsLab) -> None:
    ready = lab.call("get-run-readiness")
    assert (ready["Identity"], ready["Elevated"], ready["GalleryReachable"]) == (USER, True, True)
    policies = ("ScriptBlockLogging", "ModuleLogging", "Transcription", "PasswordStorageForbidden")
    assert [ready[policy] for policy in policies] == [False] * 4
    assert ready["FreeBytes"] > 2**30
    assert ready["Modules"][0] == {"Name": "Az.StackHCI", "Versions": ["2.6.0"]}
    assert {"Region", "LogsDirectory", "Confirm"} <= set(ready["RegisterParameters"])
    assert {"Force", "DisableOnlyAzureArcServer"} <= set(ready["UnregisterParameters"])


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [
        ("1.2.0", {"EnableAzureArcServer", "GraphAccessToken"}, {"Confirm", "LogsDirectory"}),
        ("2.0.0", {"Confirm"}, {"EnableAzureArcServer", "LogsDirectory"}),
        ("2.6.0", {"Confirm", "LogsDirectory"}, {"EnableAzureArcServer"}),
    ],
)
def test_the_cmdlet_has_the_parameters_of_its_version(
    lab: RunsLab, version: str, has: set[str], lacks: set[str]
) -> None:
    lab.cluster.node("HCI-N1").modules["Az.StackHCI"] = version
    names = set(lab.call("get-run-readiness")["RegisterParameters"])
    assert (has <= names, names & lacks) == (True, set())


def test_readiness_shows_what_is_set_against_a_run(lab: RunsLab) -> None:
    lab.faults["HCI-N1"] |= {
        "script-logging": ["script-block"],
        "no-password-storage": True,
        "disk-full": True,
        "endpoints-blocked": ["*.powershellgallery.com"],
    }
    lab.cluster.node("HCI-N1").modules["Az.StackHCI"] = None
    ready = lab.call("get-run-readiness")
    assert (ready["ScriptBlockLogging"], ready["ModuleLogging"]) == (True, False)
    assert (ready["PasswordStorageForbidden"], ready["GalleryReachable"]) == (True, False)
    assert ready["FreeBytes"] < 5_000_000
    assert ready["Modules"][0] == {"Name": "Az.StackHCI", "Versions": []}
    assert ready["RegisterParameters"] == ready["UnregisterParameters"] == []


def test_endpoints_are_reached_unless_they_are_blocked_or_the_node_is_cut_off(lab: RunsLab) -> None:
    asked = ["management.azure.com:443", "login.microsoftonline.com", "https://gbl.his.arc.azure.com/azcmagent"]
    lab.faults["HCI-N2"]["endpoints-blocked"] = ["management.azure.com", "*.his.arc.azure.com"]
    lab.cluster.cut_off("HCI-N3")
    reached = {
        node: [answer["Reachable"] for answer in lab.answers("test-endpoints", {"Endpoint": asked}, node)]
        for node in ("HCI-N1", "HCI-N2", "HCI-N3")
    }
    assert reached == {"HCI-N1": [True] * 3, "HCI-N2": [False, True, False], "HCI-N3": [False] * 3}
    answer = lab.call("test-endpoints", {"Endpoint": "management.azure.com"}, "HCI-N2")
    assert answer["Endpoint"] == "management.azure.com"
    assert answer["Error"]


def test_disconnecting_where_no_agent_is_says_so(lab: RunsLab) -> None:
    answer = lab.call("disconnect-agent")
    assert (answer["Disconnected"], answer["ExitCode"]) == (True, None)
    assert SUBSCRIPTION_ID not in answer["Output"]
