"""The menu: values, numbers, arrows, refusals, sizes."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.scenario_facts import scenario_snapshot
from tests.ui.conftest import Driver
from tui.app import AzsconfigApp
from tui.operations.snapshot import Snapshot
from tui.options import OPTIONS
from tui.widgets.numbered_list import NumberedList


def test_every_option_stands_in_its_place_with_its_value(driver: Driver) -> None:
    async def steps(_pilot: Pilot[None], _app: AzsconfigApp) -> None:
        assert driver.rows[0].startswith("===")
        assert "cluster HCI-CL01" in driver.rows[0]
        assert driver.rows[1] == " HCI-N1 and 3 peers    22H2 (20349.2700)    eastus    read at 14:02:31"
        assert driver.rows[-2].endswith("? help  c PowerShell  s save  r read")
        assert len(driver.rows[-2]) == 79
        for option in OPTIONS:
            assert any(f"{option.number:2}) {option.title}" in row for row in driver.rows), option
        assert "Registered, connected 28 minutes before" in driver.text
        assert "4 of 4 connected" in driver.text
        assert "LAB healthy" in driver.rows[-2]
        assert driver.rows[-1].startswith("Enter number to select an option:")

    driver.run(steps)


def test_a_number_and_enter_open_an_option_and_esc_comes_back(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("2", "enter")
        await pilot.pause()
        assert "Arc-enabled servers" in driver.rows[0]
        await pilot.press("1", "enter")
        await pilot.pause()
        assert "Arc-enabled server HCI-N1" in driver.rows[0]
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert "Azure Stack HCI registration" in driver.rows[0]

    driver.run(steps)


def test_arrows_and_enter_open_an_option(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "Arc-enabled servers" in driver.rows[0]

    driver.run(steps)


def test_an_option_that_cannot_be_used_says_why_and_opens_nothing(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        await pilot.press("1", "0", "enter")
        await pilot.pause()
        assert driver.rows[-1] == "10: not in this version yet"
        assert len(app.screen_stack) == 1
        await pilot.press("9", "9", "enter")
        await pilot.pause()
        assert driver.rows[-1] == "There is no 99 here."

    driver.run(steps)


def test_typing_shows_in_the_prompt_and_can_be_undone(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("1", "5")
        await pilot.pause()
        assert driver.rows[-1].endswith("option: 15")
        await pilot.press("backspace")
        await pilot.pause()
        assert driver.rows[-1].endswith("option: 1")
        await pilot.press("escape")
        await pilot.pause()
        assert driver.rows[-1].endswith("option:")

    driver.run(steps)


def test_a_digit_that_is_no_number_is_no_input(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        await pilot.press("²", "enter")
        await pilot.pause()
        assert app.is_running
        assert "Registration status - cluster" in driver.rows[0]

    driver.run(steps)


def test_a_page_that_was_scrolled_stays_where_it_is_while_values_arrive() -> None:
    driver = Driver(scenario_snapshot("firmware"))

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("1", "enter")
        await pilot.press("pagedown")
        await pilot.pause()
        before = driver.rows
        driver.reader.change(scenario_snapshot("firmware"))
        await pilot.pause()
        assert driver.rows == before

    driver.run(steps)


def test_fifteen_leaves(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        await pilot.press("1", "5", "enter")
        await pilot.pause()
        assert app._exit  # pyright: ignore[reportPrivateUsage]

    driver.run(steps)


def test_ctrl_c_says_how_to_leave_and_leaves_nothing(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "15 in the menu" in driver.rows[-1]
        assert app.is_running

    driver.run(steps)


def test_values_fill_in_as_they_are_read() -> None:
    driver = Driver(Snapshot(banner="LAB healthy", doing="opening the cluster", reading=True))

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        assert "opening the cluster" in driver.text
        assert "1) Registration status" in driver.text
        driver.reader.change(scenario_snapshot())
        await pilot.pause()
        assert "Registered, connected 28 minutes before" in driver.text

    driver.run(steps)


def test_a_cluster_that_cannot_be_opened_says_why_and_the_menu_stays() -> None:
    driver = Driver(Snapshot(error="The simulated cluster did not start. See its log."))

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        assert "The simulated cluster did not start." in driver.text
        await pilot.press("1", "enter")
        await pilot.pause()
        assert "See its log." in driver.text

    driver.run(steps)


def test_read_only_is_never_overlooked() -> None:
    driver = Driver(replace(scenario_snapshot(), read_only=True))

    async def steps(_pilot: Pilot[None], _app: AzsconfigApp) -> None:
        assert "READ-ONLY" in driver.rows[-2]

    driver.run(steps)


def test_help_is_written_for_each_screen_and_r_reads_again(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("r")
        assert driver.reader.asked_to_read == 1
        await pilot.press("?")
        await pilot.pause()
        assert "Help: the menu" in driver.rows[0]
        await pilot.press("escape", "1", "enter", "?")
        await pilot.pause()
        assert "Help: registration status" in driver.rows[0]

    driver.run(steps)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60), (20, 5), (1, 1)])
def test_every_option_can_be_reached_at_any_size(size: tuple[int, int]) -> None:
    driver = Driver(size=size)

    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        for option in OPTIONS:
            if size[0] >= 40:
                assert any(f"{option.number:2}) {option.title[:20]}" in row for row in driver.rows), option
                assert driver.rows[-1].startswith("Enter number")
            await pilot.press("down")
            await pilot.pause()
        assert len(app.screen_stack) == 1

    driver.run(steps)


def test_a_resize_lays_the_menu_out_anew(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert len(driver.rows) == 12
        assert all(len(row) <= 40 for row in driver.rows)
        await pilot.resize_terminal(80, 25)
        await pilot.pause()
        assert "Registered, connected 28 minutes before" in driver.text

    driver.run(steps)


def test_a_screen_that_goes_on_below_says_so() -> None:
    driver = Driver(scenario_snapshot("firmware"))

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("1", "enter")
        await pilot.pause()
        assert driver.rows[-1].endswith("PgDn: more")
        for _ in range(5):
            await pilot.press("pagedown")
        await pilot.pause()
        assert driver.rows[-1].endswith("PgUp: more")
        assert "learn.microsoft.com" in driver.text

    driver.run(steps)


def test_an_arrow_key_repaints_two_rows(driver: Driver) -> None:
    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        painted: list[int] = []
        numbered = app.screen.query_one(NumberedList)
        draw = numbered.render_line
        numbered.render_line = lambda y: painted.append(y) or draw(y)  # type: ignore[method-assign]
        await pilot.press("down")
        await pilot.pause()
        assert sorted(set(painted)) == [3, 4]

    driver.run(steps)
