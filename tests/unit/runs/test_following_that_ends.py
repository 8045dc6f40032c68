"""Following and journaling when azsconfig itself ends in the middle of it."""

import threading
from typing import Any

from tests.made_up_runs import DONE, PLAN, MadeUpOperation
from tui.nodes.errors import Cancelled
from tui.operations.activity import ActivityLog
from tui.operations.followed_runs import FollowedRuns
from tui.runs.errors import RunUnreadable
from tui.runs.event import Event
from tui.runs.follow import follow
from tui.runs.journal_copy import JournalCopy, Telling

RUN_ID = "20260504T140231Z-register-0a1b2c3d"


class _Session:
    banner = "LAB made-up"


def closed(node: str, *_: object, **__: object) -> Any:
    """Stands for asking a node over a channel that was closed."""
    raise Cancelled(node, "The channel was closed.")


def test_a_session_that_is_closed_ends_following_at_once() -> None:
    heard: list[Event] = []
    followed = follow(closed, "HCI-N1", RUN_ID, heard.append)
    assert not followed.over
    assert isinstance(followed.lost, Cancelled)
    assert heard == []


def test_a_copy_that_is_closed_says_so_instead_of_failing() -> None:
    copy = JournalCopy(closed, "HCI-N1", lambda: Telling({"Id": RUN_ID}, ()))
    assert isinstance(copy.bring().result(), Cancelled)
    copy.close()
    failure = copy.bring().result()
    assert isinstance(failure, RunUnreadable)
    assert "azsconfig ends" in failure.message
    assert not copy.busy


def test_leaving_waits_until_what_is_done_here_was_left_in_order() -> None:
    left = threading.Event()

    def until(stop: threading.Event | None) -> None:
        assert stop is not None
        assert stop.wait(20)
        left.set()

    runs = FollowedRuns(ActivityLog(), changed=lambda: None, read_again=lambda: None)
    run = runs.start(MadeUpOperation(PLAN, outcome=DONE, until=until), _Session(), PLAN)  # pyright: ignore[reportArgumentType]
    runs.leave(20)
    assert left.is_set()
    assert run.over
    assert runs.going_on == ()


def test_leaving_waits_no_longer_than_it_is_told() -> None:
    over = threading.Event()
    operation = MadeUpOperation(PLAN, until=lambda _stop: over.wait(20))
    runs = FollowedRuns(ActivityLog(), changed=lambda: None, read_again=lambda: None)
    run = runs.start(operation, _Session(), PLAN)  # pyright: ignore[reportArgumentType]
    runs.leave(0.05)
    assert not run.over
    over.set()
    assert run.wait(20)
