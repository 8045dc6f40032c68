"""`azsconfig updates list` and `azsconfig agent versions` as an administrator runs them."""

import json
from pathlib import Path

from tests.commands import azsconfig


def test_every_update_is_listed_with_its_nodes(tmp_path: Path) -> None:
    done = azsconfig("updates", "list", "--lab=updates", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["schema"], told["cluster"]["name"], told["available"]) == (1, "HCI-CL01", 5)
    assert [one["nodes"] for one in told["updates"] if one["Feature"]] == [["HCI-N3"]]
    assert {node["source"] for node in told["nodes"]} == {"Microsoft Update"}
    assert "may take some minutes" in done.stderr


def test_a_node_that_is_down_leaves_the_list_incomplete(tmp_path: Path) -> None:
    done = azsconfig("updates", "list", "--lab=node-down", home=tmp_path)
    assert done.returncode == 4
    assert "HCI-N4 could not be read" in done.stdout
    assert "HCI-N1 Windows Update" in done.stdout


def test_an_agent_out_of_support_needs_attention(tmp_path: Path) -> None:
    done = azsconfig("agent", "versions", "--lab=agent-old", home=tmp_path)
    assert done.returncode == 6
    assert "Out of Microsoft's support: HCI-N3." in done.stdout
    assert "off: all 4 nodes" in done.stdout


def test_the_agents_are_one_object_as_data(tmp_path: Path) -> None:
    done = azsconfig("agent", "versions", "--lab=updates", "--lab-nodes", "2", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["schema"], told["behind"]) == (1, [])
    assert [node["offered"]["Title"][:29] for node in told["nodes"]] == ["Azure Connected Machine Agent"] * 2
