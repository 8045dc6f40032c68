"""Installing updates and upgrading agents with the program itself, killed in the middle of it as well."""

import json
import signal
from pathlib import Path
from typing import Any

from tests.commands import Started, started
from tests.contract.cli.desk import Desk, desk
from tests.contract.operations.updating import happened, promises_kept
from tests.lab.patience import wait_until
from tui.operations.install_updates import InstallUpdates

ROLLING = ("--select", "all", "--rolling", "--restart", "--reason", "November updates", "--yes", "--json")
PATIENCE_SECONDS = 300
"""How long four nodes may take that are restarted one after the other."""
NODES = ["HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4"]


def offered(run: Desk) -> dict[str, list[str]]:
    """Return the nodes that are offered each kind of update."""
    done = run("updates", "list", "--json")
    assert done.returncode in {0, 6}, done.stderr
    kinds: dict[str, list[str]] = {}
    for one in json.loads(done.stdout)["updates"]:
        kind = "feature" if one["Feature"] else "agent" if one["ArcAgent"] else "quality"
        kinds[kind] = sorted({*kinds.get(kind, []), *one["nodes"]})
    return kinds


def agents(run: Desk) -> dict[str, str]:
    """Return the version of every node's agent."""
    done = run("agent", "versions", "--json")
    return {node["name"]: node["version"] for node in json.loads(done.stdout)["nodes"]}


def installed(run: Desk) -> dict[str, list[str]]:
    """Return what the history of every node says that was installed."""
    nodes = json.loads(run("updates", "list", "--json").stdout)["nodes"]
    return {node["name"]: [entry["Title"] for entry in node["state"]["History"]] for node in nodes}


def told(command: Started, text: str) -> bool:
    """Whether a command that still runs has told something."""
    assert command.process.poll() is None, command.stderr.read_text("utf-8")
    return any(text in json.dumps(line) for line in command.lines() if line["type"] != "plan")


def test_the_agent_alone_comes_to_one_node_alone_and_nothing_restarts(tmp_path: Path) -> None:
    with desk(tmp_path, "updates") as run:
        code, lines = run.lines("updates", "install", "--select", "agent", "--nodes", "HCI-N2", "--yes")
        assert (code, lines[-1]["outcome"]) == (0, "done"), lines[-1]
        assert offered(run) == {"quality": NODES, "agent": ["HCI-N1", "HCI-N3", "HCI-N4"], "feature": ["HCI-N3"]}
        assert happened(run.control, "installed") == ["HCI-N2"]
        assert happened(run.control, "down") == []


def test_rolling_over_four_nodes_leaves_all_current_and_never_more_than_one_out(tmp_path: Path) -> None:
    with (
        desk(tmp_path, "updates") as run,
        started(tmp_path / "rolling", "updates", "install", *ROLLING, *run.at, home=tmp_path) as rolling,
    ):
        assert rolling.ended(PATIENCE_SECONDS) == 0, rolling.stderr.read_text("utf-8")
        assert rolling.lines()[-1]["outcome"] == "done"
        assert offered(run) == {"feature": ["HCI-N3"]}
        promises_kept(run.control)
        assert happened(run.control, "down") == ["HCI-N2", "HCI-N3", "HCI-N4", "HCI-N1"]
        assert happened(run.control, "resumed") == ["HCI-N2", "HCI-N3", "HCI-N4", "HCI-N1"]


def test_killed_in_the_middle_nothing_new_starts_until_somebody_goes_on_to_the_end(tmp_path: Path) -> None:
    with desk(tmp_path, "updates") as run:
        run.control.fault("HCI-N2", "hold-at", "install")
        with started(tmp_path / "first", "updates", "install", *ROLLING, *run.at, home=tmp_path) as first:
            wait_until(lambda: told(first, "Installing updates"))
            first.kill()
            assert first.process.returncode == -signal.SIGKILL
        run.control.clear()
        # The node in hand finishes its step.
        wait_until(lambda: len(happened(run.control, "installed")) >= 2)
        coordinated = next(one for one in run.runs() if one["kind"] == InstallUpdates.KIND)
        assert not coordinated["over"]
        refused = run("updates", "restart", "--nodes", "HCI-N3", "--reason", "now", "--yes")
        assert refused.returncode == 5
        assert coordinated["id"] in refused.stdout
        assert set(happened(run.control, "drain-began")) == {"HCI-N2"}
        assert happened(run.control, "down") == []
        # Whoever goes on waits until the one that was killed is known to be gone.
        resume = ("runs", "resume", coordinated["id"], "--json", *run.at)
        with started(tmp_path / "resumed", *resume, home=tmp_path) as resumed:
            assert resumed.ended(PATIENCE_SECONDS) == 0, resumed.stderr.read_text("utf-8")
            last: dict[str, Any] = resumed.lines()[-1]
        assert (last["outcome"], last["run"]) == ("done", coordinated["id"])
        assert offered(run) == {"feature": ["HCI-N3"]}
        promises_kept(run.control)
        assert happened(run.control, "down") == ["HCI-N2", "HCI-N3", "HCI-N4", "HCI-N1"]
        assert all(len(titles) == len(set(titles)) for titles in installed(run).values()), installed(run)


def test_an_agent_out_of_support_is_upgraded(tmp_path: Path) -> None:
    with desk(tmp_path, "agent-old") as run:
        before = agents(run)
        assert len({before["HCI-N1"], before["HCI-N3"]}) == 2
        code, lines = run.lines("agent", "upgrade", "--yes")
        assert (code, lines[-1]["outcome"]) == (0, "done"), lines[-1]
        after = agents(run)
        # The others are offered none: they have what Microsoft Update has.
        assert {node for node in NODES if after[node] != before[node]} == {"HCI-N3"}
        assert after["HCI-N3"] > before["HCI-N3"]
        assert run("agent", "versions").returncode in {0, 6}
        code, lines = run.lines("agent", "upgrade", "--yes")
        assert code == 0, lines[-1]
        assert agents(run) == after
