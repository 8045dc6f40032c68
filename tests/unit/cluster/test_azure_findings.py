"""Where the nodes and Azure have drifted apart."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.scenario_facts import NOW, scenario_facts
from tui.cluster.azure_resources import (
    ArcMachine,
    ArcMachineStatus,
    AzureCluster,
    AzureClusterStatus,
    AzureProblem,
    AzureProblemKind,
    AzureView,
    Found,
    ReportedNode,
)
from tui.cluster.facts import ClusterFacts, Reading, value_of
from tui.cluster.findings import Level
from tui.cluster.resource_id import ResourceId, parse_resource_id
from tui.cluster.verdict import judge

FACTS = scenario_facts("healthy")
NODES = [node.name for node in FACTS.nodes]


def cluster_id() -> ResourceId:
    registration = value_of(FACTS.nodes[0].registration)
    assert registration is not None
    return parse_resource_id(registration.azure_resource_uri or "")


def machine(name: str, **changes: Any) -> ArcMachine:
    own = ResourceId(
        cluster_id().subscription, cluster_id().resource_group, "Microsoft.HybridCompute", ("machines",), (name,)
    )
    made = ArcMachine(own, "eastus", ArcMachineStatus.CONNECTED, parent_cluster_id=str(cluster_id()).upper())
    return replace(made, **changes)


def view(cluster: AzureCluster | None, machines: list[ArcMachine] | None = None) -> AzureView:
    arc = [machine(name) for name in NODES] if machines is None else machines
    return AzureView(
        "AzureCloud",
        "admin@contoso.test",
        cluster_id(),
        Reading(Found(cluster), NOW),
        Reading(Found(None), NOW),
        Reading(tuple(arc), NOW),
    )


def resource(**changes: Any) -> AzureCluster:
    nodes = tuple(ReportedNode(name) for name in NODES)
    return replace(AzureCluster(cluster_id(), "East US", AzureClusterStatus.CONNECTED_RECENTLY, nodes=nodes), **changes)


def found(azure: AzureView, facts: ClusterFacts = FACTS) -> set[tuple[str, str | None]]:
    findings = judge(facts, NOW, azure).findings
    return {(finding.id, finding.node) for finding in findings if finding.id.startswith(("azure", "arc-machine"))}


def test_what_agrees_is_no_finding_whatever_its_spelling() -> None:
    assert found(view(resource())) == set()
    fully = tuple(ReportedNode(f"{name.lower()}.hci.contoso.test") for name in NODES)
    assert found(view(resource(nodes=fully))) == set()


def test_without_azure_nothing_is_said_of_it() -> None:
    assert not [item for item in judge(FACTS, NOW).findings if item.id.startswith("azure")]


def test_a_resource_that_is_gone_makes_the_cluster_unhealthy() -> None:
    verdict = judge(FACTS, NOW, view(None, []))
    assert verdict.level is Level.UNHEALTHY
    assert "does not exist in Azure" in verdict.reason


@pytest.mark.parametrize(
    ("azure", "expected"),
    [
        (view(resource(nodes=resource().nodes[:-1])), ("azure-node-missing", "HCI-N4")),
        (view(resource(nodes=(*resource().nodes, ReportedNode("OLD-N9")))), ("azure-node-left", None)),
        (view(resource(status=AzureClusterStatus.NOT_CONNECTED_RECENTLY)), ("azure-not-connected", None)),
        (view(resource(), [machine(name) for name in NODES[1:]]), ("arc-machine-missing", "HCI-N1")),
        (view(resource(), [*map(machine, NODES), machine("OLD-N9")]), ("arc-machine-left", None)),
        (
            view(resource(), [machine("HCI-N1", parent_cluster_id="/x"), *map(machine, NODES[1:])]),
            ("arc-machine-foreign", "HCI-N1"),
        ),
        (
            view(resource(), [machine("HCI-N1", status=ArcMachineStatus("Expired")), *map(machine, NODES[1:])]),
            ("arc-machine-not-connected", "HCI-N1"),
        ),
    ],
)
def test_each_drift_is_named_once(azure: AzureView, expected: tuple[str, str | None]) -> None:
    assert found(azure) == {expected}


def test_another_servers_machine_in_the_same_group_is_nobodys_business() -> None:
    other = machine("SQL-07", parent_cluster_id=None)
    assert found(view(resource(), [*map(machine, NODES), other])) == set()


def test_a_silence_that_the_nodes_tell_themselves_is_not_told_twice() -> None:
    offline = scenario_facts("offline")
    silent = resource(status=AzureClusterStatus.NOT_CONNECTED_RECENTLY, last_sync=NOW - timedelta(days=5))
    machines = [machine(name, status=ArcMachineStatus.DISCONNECTED) for name in NODES]
    assert found(view(silent, machines), offline) == set()


def test_a_region_that_differs_is_named_for_nodes_that_tell_one() -> None:
    first, *others = FACTS.nodes
    told = first.registration
    assert isinstance(told, Reading)
    moved = replace(first, registration=replace(told, value=replace(told.value, region="westeurope")))
    facts = replace(FACTS, nodes=(moved, *others))
    assert ("azure-region-differs", "HCI-N1") in found(view(resource()), facts)


def test_a_machine_in_another_subscription_is_named() -> None:
    elsewhere = replace(cluster_id(), subscription="99999999-0000-4000-8000-000000000000")
    ids = {node for finding, node in found(view(resource(id=elsewhere), [])) if finding == "azure-subscription-differs"}
    assert ids == {None} or ids == set(NODES)


def test_azure_that_cannot_be_read_is_one_finding_with_its_remedy() -> None:
    problem = AzureProblem(AzureProblemKind.FORBIDDEN, "No permission.", "Have a role assigned.")
    azure = AzureView("AzureCloud", "x", cluster_id(), problem, problem, problem)
    verdict = judge(FACTS, NOW, azure)
    (finding,) = [item for item in verdict.findings if item.id == "azure-unread"]
    assert finding.remedy == "Have a role assigned."
    assert verdict.level is Level.ATTENTION
