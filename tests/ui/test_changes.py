"""From a form to the outcome of a run, on screens and in lines: nothing starts unconfirmed, leaving stops nothing."""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.lab.patience import wait_until
from tests.made_up_runs import BLOCKED, DONE, NAMED, NOW, PLAN, RUN_ID, MadeUpOperation, events, run_state
from tests.scenario_facts import StillReader, scenario_snapshot
from tests.ui.shown import PATIENCE_SECONDS, Shown, desk_with, driven, said
from tui.azure.identity import DeviceCode
from tui.line_mode import LineMode
from tui.nodes.errors import Unreachable
from tui.operations.running import ClusterRuns, FoundRun
from tui.operations.snapshot import Snapshot
from tui.runs.outcome import Outcome, OutcomeKind

REPAIR, LOOK = ("4", "enter"), ("7", "enter")


def test_a_plan_is_shown_first_and_enter_alone_goes_back() -> None:
    operation = MadeUpOperation()

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        text = await shown.until("1) Back, change nothing")
        assert "Register-AzStackHCI" in text
        assert "HCI-N1 logs script blocks." in text
        await shown.press("enter")
        assert "Look at what would be done" in shown.text

    driven(desk_with(operation), steps)
    assert operation.applied == []


def test_a_confirmed_plan_becomes_a_run_with_its_outcome_and_going_back_leads_to_the_menu() -> None:
    operation = MadeUpOperation(told=events())
    desk = desk_with(operation)

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        await shown.until("2) Do it")
        await shown.press("2", "enter")
        text = await shown.until("Done: HCI-CL01 is registered.")
        assert f"Run {RUN_ID} on HCI-N1" in text
        assert "done      14:02:33  Check that the run's identity" in text
        assert "WARNING: The log folder was made." in text
        await shown.press("escape")
        assert "Enter number to select an option:" in shown.text

    driven(desk, steps)
    assert operation.applied == [PLAN]
    assert [entry.what for entry in desk.activity.entries()][::-1] == [
        "Started: Register HCI-CL01 with Azure.",
        "Register HCI-CL01 with Azure: HCI-CL01 is registered.",
    ]


def test_a_run_that_is_left_goes_on_and_its_outcome_is_noted() -> None:
    go_on = threading.Event()
    operation = MadeUpOperation(told=events()[:8], until=lambda _stop: go_on.wait(PATIENCE_SECONDS))
    desk = desk_with(operation)

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        await shown.until("2) Do it")
        await shown.press("2", "enter")
        text = await shown.until("Creating the resource")
        assert "going on" in text
        assert "It goes on when this screen is left" in text
        await shown.press("escape")
        assert "It goes on. 13 shows it again." in shown.text
        (run,) = desk.runs.going_on
        go_on.set()
        assert run.wait(PATIENCE_SECONDS)

    driven(desk, steps)
    assert desk.activity.entries()[0].what.endswith("HCI-CL01 is registered.")
    reader = desk.reader
    assert isinstance(reader, StillReader)
    assert (reader.asked_to_read, reader.asked_for_runs) == (1, 1)


def test_leaving_azsconfig_says_first_what_would_stand_still() -> None:
    go_on = threading.Event()
    done_here = replace(PLAN, work=None)
    operation = MadeUpOperation(done_here, events()[:6], until=lambda _stop: go_on.wait(PATIENCE_SECONDS))

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        await shown.until("2) Do it")
        await shown.press("2", "enter")
        await shown.until("Creating the resource")
        await shown.press("escape", "1", "5", "enter")
        text = await shown.until("2) Leave azsconfig")
        assert "azsconfig does this itself now: Register HCI-CL01 with Azure." in text
        assert f"azsconfig runs resume {RUN_ID}" in " ".join(text.split())
        await shown.press("1", "enter")
        assert "Enter number to select an option:" in shown.text
        assert shown.app.is_running
        go_on.set()
        await shown.press("1", "5", "enter", "2", "enter")

    driven(desk_with(operation), steps)


def test_a_run_on_a_node_keeps_nobody_from_leaving() -> None:
    go_on = threading.Event()
    operation = MadeUpOperation(told=events()[:6], until=lambda _stop: go_on.wait(PATIENCE_SECONDS))

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        await shown.until("2) Do it")
        await shown.press("2", "enter")
        await shown.until("Creating the resource")
        await shown.press("escape", "1", "5", "enter")
        assert "does this itself" not in shown.text
        go_on.set()

    driven(desk_with(operation), steps)


@pytest.mark.parametrize("typed", ["HCI-CL02", "yes"])
def test_a_plan_that_asks_for_a_name_takes_no_other(typed: str) -> None:
    operation = MadeUpOperation(NAMED, events())

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        await shown.until("2) Do it (asks to type HCI-CL01)")
        await shown.press("2", "enter", *typed, "enter")
        await shown.until("That is not HCI-CL01. Nothing is changed.")
        assert operation.applied == []
        await shown.press(*("backspace" for _ in typed), *"hci-cl01", "enter")
        await shown.until("Done: HCI-CL01 is registered.")

    driven(desk_with(operation), steps)
    assert operation.applied == [NAMED]


def test_blockers_stand_first_and_leave_nothing_but_going_back() -> None:
    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        text = await shown.until("1) Back, change nothing")
        assert "2)" not in text
        assert text.index("Azure does not offer the region mars.") < text.index("What is done")

    driven(desk_with(MadeUpOperation(BLOCKED)), steps)


def test_what_cannot_be_prepared_is_told_and_looked_at_again() -> None:
    operation = MadeUpOperation(Unreachable("HCI-N1", "No answer.", remedy="See whether it is up."))

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        text = await shown.until("There is no plan: HCI-N1: No answer.")
        assert "See whether it is up." in text
        operation.plan = PLAN
        await shown.press("r")
        await shown.until("2) Do it")

    driven(desk_with(operation), steps)


def test_the_code_to_sign_in_with_stands_on_the_screen_while_it_is_waited_for() -> None:
    signed_in = threading.Event()
    operation = MadeUpOperation()
    desk = desk_with(operation)
    prepare = operation.prepare

    def after_sign_in(*arguments: object) -> object:
        desk.codes.show(DeviceCode("https://microsoft.test/devicelogin", "C4WX2K9QP", NOW + timedelta(minutes=15)))
        assert signed_in.wait(PATIENCE_SECONDS)
        return prepare(*arguments)  # pyright: ignore[reportArgumentType]

    operation.prepare = after_sign_in  # pyright: ignore[reportAttributeAccessIssue]

    async def steps(shown: Shown) -> None:
        await shown.press(*REPAIR, *LOOK)
        assert "      C4WX2K9QP" in await shown.until("https://microsoft.test/devicelogin")
        signed_in.set()
        assert "C4WX2K9QP" not in await shown.until("2) Do it")

    driven(desk, steps)


def test_line_mode_tells_steps_progress_and_outcome_as_they_come() -> None:
    output = io.StringIO()
    operation = MadeUpOperation(
        told=events(40), until=lambda _stop: wait_until(lambda: "Following" in output.getvalue())
    )
    text = said(desk_with(operation), "4\n7\n2\n\n15\n", output)
    assert "Following the run; Ctrl+C leaves it. It goes on. 13 shows it again." in text
    assert text.index("Register-AzStackHCI: going on") < text.index("Register-AzStackHCI: done")
    assert 2 <= text[: text.index("== Register HCI-CL01 with Azure ==", text.index("Following"))].count("Creating") <= 6
    assert "Done: HCI-CL01 is registered." in text
    assert text.rstrip().endswith("Enter number to select an option: 15")


def test_line_mode_starts_nothing_without_the_name() -> None:
    operation = MadeUpOperation(NAMED)
    said(desk_with(operation), "4\n7\n2\nyes\n\n1\n\n15\n")
    assert operation.applied == []


def test_ctrl_c_in_line_mode_leaves_the_run_and_not_azsconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    operation = MadeUpOperation(told=events()[:6], until=lambda _stop: go_on.wait(PATIENCE_SECONDS))
    desk = desk_with(operation)
    interrupted: list[bool] = []

    def interrupt(run: LineMode, view: object) -> None:
        from screens.run import RunView

        if isinstance(view, RunView) and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        wait_for(run, view)

    wait_for: Callable[..., None] = LineMode._wait_for  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(LineMode, "_wait_for", interrupt)
    text = said(desk, "4\n7\n2\n15\n")
    go_on.set()
    assert interrupted
    assert "It goes on. 13 shows it again." in text
    assert text.rstrip().endswith("Enter number to select an option: 15")


def with_runs(*found: FoundRun) -> Snapshot:
    return replace(scenario_snapshot(), runs=ClusterRuns(found, read=4))


def test_a_run_that_goes_on_anywhere_stands_in_the_banner_and_refuses_changes() -> None:
    going_on = with_runs(FoundRun("HCI-N2", run_state(over=False)))

    async def steps(shown: Shown) -> None:
        assert "RUN GOING ON: Register HCI-CL01 with Azure (13)" in shown.text
        assert "going on: Register HCI-CL01 with Azure" in shown.text
        await shown.press("9", "enter")
        assert "9: a run goes on: Register HCI-CL01 with Azure" in shown.text

    driven(desk_with(MadeUpOperation(), going_on), steps)


def test_a_run_of_the_list_is_followed_to_its_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def attach(_session: object, found: FoundRun, sink: Callable[..., None], _stop: object) -> Outcome:
        assert found.state.id == RUN_ID
        for event in events():
            sink(event)
        return DONE

    monkeypatch.setattr("tui.operations.followed_runs.attach_found", attach)
    lost = run_state(outcome=Outcome(OutcomeKind.LOST, "It ended."), id="20260503T140231Z-repair-0a1b2c3d")
    shows = with_runs(FoundRun("HCI-N2", run_state(over=False)), FoundRun("HCI-N1", lost))

    async def steps(shown: Shown) -> None:
        await shown.press("1", "3", "enter")
        text = await shown.until("Runs of the cluster")
        assert "Register HCI-CL01 with Azure: going on" in text
        assert "ended in the middle" in text
        await shown.press("1", "enter")
        await shown.until("Done: HCI-CL01 is registered.")
        await shown.press("f", *"warning", "enter")
        assert "1 of 4 lines with: warning" in await shown.until("lines with")
        await shown.press("escape")
        assert "Runs of the cluster" in shown.text

    driven(desk_with(MadeUpOperation(), shows), steps)


def test_read_only_offers_no_change() -> None:
    async def steps(shown: Shown) -> None:
        await shown.press("4", "enter")
        assert "4: read-only" in shown.text

    driven(desk_with(MadeUpOperation(), replace(scenario_snapshot(), read_only=True)), steps)


def test_a_form_takes_values_refuses_bad_ones_and_hands_over_what_was_given() -> None:
    operation = MadeUpOperation()
    answers = (
        "3\n"  # register
        "1\n1\nnot an id\n8F1C2D5E-0000-4000-8000-000000000001\n"
        "2\n1\nEast US\n"
        "6\na=1, b=2\n"
        "9\n12\n00112233445566778899aabbccddeeff00112233\n"
        "10\n11111111-0000-4000-8000-000000000001\n"
        "16\n"  # refused: the secret is missing
        "11\nthe secret of the test\n"
        "16\n\n\n15\n"
    )
    text = said(desk_with(operation, scenario_snapshot("fresh")), answers)
    assert "Subscription and Region are missing" in text
    assert "An id has the form" in text
    assert "A thumbprint has 40 digits" in text
    assert "16: the Arc principal needs its secret." in text
    given = dict(operation.inputs)
    assert given.pop("arc_spn_secret").reveal() == "the secret of the test"
    assert given == {
        "subscription": "8f1c2d5e-0000-4000-8000-000000000001",
        "region": "eastus",
        "tag": ("a=1", "b=2"),
        "certificate_thumbprint": "00112233445566778899AABBCCDDEEFF00112233",
        "arc_spn_id": "11111111-0000-4000-8000-000000000001",
    }
