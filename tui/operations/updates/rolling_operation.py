"""The base of what takes nodes one at a time: how often it looks, and how long it waits for what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.cluster.rolling_journal import Entry
from tui.cluster.rolling_plan import RollingLimits, RollingPlan
from tui.operations.updates.coordinated_operation import CoordinatedOperation
from tui.operations.updates.coordinating import HEARTBEAT_SECONDS, Coordinating, WorkEnd
from tui.operations.updates.rolling import roll
from tui.operations.updates.rolling_hands import RollingPace
from tui.runs.coordinated import Coordination
from tui.runs.rolling_record import plan_from


class RollingOperation(CoordinatedOperation):
    """One coordinated run whose parameters are a plan to go through the cluster."""

    def __init__(
        self,
        *,
        pace: RollingPace | None = None,
        limits: RollingLimits | None = None,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        """Look and wait as often and as long as that."""
        super().__init__(heartbeat_seconds=heartbeat_seconds)
        self._pace = pace or RollingPace()
        self._limits = limits or RollingLimits()

    def planned(self, parameters: Mapping[str, Any]) -> RollingPlan:
        """Return the plan that a run was begun with; how long this azsconfig waits is its own affair."""
        return replace(plan_from(parameters), limits=self._limits)

    def carry_on(self, work: Coordinating, coordination: Coordination, journal: Sequence[Entry]) -> WorkEnd | None:
        """Go on with the nodes that are not done."""
        return roll(work, coordination, journal, self.planned(work.head.parameters), self._pace)
