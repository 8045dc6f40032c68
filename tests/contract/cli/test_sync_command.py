"""`azsconfig sync` as an administrator runs it."""

import json
from pathlib import Path

from tests.commands import azsconfig


def test_a_healthy_cluster_syncs_and_proves_it(tmp_path: Path) -> None:
    done = azsconfig("sync", "--lab", "--yes", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["status"] for line in lines if line["type"] == "step"] == ["started", "done", "started", "done"]
    assert lines[-1]["type"] == "outcome"
    assert "It has arrived in Azure." in json.dumps(lines[-1])


def test_a_cluster_with_a_node_just_restarted_is_refused_with_the_time_to_wait(tmp_path: Path) -> None:
    done = azsconfig("sync", "--lab=rebooted", "--yes", home=tmp_path)
    assert done.returncode == 5
    assert "HCI-N3: restarted 6 minutes ago" in done.stdout
    assert "Wait another 24 minutes" in done.stdout


def test_nobody_is_asked_where_nobody_sits(tmp_path: Path) -> None:
    done = azsconfig("sync", "--lab", home=tmp_path)
    assert done.returncode == 5
    assert "--yes" in done.stdout + done.stderr


def test_the_plan_alone_changes_nothing(tmp_path: Path) -> None:
    done = azsconfig("sync", "--lab", "--dry-run", "--json", home=tmp_path)
    assert done.returncode == 0
    plan = json.loads(done.stdout)
    assert (plan["schema"], plan["can_start"], [step["id"] for step in plan["steps"]]) == (1, True, ["sync", "arrived"])
