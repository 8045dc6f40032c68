"""A job installs the modules that the plan names, from the gallery or a folder, and uses exactly those."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_cases import Jobs
from tests.powershell.job_engine import GALLERY

PINNED = [{"Name": "Az.Accounts", "Version": "2.13.2"}, {"Name": "Az.StackHCI", "Version": "1.4.1"}]
FROM_GALLERY: dict[str, Any] = {"InstallModules": PINNED, "ModuleSource": "gallery"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that somebody brings modules in."""
    made = tmp_path / "brought modules"
    made.mkdir()
    return made


def installed(jobs: Jobs) -> list[str]:
    modules = jobs.node.folder / "Program Files" / "PowerShell" / "Modules"
    return sorted(str(path.relative_to(modules)) for path in modules.glob("*/*"))


def pack(folder: Path, name: str, version: str, extra: dict[str, str] | None = None) -> None:
    """Make a package as the gallery gives it."""
    with zipfile.ZipFile(folder / f"{name.lower()}.{version}.nupkg", "w") as package:
        for file in (GALLERY / name / version).iterdir():
            package.write(file, file.name)
        for path in ("_rels/.rels", "package/services/metadata/core.psmdcp", "[Content_Types].xml", f"{name}.nuspec"):
            package.writestr(path, "of the package")
        for path, text in (extra or {}).items():
            package.writestr(path, text)


def test_modules_come_from_the_gallery_for_all_users(jobs: Jobs) -> None:
    run = jobs.register(FROM_GALLERY, gallery=str(GALLERY))
    assert run.stop is None
    assert run.result["ModuleVersion"] == "1.4.1"
    assert run.text("install-modules", "done") == "Az.Accounts 2.13.2 installed, Az.StackHCI 1.4.1 installed"
    calls = run.called("Install-Module")
    assert [(call["Name"], call["RequiredVersion"]) for call in calls] == [
        ("Az.Accounts", "2.13.2"),
        ("Az.StackHCI", "1.4.1"),
    ]
    for call in calls:
        assert (call["Scope"], call["Repository"], call["Force"]) == ("AllUsers", "PSGallery", True)
        assert "Tls12" in call["Tls"]
    (provider,) = run.called("Install-PackageProvider")
    assert (provider["Name"], provider["MinimumVersion"], provider["Scope"]) == ("NuGet", "2.8.5.201", "AllUsers")


def test_the_newest_is_taken_where_no_version_is_named(jobs: Jobs) -> None:
    jobs.node.install("Az.Accounts", "5.0.0")
    run = jobs.register({"InstallModules": [{"Name": "Az.StackHCI", "Version": None}]}, gallery=str(GALLERY))
    assert run.result["ModuleVersion"] == "2.6.0"
    assert run.text("install-modules", "done") == "Az.StackHCI 2.6.0 installed"


def test_what_is_there_is_not_installed_again_and_used_though_a_newer_one_is_there(jobs: Jobs) -> None:
    jobs.node.install("Az.StackHCI", "1.4.1", "2.6.0")
    jobs.node.install("Az.Accounts", "2.13.2", "5.0.0")
    run = jobs.register(FROM_GALLERY)
    assert not run.called("Install-Module")
    assert not run.called("Install-PackageProvider")
    assert run.text("install-modules", "done") == "Az.Accounts 2.13.2 is there, Az.StackHCI 1.4.1 is there"
    assert run.result["ModuleVersion"] == "1.4.1"
    assert run.called("Connect-AzAccount")[0]["Version"] == "2.13.2"


def test_without_a_wish_the_newest_that_is_there_is_used(jobs: Jobs) -> None:
    jobs.node.install("Az.StackHCI", "1.4.1", "2.0.0")
    jobs.node.install("Az.Accounts", "2.13.2", "5.0.0")
    assert jobs.register().result["ModuleVersion"] == "2.0.0"


def test_a_gallery_that_is_not_reached_fails_the_run_before_the_cmdlet(jobs: Jobs) -> None:
    run = jobs.register(FROM_GALLERY)
    assert run.stop == "failed"
    assert run.message.startswith("Az.Accounts could not be installed from the PowerShell Gallery: Unable to resolve")
    assert run.steps[-1] == "install-modules failed"


def test_folders_as_save_module_makes_them_are_copied(jobs: Jobs, folder: Path) -> None:
    for item in PINNED:
        shutil.copytree(GALLERY / item["Name"] / item["Version"], folder / item["Name"] / item["Version"])
    run = jobs.register({"InstallModules": PINNED, "ModuleSource": str(folder)})
    assert run.result["ModuleVersion"] == "1.4.1"
    assert not run.called("Install-Module")
    assert installed(jobs) == ["Az.Accounts/2.13.2", "Az.StackHCI/1.4.1"]


def test_packages_of_the_gallery_are_unpacked(jobs: Jobs, folder: Path) -> None:
    pack(folder, "Az.Accounts", "2.13.2")
    pack(folder, "Az.StackHCI", "1.4.1", {"custom/a%20name.txt": "x"})
    run = jobs.register({"InstallModules": PINNED, "ModuleSource": str(folder)})
    assert run.result["ModuleVersion"] == "1.4.1"
    module = jobs.node.folder / "Program Files" / "PowerShell" / "Modules" / "Az.StackHCI" / "1.4.1"
    files = sorted(str(path.relative_to(module)) for path in module.rglob("*") if path.is_file())
    assert files == ["Az.StackHCI.psd1", "Az.StackHCI.psm1", "custom/a name.txt"]


def test_a_folder_without_versions_tells_it_in_its_manifest_and_the_highest_is_taken(jobs: Jobs, folder: Path) -> None:
    jobs.node.install("Az.Accounts", "5.0.0")
    pack(folder, "Az.StackHCI", "1.4.1")
    shutil.copytree(GALLERY / "Az.StackHCI" / "2.0.0", folder / "Az.StackHCI")
    run = jobs.register({"InstallModules": [{"Name": "Az.StackHCI", "Version": None}], "ModuleSource": str(folder)})
    assert run.result["ModuleVersion"] == "2.0.0"
    assert installed(jobs) == ["Az.StackHCI/2.0.0"]


def test_half_a_module_that_was_left_there_is_replaced(jobs: Jobs, folder: Path) -> None:
    jobs.node.install("Az.Accounts", "5.0.0")
    half = jobs.node.folder / "Program Files" / "PowerShell" / "Modules" / "Az.StackHCI" / "2.0.0"
    half.mkdir(parents=True)
    (half / "left over.txt").touch()
    pack(folder, "Az.StackHCI", "2.0.0")
    wanted = [{"Name": "Az.StackHCI", "Version": "2.0.0"}]
    assert jobs.register({"InstallModules": wanted, "ModuleSource": str(folder)}).stop is None
    assert not (half / "left over.txt").exists()


def test_a_package_cannot_write_outside_of_its_module(jobs: Jobs, folder: Path) -> None:
    jobs.node.install("Az.Accounts", "5.0.0")
    pack(folder, "Az.StackHCI", "1.4.1", {"../../../outside.txt": "x"})
    run = jobs.register({"InstallModules": PINNED[1:], "ModuleSource": str(folder)})
    assert run.stop == "failed"
    assert "has a file outside of it" in run.message
    assert installed(jobs) == []
    assert not list(jobs.node.folder.rglob("outside.txt"))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("brought modules", "has no Az.StackHCI 1.4.1, neither as a folder that Save-Module makes nor as a package"),
        ("not there", "cannot be read"),
    ],
)
def test_a_folder_that_has_it_not_fails_the_run_and_is_named(jobs: Jobs, folder: Path, source: str, said: str) -> None:
    path = str(folder.parent / source)
    run = jobs.register({"InstallModules": PINNED[1:], "ModuleSource": path})
    assert run.stop == "failed"
    assert path in run.message
    assert said in run.message


def test_without_the_module_the_run_is_refused(jobs: Jobs) -> None:
    run = jobs.register()
    assert run.stop == "refused"
    assert "Az.StackHCI is not installed on this node for all users" in run.message


def test_a_module_that_cannot_be_loaded_refuses_the_run_with_the_reason(jobs: Jobs) -> None:
    jobs.node.install("Az.StackHCI", "2.6.0")
    run = jobs.register()
    assert run.stop == "refused"
    assert "Az.StackHCI could not be loaded" in run.message
    assert "Az.Accounts" in run.message


def test_cmdlets_of_a_module_inside_are_of_the_outer_one_s_version(jobs: Jobs) -> None:
    # Az.StackHCI 2.x is made of several such modules.
    jobs.node.install("Az.Accounts", "5.0.0")
    made = jobs.node.folder / "modules" / "Az.StackHCI" / "2.6.0"
    made.mkdir(parents=True)
    shutil.copy(GALLERY / "Az.StackHCI" / "2.6.0" / "Az.StackHCI.psm1", made / "inner.psm1")
    manifest = "@{ ModuleVersion = '2.6.0'; NestedModules = @('inner.psm1'); FunctionsToExport = '*-AzStackHCI*' }"
    (made / "Az.StackHCI.psd1").write_text(manifest, "ascii")
    log = jobs.node.folder / "RegisterHCI_20991231-1000.log"
    log.touch()
    result = jobs.register(act="exit", logs=str(jobs.node.folder)).result
    assert (result["ModuleVersion"], result["LogFile"]) == ("2.6.0", str(log))
