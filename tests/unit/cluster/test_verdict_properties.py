"""What holds of the verdict whatever the nodes say."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_builders import NOW, dead
from tests.unit.cluster.cluster_strategies import clusters, firmwares, patient
from tui.cluster.encode import encode
from tui.cluster.facts import ClusterFacts
from tui.cluster.findings import Level
from tui.cluster.firmware_comparison import compare_firmware
from tui.cluster.majority import compare
from tui.cluster.verdict import judge

_VALUES = st.dictionaries(st.text(max_size=3), st.none() | st.sampled_from("abc"), max_size=7)


@patient
@given(clusters, st.datetimes().map(lambda naive: naive.replace(tzinfo=NOW.tzinfo)))
def test_every_node_has_a_verdict_with_a_reason_at_any_time(facts: ClusterFacts, now: datetime):
    verdict = judge(facts, now)
    assert [node.name for node in verdict.nodes] == [node.name for node in facts.nodes]
    assert all(node.reason for node in verdict.nodes)
    assert verdict.reason
    assert encode(verdict)["Level"] == verdict.level.value


@patient
@given(clusters, st.integers(0, 4))
def test_a_dead_node_changes_no_verdict_of_the_others(facts: ClusterFacts, position: int):
    alone = judge(facts, NOW)
    nodes = (*facts.nodes[:position], dead("HCI-N5"), *facts.nodes[position:])
    beside = judge(replace(facts, nodes=nodes), NOW)
    ours = [node for node in beside.nodes if node.name != "HCI-N5"]
    states = [(node.name, node.level, node.reason) for node in alone.nodes]
    assert [(node.name, node.level, node.reason) for node in ours] == states
    assert [node.findings for node in ours] == [node.findings for node in alone.nodes]
    own = {finding.id for node in alone.nodes for finding in node.findings}
    assert own <= {finding.id for finding in beside.findings}


@patient
@given(clusters)
def test_the_cluster_is_as_bad_as_the_worst_that_is_known(facts: ClusterFacts):
    verdict = judge(facts, NOW)
    levels = [node.level for node in verdict.nodes]
    known = [level for level in levels if level is not Level.UNKNOWN]
    if not known:
        assert verdict.level is Level.UNKNOWN
        return
    assert verdict.level is not Level.UNKNOWN
    assert verdict.level >= max(known)
    if Level.UNKNOWN in levels:
        assert verdict.level >= Level.ATTENTION
    general = [
        finding.level for finding in verdict.findings if finding.node not in {node.name for node in verdict.nodes}
    ]
    assert verdict.level <= max([*known, *general, Level.ATTENTION if Level.UNKNOWN in levels else Level.HEALTHY])


@patient
@given(clusters, st.randoms(use_true_random=False))
def test_the_order_of_the_nodes_changes_no_verdict(facts: ClusterFacts, random: Random):
    nodes = list(facts.nodes)
    random.shuffle(nodes)
    one, other = judge(facts, NOW), judge(replace(facts, nodes=tuple(nodes)), NOW)
    assert {node.name: (node.level, node.findings) for node in one.nodes} == {
        node.name: (node.level, node.findings) for node in other.nodes
    }
    assert one.level is other.level


@patient
@given(clusters)
def test_no_finding_of_a_node_is_lost_in_the_cluster(facts: ClusterFacts):
    verdict = judge(facts, NOW)
    together = {(finding.id, finding.level, finding.message) for finding in verdict.findings}
    for node in verdict.nodes:
        assert {(finding.id, finding.level, finding.message) for finding in node.findings} <= together
        assert list(node.findings) == sorted(node.findings, key=lambda finding: -finding.level.rank)


@given(_VALUES)
def test_nobody_is_accused_without_a_strict_majority(values: dict[str, str | None]):
    found = compare(values)
    said = [value for value in values.values() if value is not None]
    if found.odd:
        assert 2 * said.count(found.majority or "") > len(said)
    assert set(found.odd) <= {node for node, value in values.items() if value not in {None, found.majority}}
    assert found.differs == (len(set(said)) > 1)


@given(_VALUES, st.randoms(use_true_random=False))
def test_the_order_of_voices_changes_no_majority(values: dict[str, str | None], random: Random):
    shuffled = list(values.items())
    random.shuffle(shuffled)
    assert compare(values) == compare(dict(shuffled))


@given(st.sampled_from("ab"), st.sampled_from("ab"))
def test_of_two_neither_is_accused(one: str, two: str):
    assert compare({"HCI-N1": one, "HCI-N2": two}).odd == ()


@patient
@given(st.dictionaries(st.sampled_from(["HCI-N1", "HCI-N2", "HCI-N3"]), firmwares), st.permutations(["X", "Y"]))
def test_nodes_whose_firmware_was_not_read_do_not_count(read: dict[str, object], unread: list[str]):
    assert compare_firmware({**dict.fromkeys(unread), **read}) == compare_firmware(read)  # type: ignore[arg-type]


@patient
@given(clusters, st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)))
def test_judging_twice_gives_the_same(facts: ClusterFacts, wait: timedelta):
    assert judge(facts, NOW + wait) == judge(facts, NOW + wait)
