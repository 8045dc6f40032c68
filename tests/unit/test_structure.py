"""What the folders may know of each other, at run time too: a static graph does not see imports inside functions."""

import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT

HEAVY = ("textual", "rich", "winrm", "azure", "requests", "spnego", "psutil")

ALLOWED = {
    "tui.cluster": (),
    "tui.options": (),
    "tui.exit_codes": (),
    "tui.configuration.model": (),
    "tui.azure.errors": (),
    "tui.azure.identity": (),
    "tui.lab.launcher": (),
    "tui.lab.scenarios": (),
    "tui.nodes.connection": (),
    "tui.nodes.channel": ("winrm", "requests", "spnego", "psutil"),
    "tui.session": ("winrm", "requests", "spnego", "psutil"),
    "tui.operations.reader": ("winrm", "requests", "spnego", "psutil"),
    "tui.pages.menu": ("winrm", "requests", "spnego", "psutil"),
    "tui.report": ("winrm", "requests", "spnego", "psutil"),
}
"""Packages that importing a module may load; everything else that is heavy stays away."""


@pytest.mark.parametrize("module", ALLOWED)
def test_importing_a_module_loads_only_what_it_stands_on(module: str) -> None:
    names = [module]
    if module == "tui.cluster":
        names += [f"tui.cluster.{path.stem}" for path in (ROOT / "tui/cluster").glob("[a-z]*.py")]
    code = f"import sys, importlib\n[importlib.import_module(name) for name in {names!r}]\n"
    code += f"print(*({set(HEAVY)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= set(ALLOWED[module])


def test_the_top_level_holds_what_its_owner_fixed_and_conventional_files() -> None:
    git = shutil.which("git") or "git"
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    tracked = listed.splitlines()
    if not tracked:
        pytest.skip("no git checkout: the tracked files are not known")
    top = {path.split("/")[0] for path in tracked if path}
    assert {name for name in top if not name.startswith(".")} == {
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "screens",
        "tests",
        "tui",
    }


def test_textual_is_pinned_exactly() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [need for need in project["dependencies"] if need.startswith("textual")] == ["textual==8.2.8"]
