"""A PowerShell that the lab starts has the stub commands everywhere, and runs the product's agent unchanged."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_documents import healthy_22h2, text_only_agent
from tests.powershell.script_engine import SCRIPTS
from tui.lab.powershell import MODULE, prepare, rewrite

MODULE_PATH = Path("/opt/it's here/AzsconfigLab.psd1")


def encode(script: str) -> str:
    return base64.b64encode(script.encode("utf-16-le")).decode("ascii")


@pytest.mark.parametrize("name", ["-EncodedCommand", "-encodedcommand", "-enc", "-e", "-ec", "/EncodedCommand"])
def test_the_import_comes_before_the_script(name: str) -> None:
    before = ["-NoLogo", "-NoProfile", name, encode("& { 'ä' }")]
    after = rewrite(before, MODULE_PATH)
    assert after[:3] == before[:3]
    script = base64.b64decode(after[3]).decode("utf-16-le")
    assert script == "Import-Module -Name '/opt/it''s here/AzsconfigLab.psd1' -DisableNameChecking; & { 'ä' }"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-EncodedCommand"],
        ["-NoLogo", "-Command", "Get-Date"],
        ["-EncodedCommand", "no base64"],
        ["-EncodedCommand", base64.b64encode(b"odd").decode("ascii")],
        ["-ExecutionPolicy", "Bypass"],
        ["-", encode("x")],
    ],
)
def test_another_command_line_stays_as_it_is(arguments: list[str]) -> None:
    assert rewrite(arguments, MODULE_PATH) == arguments


def test_every_runspace_of_the_agent_answers_out_of_the_document(pwsh: Path, tmp_path: Path) -> None:
    document: dict[str, Any] = healthy_22h2() | {
        "now": "2026-05-01T10:00:00Z",
        "written": datetime.now(UTC).isoformat(),
    }
    state = tmp_path / "state.json"
    state.write_text(json.dumps(document), encoding="utf-8")
    bootstrap = (SCRIPTS / "bootstrap.ps1").read_text(encoding="ascii")
    fixed = ["-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass"]
    arguments = rewrite([*fixed, "-EncodedCommand", encode(bootstrap)], MODULE)
    environment = prepare(tmp_path, sys.executable) | {"AZSCONFIG_LAB_STATE": str(state)}
    names = [
        "get-registration",
        "get-connected-machine-agent",
        "get-services",
        "get-cluster",
        "get-events",
        "get-firmware",
    ]
    requests: list[dict[str, Any]] = []
    for name in names:
        body = (SCRIPTS / f"{name}.ps1").read_text(encoding="ascii")
        requests.append({"id": f"define-{name}", "op": "define", "name": name, "body": body})
    for turn in ("first", "again"):
        requests.extend({"id": f"{name} {turn}", "op": "run", "name": name, "parameters": {}} for name in names)
    first_line = base64.b64encode((SCRIPTS / "agent.ps1").read_bytes()).decode("ascii")
    with subprocess.Popen(
        [str(pwsh), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **environment},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join([first_line, *(json.dumps(request) for request in requests), ""]))
        process.stdin.flush()
        out: dict[str, list[Any]] = {}
        ended: dict[str, bool] = {}
        elevated: bool | None = None
        while len(ended) < len(requests):
            record = json.loads(process.stdout.readline().lstrip("\x1e"))
            assert record["t"] in {"ready", "out", "end"}, record
            if record["t"] == "ready":
                elevated = record["elevated"]
            elif record["t"] == "out":
                out.setdefault(record["id"], []).append(record["data"])
            else:
                ended[record["id"]] = record["ok"]
        process.stdin.close()
    assert elevated is True
    assert all(ended.values())
    for name in names:
        expected = document["facts"][name]
        for turn in ("first", "again"):
            assert out[f"{name} {turn}"] == (expected if isinstance(expected, list) else [expected])


class TestStubOfTheAgent:
    """`azcmagent.exe` as the lab lays it out."""

    @staticmethod
    def ask(folder: Path, document: dict[str, Any], *arguments: str) -> tuple[int, str]:
        state = folder / "state.json"
        state.write_text(json.dumps(document), encoding="utf-8")
        prepare(folder, sys.executable)
        done = subprocess.run(
            [str(folder / "azcmagent"), *arguments],
            env={"AZSCONFIG_LAB_STATE": str(state)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.stderr == b""
        return done.returncode, done.stdout.decode("utf-8")

    def test_it_tells_its_version(self, tmp_path: Path) -> None:
        assert self.ask(tmp_path, healthy_22h2(), "version") == (0, "azcmagent version 1.61.03319.2737\n")

    def test_it_shows_itself_as_json_in_utf_8(self, tmp_path: Path) -> None:
        code, text = self.ask(tmp_path, healthy_22h2(), "show", "-j")
        assert code == 0
        assert json.loads(text) == healthy_22h2()["azcmagent"]["show"]
        assert "Köln" in text

    def test_an_old_one_knows_text_alone(self, tmp_path: Path) -> None:
        document = text_only_agent()
        code, text = self.ask(tmp_path, document, "show", "-j")
        assert code == 16
        assert "{" not in text
        expected = document["facts"]["get-connected-machine-agent"]["ShowText"]
        assert self.ask(tmp_path, document, "show") == (0, f"{expected}\n")

    def test_one_without_text_of_its_own_makes_it_of_the_json(self, tmp_path: Path) -> None:
        code, text = self.ask(tmp_path, healthy_22h2(), "show")
        assert code == 0
        assert "Agent Status                            : Connected\n" in text
        assert "Agent Error Details                     : \n" in text

    def test_it_refuses_what_it_does_not_know(self, tmp_path: Path) -> None:
        code, text = self.ask(tmp_path, healthy_22h2(), "extension", "list")
        assert code == 16
        assert "unknown command" in text


def test_folders_can_be_laid_out_again_under_a_name_with_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "node one"
    assert prepare(folder, sys.executable) == prepare(folder, sys.executable)
    assert TestStubOfTheAgent.ask(folder, healthy_22h2(), "version")[0] == 0
