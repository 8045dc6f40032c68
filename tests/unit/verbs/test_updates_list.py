"""What `azsconfig updates list` ends with."""

import pytest

from tests.update_facts import FAILED, NOT_READ, ROLLUP, UNREACHABLE, cluster, node, search, state
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.update_results import OperationResult
from tui.exit_codes import ExitCode
from tui.verbs.updates import updates_exit_code

WELL = node(1, search(ROLLUP))
DEAD = node(2, UNREACHABLE, UNREACHABLE)
INCOMPLETE = node(2, search(result_code=OperationResult.SUCCEEDED_WITH_ERRORS))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (cluster(WELL), ExitCode.DONE),
        (cluster(node(1, search(), state(FAILED))), ExitCode.DONE),
        (cluster(node(1, search(), state(pending=True))), ExitCode.ATTENTION),
        (cluster(WELL, DEAD), ExitCode.PARTLY),
        (cluster(WELL, node(2, UNREACHABLE)), ExitCode.PARTLY),
        (cluster(WELL, node(2, search(), UNREACHABLE)), ExitCode.PARTLY),
        (cluster(WELL, INCOMPLETE), ExitCode.PARTLY),
        (cluster(WELL, node(2, NOT_READ)), ExitCode.PARTLY),
        (cluster(DEAD), ExitCode.UNREACHABLE),
        (cluster(node(1, search(), state(pending=True)), DEAD), ExitCode.PARTLY),
    ],
)
def test_the_exit_code_tells_what_was_read_and_what_waits(found: ClusterUpdates, code: ExitCode) -> None:
    assert updates_exit_code(found) is code
