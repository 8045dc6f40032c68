"""azsconfig reads a lab whose nodes put everything into their output that they should not."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tui.cluster.facts import Reading
from tui.lab.control import LabControl
from tui.lab.lab import Lab
from tui.operations.read_nodes import read_cluster
from tui.operations.subjects import SUBJECTS
from tui.session import Session
from tui.targets import Wish, choose

CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@pytest.mark.usefixtures("no_threads_left")
def test_every_fact_arrives_and_no_control_character_with_it(lab_folders: Path) -> None:
    with Lab(nodes=2) as lab:
        control = LabControl.beside(lab.ready.config)
        for name in lab.cluster.names:
            control.fault(name, "garble")
        wish = Wish(config=Path(lab.ready.config))
        session = Session(choose(wish, lambda _user: None), deadline=timedelta(seconds=60))
        try:
            facts = read_cluster(session, lambda _arrived: None)
        finally:
            session.close()
    for node in facts.nodes:
        for subject in SUBJECTS:
            fact: object = getattr(node, subject.name)
            assert isinstance(fact, Reading), fact
        assert isinstance(node.firmware, Reading)
        manufacturer = node.firmware.value.manufacturer
        assert manufacturer is not None
        assert manufacturer.startswith("Contoso Systems")
        assert manufacturer != "Contoso Systems", "the fault reached the value"
        assert not CONTROL_CHARACTER.search(manufacturer)
