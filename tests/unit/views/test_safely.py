"""A view that fails is told in words on both front ends, and the menu goes on; no traceback reaches anyone."""

import io
import logging

import pytest
from textual.pilot import Pilot

from screens.menu import MenuView
from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tests.ui.conftest import Driver
from tui.app import AzsconfigApp
from tui.line_mode import LineMode
from tui.pages.document import Choice, Document
from tui.views.action import Action, Open, Tell
from tui.views.safely import action_of, document_of
from tui.views.view import View


class Broken(View):
    """Fails in everything."""

    def document(self, columns: int) -> Document:
        message = "hunter2 is in here"
        raise ZeroDivisionError(message)

    def help(self, columns: int) -> Document:
        return self.document(columns)

    def leave(self) -> None:
        self.document(80)


@pytest.fixture
def broken() -> Broken:
    return Broken(desk_of(StillReader(scenario_snapshot())))


def test_it_is_told_in_words_that_hold_no_value_and_logged_whole(
    broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    text = document_of(broken, 80).text
    assert "ZeroDivisionError" in text
    assert "azsconfig.log" in text
    assert "hunter2" not in text
    assert any(record.exc_info for record in caplog.records)

    def fail() -> Action:
        raise KeyError("x")

    assert isinstance(action_of(fail), Tell)


def test_both_front_ends_go_on(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(_self: MenuView, choice: Choice) -> Action:
        if choice.number == 2:
            raise ZeroDivisionError
        return Open(broken)

    monkeypatch.setattr(MenuView, "choose", choose)
    output = io.StringIO()
    LineMode(broken.desk, io.StringIO("1\n\n2\n"), output, 80).run()
    assert "This could not be shown" in output.getvalue()
    assert output.getvalue().count("azsconfig failed here (ZeroDivisionError)") == 2
    driver = Driver()

    async def steps(pilot: Pilot[None], _app: AzsconfigApp) -> None:
        await pilot.press("2", "enter")
        await pilot.pause()
        assert "azsconfig failed here" in driver.rows[-1]
        await pilot.press("1", "enter")
        await pilot.pause()
        assert "This could not be shown" in driver.rows[0]
        await pilot.press("escape")
        await pilot.pause()
        assert "Registration status" in driver.text

    driver.run(steps)


def test_a_program_that_fails_itself_ends_with_words_and_no_values(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    driver = Driver()

    async def steps(pilot: Pilot[None], app: AzsconfigApp) -> None:
        _password = "hunter2"  # A traceback with values would show it.

        def fail() -> None:
            raise ZeroDivisionError

        app.call_later(fail)
        await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        driver.run(steps)
    shown = "".join(capsys.readouterr())
    assert "azsconfig failed here (ZeroDivisionError)" in shown
    assert "hunter2" not in shown
    assert "Traceback" not in shown
    assert [record.levelno for record in caplog.records if record.name == "azsconfig.menu"] == [logging.ERROR]
