"""What is written is read back the same, of every fact."""

from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster import cluster_strategies as any_
from tests.unit.cluster.cluster_strategies import patient
from tui.cluster.decode import decode, encode


@pytest.mark.parametrize(
    "facts",
    [
        any_.registrations,
        any_.arc_integrations,
        any_.agents,
        any_.systems,
        any_.memberships,
        any_.firmwares,
        any_.modules,
        any_.services,
        any_.events,
    ],
    ids=["registration", "arc", "agent", "system", "membership", "firmware", "module", "service", "event"],
)
def test_facts_survive_json(facts: st.SearchStrategy[Any]):
    @patient
    @given(facts)
    def survives(fact: Any):
        text = msgspec.json.encode(encode(fact))
        assert decode(cast("type[Any]", type(fact)), msgspec.json.decode(text)) == fact

    survives()
