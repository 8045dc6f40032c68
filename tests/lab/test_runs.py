"""Detached runs on simulated nodes: the scripts' answers, and what survives what."""

import json
from collections.abc import Callable

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import PASSWORD, USER, RunsLab
from tui.lab.simulated_scripts import ScriptStopped

pytestmark = pytest.mark.usefixtures("no_threads_left")


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs()


def test_registering_a_fresh_cluster_ends_with_success_on_nodes_and_in_azure(lab: RunsLab) -> None:
    state = lab.run("register")
    assert (state["Phase"], state["Exit"], state["Reason"]) == ("ended", 0, "completed")
    assert state["Result"]["Claimed"] == "Success"
    assert {lab.fact("get-registration", name)["ConnectionStatus"] for name in lab.cluster.names} == {"Connected"}
    assert lab.cluster.azure.cluster is not None
    assert len(lab.cluster.azure.machines) == 4


def test_a_started_run_tells_its_state_and_that_it_is_new(lab: RunsLab) -> None:
    lab.world.pace.set(600)
    state = lab.start("register")
    assert (state["Phase"], state["Alive"], state["Existing"]) == ("running", True, False)
    assert (state["Kind"], state["Operation"], state["Cluster"]) == ("register", "register", "HCI-CL01")
    assert state["Identity"] == USER


def test_the_same_id_is_the_same_run(lab: RunsLab) -> None:
    run_id = lab.new_id("lab-lines")
    first = lab.start("lab-lines", {"Count": 1}, Id=run_id)
    lab.follow(run_id)
    again = lab.start("lab-lines", {"Count": 99}, Id=run_id)
    assert (first["Existing"], again["Existing"]) == (False, True)
    assert again["Parameters"] == {"Count": 1}
    assert len(lab.call("get-runs")["Runs"]) == 1


def test_events_are_numbered_lines_that_are_read_whole_from_any_offset(lab: RunsLab) -> None:
    run_id = lab.start("lab-lines", {"Count": 30, "Size": 100})["Id"]
    state, lines = lab.follow(run_id)
    assert [json.loads(line)["n"] for line in lines] == list(range(1, len(lines) + 1))
    read: list[str] = []
    offset = 0
    while offset < state["Size"]:
        page = lab.call("read-run", {"Id": run_id, "Offset": offset, "MaxBytes": 300})
        assert page["Lines"]
        read += page["Lines"]
        offset = page["Offset"]
    assert read == lines
    assert lab.call("read-run", {"Id": run_id, "Offset": offset})["Lines"] == []


def test_runs_are_listed_newest_first_and_no_more_than_asked(lab: RunsLab) -> None:
    ids = [lab.start("lab-lines")["Id"] for _ in range(3)]
    for run_id in ids:
        lab.follow(run_id)
    assert [run["Id"] for run in lab.call("get-runs", {"Last": 2})["Runs"]] == [ids[2], ids[1]]


def test_a_lock_is_one_runs_until_it_leaves(lab: RunsLab) -> None:
    mine, other = lab.new_id("register"), lab.new_id("register")
    words = {"Kind": "register", "Title": "Register", "Owner": "somebody", "Holder": "HCI-N1"}
    first = lab.call("enter-lock", {"RunId": mine, **words})
    assert first["Taken"] is True
    refused = lab.call("enter-lock", {"RunId": other, **words})
    assert (refused["Taken"], refused["Lock"]["RunId"]) == (False, mine)
    renewed = lab.call("enter-lock", {"RunId": mine, **words})
    assert renewed["Taken"] is True
    assert renewed["Lock"]["Since"] == first["Lock"]["Since"]
    assert renewed["Lock"]["Renewed"] > first["Lock"]["Renewed"]
    assert lab.call("exit-lock", {"RunId": other}) == {"Removed": False, "Lock": renewed["Lock"]}
    assert lab.call("exit-lock", {"RunId": mine}) == {"Removed": True, "Lock": None}
    assert lab.call("get-runs")["Lock"] is None


def test_a_run_frees_its_own_nodes_lock_at_its_end(lab: RunsLab) -> None:
    run_id = lab.new_id("lab-lines")
    words = {"Kind": "lab-lines", "Title": "Lines", "Owner": "somebody", "Holder": "HCI-N1"}
    lab.call("enter-lock", {"RunId": run_id, **words})
    lab.start("lab-lines", Id=run_id)
    lab.follow(run_id)
    assert lab.call("get-runs")["Lock"] is None


def test_a_runner_that_is_killed_leaves_its_journal_and_its_lock(lab: RunsLab) -> None:
    run_id = lab.new_id("lab-lines")
    words = {"Kind": "lab-lines", "Title": "Lines", "Owner": "somebody", "Holder": "HCI-N1"}
    lab.call("enter-lock", {"RunId": run_id, **words})
    lab.faults["HCI-N1"]["hold-at"] = "line-3"
    lab.start("lab-lines", Id=run_id)
    wait_until(lambda: lab.runs["HCI-N1"].state(run_id)["Size"] > 0)
    assert lab.runs["HCI-N1"].kill() == [run_id]
    state, lines = lab.follow(run_id)
    assert (state["Phase"], state["Alive"], state["Ended"]) == ("running", False, None)
    assert "ended" not in {json.loads(line)["type"] for line in lines}
    assert lab.call("get-runs")["Lock"]["RunId"] == run_id


def test_the_first_outcome_is_believed(lab: RunsLab) -> None:
    run_id = lab.start("lab-lines")["Id"]
    lab.follow(run_id)
    assert lab.call("complete-run", {"Id": run_id, "Outcome": {"kind": "done"}})["Outcome"] == {"kind": "done"}
    assert lab.call("complete-run", {"Id": run_id, "Outcome": {"kind": "failed"}})["Outcome"] == {"kind": "done"}


@pytest.mark.parametrize("script", ["read-run", "complete-run"])
def test_a_run_that_is_not_there_is_an_error_of_its_own(lab: RunsLab, script: str) -> None:
    with pytest.raises(ScriptStopped) as stopped:
        lab.call(script, {"Id": lab.new_id("register"), **({"Outcome": {"a": 1}} if script == "complete-run" else {})})
    assert stopped.value.fqid == "AzsconfigRunNotFound"


@pytest.mark.parametrize(
    "run_id", ["..", "20260504T140231Z-register-0000000g", "20260504T140231Z-register-00000001/.."]
)
def test_nothing_but_the_id_of_a_run_names_a_folder(lab: RunsLab, run_id: str) -> None:
    for script in ("read-run", "start-run"):
        with pytest.raises(ScriptStopped) as stopped:
            lab.call(
                script,
                {"Id": run_id, "Kind": "register", "Title": "t", "Runner": "r", "Job": "j"}
                if script == "start-run"
                else {"Id": run_id},
            )
        assert stopped.value.fqid == "ParameterArgumentValidationError"


def test_a_secret_that_a_job_writes_is_masked(lab: RunsLab) -> None:
    started = lab.start("lab-lines", {"Count": 1, "Tell": "Word"}, secrets={"Word": "a word"})
    state, lines = lab.follow(started["Id"])
    assert "a word" not in json.dumps(state) + "".join(lines)
    assert state["Result"]["Told"] == "***"
    assert "Word is ***" in [json.loads(line).get("text") for line in lines]


def test_no_secret_of_a_registration_is_in_its_state_or_journal(lab: RunsLab) -> None:
    token = lab.token()
    state, lines = lab.follow(lab.start("register", secrets={"ArmAccessToken": token})["Id"])
    told = json.dumps(state) + "".join(lines)
    assert token not in told
    assert PASSWORD not in told


def test_a_journal_that_is_full_says_so_once_and_still_tells_the_end(lab: RunsLab) -> None:
    _, lines = lab.follow(lab.start("lab-lines", {"Count": 60, "Size": 100_000})["Id"])
    assert sum(map(len, lines)) < 5_200_000
    told = [json.loads(line) for line in lines[-4:]]
    assert [event["type"] for event in told] == ["warning", "step", "result", "ended"]
    assert "full" in told[0]["text"]
