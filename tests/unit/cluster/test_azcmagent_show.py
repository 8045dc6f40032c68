"""What the agent prints, in its versions' shapes, becomes one object."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_builders import load_cases
from tests.unit.cluster.cluster_strategies import patient
from tui.cluster.arc import AgentStatus, ArcExtension, ConnectedMachineAgent
from tui.cluster.azcmagent import parse_agent, parse_agent_time, read_show_text
from tui.cluster.decode import encode

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def test_a_node_without_the_agent_is_no_error():
    given_up = {"Installed": False, "Version": None, "Show": None, "ShowText": None, "Extensions": None}
    assert parse_agent(given_up) == ConnectedMachineAgent(installed=False)


@pytest.mark.parametrize("case", load_cases("azcmagent.json"), ids=lambda case: case["it"])
def test_agent(case: dict[str, Any]):
    agent = encode(parse_agent({"Installed": True, **case["answer"]}))
    assert {name: agent[name] for name in case["expected"]} == case["expected"]


def test_the_sample_of_1_40_is_read_completely(shared: Path):
    text = (shared / "samples" / "azcmagent-show_connected_azshci_1.40.txt").read_text(encoding="utf-8")
    agent = parse_agent({"Installed": True, "ShowText": text})
    assert agent.version == "1.40.02664.1629"
    assert agent.status == AgentStatus.CONNECTED
    assert agent.resource_name == "id-mc660-1"
    assert agent.last_heartbeat == datetime(2024, 8, 5, 5, 0, 17, tzinfo=UTC)
    assert agent.cloud_provider == "AzSHCI"
    assert (agent.error_code, agent.error_time, agent.https_proxy) == (None, None, None)
    assert dict(agent.other)["Extension Service (extensionservice)"] == "running"
    names = [line.split(" : ")[0].strip() for line in text.splitlines() if ":" in line]
    assert len(read_show_text(text)) == len(names)


def test_the_sample_of_the_version_is_read(shared: Path):
    text = (shared / "samples" / "azcmagent-version_1.61.txt").read_text(encoding="utf-8")
    assert parse_agent({"Installed": True, "Version": text}).version == "1.61.03319.2737"


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2024-08-05T05:00:17Z", datetime(2024, 8, 5, 5, 0, 17, tzinfo=UTC)),
        ("2025-02-13T11:09:09-08:00", datetime(2025, 2, 13, 19, 9, 9, tzinfo=UTC)),
        ("05 Dec 19 01:36 UTC", datetime(2019, 12, 5, 1, 36, tzinfo=UTC)),
        ("05 Dec 19 01:36 PST", None),
        ("31 Feb 19 01:36 UTC", None),
        ("05 Foo 19 01:36 UTC", None),
        ("2024-13-05T05:00:17Z", None),
        ("never", None),
        ("", None),
    ],
)
def test_times_of_the_agent(text: str, stamp: datetime | None):
    assert parse_agent_time(text) == stamp


def test_extensions_come_as_a_list_or_as_a_lone_object():
    one = {"Name": "AzureMonitorWindowsAgent", "Version": "1.2", "State": ""}
    expected = (ArcExtension("AzureMonitorWindowsAgent", "1.2", None),)
    assert parse_agent({"Installed": True, "Extensions": [one, "garbage", {"Version": "1"}]}).extensions == expected
    assert parse_agent({"Installed": True, "Extensions": one}).extensions == expected


@patient
@given(st.dictionaries(st.sampled_from(["Version", "Show", "ShowText", "Extensions"]), _JSON | st.text()))
def test_no_answer_whatever_it_holds_is_too_much(answer: dict[str, object]):
    assert parse_agent({"Installed": True, **answer}).installed


@patient
@given(st.text())
def test_no_text_of_show_is_too_much(text: str):
    assert all(name for name, _ in read_show_text(text))
