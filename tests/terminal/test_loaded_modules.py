"""What stands in memory when the menu stands: the engine is loaded behind it, Azure not at all."""

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.terminal.conftest import environment_of
from tests.terminal.emulated import EmulatedTerminal

READY = "Enter number to select an option:"
MENU = """
import json, sys
from pathlib import Path
from tests.benchmarks.unconnected import show
show()
Path(sys.argv[1]).write_text(json.dumps(sorted(sys.modules)), encoding="utf-8")
"""
NOT_YET = ("winrm", "requests", "spnego", "azure", "msgspec", "tomlkit", "cryptography", "tui.nodes.channel", "tui.lab")
"""Not for the menu before anything is read."""


def loaded_by_the_menu(folder: Path) -> set[str]:
    """Return the modules that are loaded when the menu is left again."""
    written = folder / "modules.json"
    words = [sys.executable, "-c", MENU, str(written)]
    environment = {**environment_of(folder), "TERM": "xterm-256color"}
    terminal = EmulatedTerminal(words, environment=environment, folder=ROOT)
    try:
        terminal.wait_for(READY)
        terminal.wait_quiet(0.2)
        terminal.send("15\r")
        terminal.wait_ended()
    finally:
        terminal.end()
    return set(json.loads(written.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NOT_YET)
def test_the_menu_stands_before_the_engine_is_loaded(first_menu: set[str], name: str) -> None:
    assert not {module for module in first_menu if f"{module}.".startswith(f"{name}.")}


@pytest.fixture(scope="module")
def first_menu(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the menu alone has loaded."""
    return loaded_by_the_menu(tmp_path_factory.mktemp("modules"))
