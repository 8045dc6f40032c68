"""Levels have an order of their own, which is not that of the alphabet."""

import random
from itertools import pairwise

from tui.cluster.findings import Finding, Level, by_weight, worst

_ORDER = [Level.HEALTHY, Level.ATTENTION, Level.UNHEALTHY, Level.UNKNOWN]


def test_levels_are_ordered_from_healthy_to_unknown():
    mixed = random.Random(3).sample(_ORDER, len(_ORDER))  # noqa: S311
    assert sorted(mixed) == _ORDER
    for lower, higher in pairwise(_ORDER):
        assert lower < higher
        assert lower <= higher
        assert higher > lower
        assert higher >= lower
        assert not higher <= lower


def test_nothing_found_is_healthy():
    assert worst([]) is Level.HEALTHY
    assert worst([Level.ATTENTION, Level.HEALTHY]) is Level.ATTENTION


def test_the_worst_comes_first_and_equals_keep_their_order():
    findings = [Finding(str(number), level, None, "m", "r") for number, level in enumerate([*_ORDER, *_ORDER])]
    assert [finding.id for finding in by_weight(findings)] == ["3", "7", "2", "6", "1", "5", "0", "4"]
