"""disconnect-agent: the agent of a node forgets its resource, and what came of it is looked at."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_engine import ScriptEngine
from tests.powershell.test_scripts_on_odd_answers import place_agent


def agent(folder: Path, *, ends: int, name: str | None, says: str = "INFO    Disconnected machine from Azure") -> str:
    """Return an agent that says something, ends so, and then shows a resource's name; None for no JSON."""
    shown = "Error: unknown shorthand flag" if name is None else f"INFO  x\n{json.dumps({'resourceName': name})}"
    return f"""
        echo "$*" >> '{folder}/asked'
        if [ "$1" = show ]; then echo '{shown}'; exit {16 if name is None else 0}; fi
        cat >> '{folder}/asked'
        echo '{says}'; echo 'on standard error' >&2; exit {ends}
    """


@pytest.mark.parametrize(
    ("ends", "name", "disconnected"),
    [
        (0, "", True),
        (0, "HCI-N1", False),
        (67, "", True),
        (63, "HCI-N1", False),
        (0, None, True),
        (63, None, False),
    ],
)
def test_the_agent_is_asked_what_it_is_afterwards(
    engine: ScriptEngine, tmp_path: Path, ends: int, name: str | None, disconnected: bool
) -> None:
    environment = place_agent(tmp_path, agent(tmp_path, ends=ends, name=name))
    told: dict[str, Any] = engine.run("disconnect-agent", environment=environment).one
    assert (told["Disconnected"], told["ExitCode"]) == (disconnected, ends)
    assert set(told["Output"].splitlines()) == {"INFO    Disconnected machine from Azure", "on standard error"}
    # Nothing came over standard input, which holds requests.
    assert (tmp_path / "asked").read_text("utf-8") == "disconnect --force-local-only\nshow -j\n"


def test_without_an_agent_there_is_nothing_to_disconnect(engine: ScriptEngine, tmp_path: Path) -> None:
    told = engine.run("disconnect-agent", environment={"ProgramFiles": str(tmp_path)}).one
    assert (told["Disconnected"], told["ExitCode"]) == (True, None)


def test_an_agent_that_cannot_be_started_is_an_error(engine: ScriptEngine, tmp_path: Path) -> None:
    run = engine.run("disconnect-agent", environment=place_agent(tmp_path, "not executable"))
    assert run.out == []
    assert [failure.terminating for failure in run.errors] == [True]


def test_an_agent_that_shows_garbage_is_judged_by_its_exit_code(engine: ScriptEngine, tmp_path: Path) -> None:
    text = 'if [ "$1" = show ]; then echo "{ garbage }"; fi'
    run = engine.run("disconnect-agent", environment=place_agent(tmp_path, text))
    assert run.one["Disconnected"] is True
    assert any("no JSON" in warning for warning in run.warnings)
