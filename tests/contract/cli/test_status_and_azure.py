"""`azsconfig status` signs in to Azure as it is told, and what Azure refuses costs nothing else."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.commands import azsconfig, running_lab, status


@pytest.fixture(scope="module")
def lab() -> Generator[dict[str, Any]]:
    with running_lab("--nodes", "2") as ready:
        yield ready


def changed(lab: dict[str, Any], folder: Path, old: str, new: str) -> str:
    """Return a configuration that differs from the lab's in one place."""
    text = Path(lab["config"]).read_text(encoding="utf-8")
    assert old in text
    file = folder / "config.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(file)


def test_a_person_signs_in_with_the_code_that_stands_on_standard_error(lab: dict[str, Any]) -> None:
    done = azsconfig("status", "--json", "--config", lab["config"], "--auth", "device")
    assert f"open {lab['azure']['authority']}/devicelogin in a browser and enter the code " in done.stderr
    told = json.loads(done.stdout)
    assert told["azure"]["account"].startswith("admin@")
    assert told["azure"]["cluster"]["status"] == "ConnectedRecently"
    assert done.returncode == 0


def test_a_wrong_secret_costs_azure_alone_and_is_shown_nowhere(lab: dict[str, Any]) -> None:
    secret = "wrong-but-secret-all-the-same"
    stdin = json.dumps({"azure_secret": secret})
    done = azsconfig("status", "--json", "--config", lab["config"], "--auth", "secret", "--secrets-stdin", stdin=stdin)
    told = json.loads(done.stdout)
    assert done.returncode == 4
    assert told["azure"]["cluster"]["error"]["code"] == "AADSTS7000215"
    assert [node["verdict"] for node in told["nodes"]] == ["healthy", "healthy"]
    assert "azure-unread" in {finding["id"] for finding in told["findings"]}
    assert secret not in done.stdout + done.stderr


def test_azure_that_does_not_answer_costs_azure_alone(lab: dict[str, Any], tmp_path: Path) -> None:
    config = changed(lab, tmp_path, lab["azure"]["authority"] + '"', 'https://localhost:9"')
    code, told = status("--config", config)
    assert code == 4
    assert told["azure"]["cluster"]["error"]["kind"] == "unreachable"
    assert told["verdict"] == "attention"


def test_a_certificate_that_is_not_trusted_says_so(lab: dict[str, Any], tmp_path: Path) -> None:
    text = Path(lab["config"]).read_text(encoding="utf-8")
    azure = text[text.index(".azure]") :]
    line = next(line for line in azure.splitlines() if line.startswith("ca_file"))
    file = tmp_path / "config.toml"
    file.write_text(text.replace(azure, azure.replace(line + "\n", "", 1)), encoding="utf-8")
    code, told = status("--config", str(file))
    assert (code, told["azure"]["cluster"]["error"]["kind"]) == (4, "tls-not-trusted")


def test_nobody_signs_in_where_nobody_was_told_to(lab: dict[str, Any], tmp_path: Path) -> None:
    code, told = status("--config", changed(lab, tmp_path, 'auth = "secret"\n', ""))
    assert (code, told["azure"]) == (0, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--auth", "browser"], "invalid choice: 'browser'"),
        (["--auth", "token"], "no access token"),
        (["--auth", "certificate"], "No certificate was named"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_read(
    arguments: list[str], words: str, lab: dict[str, Any]
) -> None:
    done = azsconfig("status", "--config", lab["config"], *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_an_azure_table_with_a_mistake_is_refused_by_name(lab: dict[str, Any], tmp_path: Path) -> None:
    done = azsconfig("status", "--config", changed(lab, tmp_path, "secret_file = ", "secret = "))
    assert done.returncode == 2
    assert "azure has the unknown key 'secret'" in done.stderr
    assert "no secret belongs into this file" in done.stderr
