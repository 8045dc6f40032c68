"""With a real PowerShell on its nodes the lab says what it says with the simulated one: every fact, both carriers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import psutil
import pytest

from tests.lab.patience import wait_until
from tui.cluster.facts import ClusterFacts, NodeFacts, Reading
from tui.lab.clock import LabClock
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations.read_nodes import read_cluster
from tui.operations.subjects import SUBJECTS
from tui.session import Session
from tui.targets import Wish, choose

pytestmark = pytest.mark.usefixtures("no_threads_left")


def open_session(lab: Lab) -> Session:
    wish = Wish(config=Path(lab.ready.config))
    return Session(choose(wish, lambda _user: None), deadline=timedelta(seconds=120))


def read(lab: Lab) -> ClusterFacts:
    session = open_session(lab)
    try:
        return read_cluster(session, lambda _arrived: None)
    finally:
        session.close()


def values(node: NodeFacts) -> dict[str, object]:
    """Return what a node told, without what differs from one moment to the next."""
    told: dict[str, object] = {}
    for subject in SUBJECTS:
        fact: object = getattr(node, subject.name)
        assert isinstance(fact, Reading), fact
        told[subject.name] = cast("Reading[object]", fact).value
    assert isinstance(node.system, Reading)
    told["system"] = replace(node.system.value, utc_now=None, elevated=None)
    return told


@pytest.mark.parametrize("scenario", ["repair-required", "fresh", "firmware"])
def test_every_fact_is_the_same_both_ways(scenario: str, pwsh: Path, lab_folders: Path) -> None:
    started = datetime.now(UTC)
    nodes = 3 if scenario == "firmware" else 2
    with Lab(scenario, nodes, clock=LabClock(lambda: started)) as lab:
        simulated = read(lab)
    with Lab(scenario, nodes, clock=LabClock(lambda: started), powershell=pwsh) as lab:
        real = read(lab)
    assert [node.name for node in real.nodes] == [node.name for node in simulated.nodes]
    for one, other in zip(real.nodes, simulated.nodes, strict=True):
        assert values(one) == values(other)
    assert list(lab_folders.iterdir()) == []


def test_a_stopped_node_ends_its_real_powershells(pwsh: Path, lab_folders: Path) -> None:
    before = set(psutil.Process().children())
    with Lab(nodes=2, powershell=pwsh) as lab:
        session = open_session(lab)
        try:
            assert session.submit("HCI-N2", "get-system").result().outs
            control = LabControl.beside(lab.ready.config)
            assert control.node("HCI-N2")["programs"] == 1
            control.stop("HCI-N2")
            wait_until(lambda: control.node("HCI-N2")["programs"] == 0)
        finally:
            session.close()
    assert set(psutil.Process().children()) == before
    assert list(lab_folders.iterdir()) == []


def test_a_changed_state_is_in_the_next_answer(pwsh: Path, lab_folders: Path) -> None:
    with Lab(nodes=1, powershell=pwsh) as lab:
        before = read(lab).nodes[0].registration
        LabControl.beside(lab.ready.config).sync("HCI-N1")
        after = read(lab).nodes[0].registration
    assert isinstance(before, Reading)
    assert isinstance(after, Reading)
    assert before.value.last_connected
    assert after.value.last_connected
    assert after.value.last_connected > before.value.last_connected
