"""Facts of the lab's scenarios without a network: for pages, screens and pictures at a fixed time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.facts import ClusterFacts, Fact, NodeFacts, Problem, ProblemKind, Reading
from tui.cluster.verdict import judge
from tui.lab.clock import LabClock
from tui.lab.cluster_state import ClusterState
from tui.lab.node_document import node_document
from tui.lab.scenarios import build_cluster
from tui.operations.activity import ActivityLog
from tui.operations.operation import Operation
from tui.operations.preferences import Preferences
from tui.operations.reader import ClusterReader
from tui.operations.snapshot import Snapshot
from tui.operations.subjects import SUBJECTS
from tui.views.desk import Desk, Places
from tui.widgets.picture import svg

NOW = datetime(2026, 5, 4, 14, 2, 31, tzinfo=UTC)


def scenario_facts(scenario: str = "healthy", nodes: int = 4) -> ClusterFacts:
    """Return what a pass over a scenario reads at `NOW`; a node that is down is unreachable in every subject."""
    cluster = build_cluster(scenario, nodes, LabClock(lambda: NOW))
    return ClusterFacts(tuple(_node(cluster, name) for name in cluster.names), NOW)


def _node(cluster: ClusterState, name: str) -> NodeFacts:
    document = node_document(cluster, name)["facts"] if cluster.node(name).up else None
    facts: dict[str, Fact[object]] = {}
    for subject in SUBJECTS:
        if document is None:
            facts[subject.name] = Problem(
                ProblemKind.UNREACHABLE, name, f"{name} does not answer on port 5985.", "Check that the node is up."
            )
        else:
            told: object = document[subject.script]
            facts[subject.name] = Reading(
                subject.decode(cast("list[object]", told) if isinstance(told, list) else [told]), NOW
            )
    return NodeFacts(name=name, local=name == cluster.names[0], **facts)  # pyright: ignore[reportArgumentType]


def scenario_snapshot(scenario: str = "healthy", nodes: int = 4) -> Snapshot:
    """Return the snapshot after a complete pass over a scenario."""
    facts = scenario_facts(scenario, nodes)
    verdict = judge(facts, NOW)
    return Snapshot(name=verdict.name, banner=f"LAB {scenario}", facts=facts, verdict=verdict)


class StillReader(ClusterReader):
    """A reader that shows one snapshot and reads nothing; a test may replace the snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Show `snapshot`."""
        super().__init__(_no_session)
        self.shown = snapshot
        self.asked_to_read = 0
        self.asked_for_runs = 0
        self.opened: Any = None
        """Stands for the session that is open."""
        self._followers: list[Callable[[], None]] = []

    def start(self) -> None:
        """Read nothing."""

    def read_again(self) -> None:
        """Count."""
        self.asked_to_read += 1

    def look_at_runs(self) -> None:
        """Count."""
        self.asked_for_runs += 1

    def keep_updates(self, session: object, updates: ClusterUpdates) -> None:
        """Show what was found."""
        del session
        self.change(replace(self.shown, updates=updates))

    def session(self) -> Any:
        """Return what stands for the session."""
        return self.opened

    def snapshot(self) -> Snapshot:
        """Return what is shown."""
        return self.shown

    def now(self) -> datetime:
        """Return the time the snapshot was taken."""
        return NOW

    def change(self, snapshot: Snapshot) -> None:
        """Show another snapshot and tell who listens."""
        self.shown = snapshot
        for follower in self._followers:
            follower()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Keep the listener."""
        self._followers.append(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Forget the listener."""
        self._followers.remove(listener)


def desk_of(
    reader: ClusterReader, folder: Path | None = None, make_operation: Callable[[str], Operation] | None = None
) -> Desk:
    """Return what views work with: `reader`, and files in `folder` or none at all."""
    home = folder or Path("/nonexistent")
    return Desk(
        reader,
        ActivityLog(folder / "activity.jsonl" if folder else None),
        Preferences(home / "config.toml"),
        places=Places(log_file=home / "azsconfig.log", saved=home),
        picture=svg,
        open_cluster=lambda _wish: None,
        make_operation=make_operation,
    )


def _no_session() -> Any:
    message = "a still reader opens nothing"
    raise AssertionError(message)
