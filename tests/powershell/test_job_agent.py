"""job-upgrade-agent: the agent upgrades itself or an MSI file does it, and its services run afterwards."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.job_engine import JobRun
from tests.powershell.update_cases import UpdateNode
from tui.cluster.decode import decode
from tui.nodes.script import script_text
from tui.operations.updates.agent_jobs import AgentUpgrade

AGENT = "Program Files/AzureConnectedMachineAgent/azcmagent.exe"
MSIEXEC = "Windows/System32/msiexec.exe"
OLD, NEW = "1.62.03319.2737", "1.67.00001.1"
RUNNING: dict[str, Any] = {name: {"status": "Running"} for name in ("himds", "GCArcService", "ExtensionService")}
SERVICES = [{"Name": name, "Status": "Running"} for name in RUNNING]
PACKAGE = b"an installer"
STEPS = ["check started", "check done", "upgrade started"]


class Agent:
    """The agent of a node: a program that writes down what it is called with."""

    def __init__(self, node: UpdateNode) -> None:
        self._node = node
        self._folder = node.node.folder
        self._version = self._folder / "version"
        self._upgraded = self._folder / "upgraded"

    def install(self, version: str, upgrade: str = "") -> None:
        """Put it in place; `upgrade` is what upgrading it does, in sh."""
        self._version.write_text(f"azcmagent version {version}\n", encoding="utf-8")
        self._node.place(
            AGENT,
            f"if [ \"$1\" = version ]; then cat '{self._version}'; exit 0; fi\n"
            f"printf '%s\\n' \"$@\" >>'{self._upgraded}'\n{upgrade}",
        )

    def becomes(self, version: str) -> str:
        """Return what makes it another version, in sh."""
        return f"echo azcmagent version {version} >'{self._version}'"

    @property
    def called(self) -> list[str]:
        """What it was called with, besides for its version."""
        return self._upgraded.read_text("utf-8").splitlines() if self._upgraded.exists() else []


@pytest.fixture
def agent(update_node: UpdateNode) -> Agent:
    return Agent(update_node)


def upgrade(
    node: UpdateNode, services: dict[str, Any] | None = None, *, code: int | None = None, **given: Any
) -> JobRun:
    """Run the job; `code` is what the program ends with, where that does not fit into a byte."""
    text = script_text("job-upgrade-agent")
    if code is not None:
        text = text.replace("$LASTEXITCODE", str(code))
    return node.job_text(text, {"windows_services": services or RUNNING}, **given)


def msi(node: UpdateNode, action: str = "", **changes: Any) -> dict[str, Any]:
    """Put msiexec and a file in place; return the parameters of the job."""
    file = node.node.folder / "agent file.msi"
    file.write_bytes(PACKAGE)
    called = node.node.folder / "msiexec"
    node.place(MSIEXEC, f"printf '%s\\n' \"$@\" >>'{called}'\n{action}")
    return {"Way": "msi", "File": str(file), "Sha256": hashlib.sha256(PACKAGE).hexdigest(), **changes}


def installed(node: UpdateNode) -> list[str]:
    """Return what msiexec was called with."""
    called = node.node.folder / "msiexec"
    return called.read_text("utf-8").splitlines() if called.exists() else []


def test_an_agent_upgrades_itself(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD, f"{agent.becomes(NEW)}; echo upgraded")
    run = upgrade(update_node, Way="azcmagent")
    assert agent.called == ["upgrade", "--background"]
    assert run.steps == [*STEPS, "upgrade done", "services started", "services done"]
    told = decode(AgentUpgrade, run.result)
    assert (told.before, told.after, told.exit_code, told.restart_needed) == (OLD, NEW, 0, False)
    assert [(service.name, service.status) for service in told.services] == [(name, "Running") for name in RUNNING]
    assert str(told.log).endswith("azcmagent.log")
    assert "upgraded" in run.output
    assert not run.called("Start-Sleep")


@pytest.mark.parametrize("version", ["1.61.03319.2737", "1.9.21208.1"])
def test_an_agent_that_cannot_upgrade_itself_is_left_alone(update_node: UpdateNode, agent: Agent, version: str) -> None:
    agent.install(version)
    run = upgrade(update_node, Way="azcmagent")
    assert (run.stop, run.steps) == ("refused", ["check started", "check failed"])
    assert run.message == f"The agent is {version}: azcmagent upgrade comes with 1.62. Use an MSI file."
    assert not agent.called


def test_an_agent_that_does_not_tell_its_version_is_left_alone(update_node: UpdateNode, agent: Agent) -> None:
    agent.install("unknown")
    run = upgrade(update_node, Way="azcmagent")
    assert run.stop == "refused"
    assert "The agent is of an unknown version" in run.message


def test_an_upgrade_that_comes_later_is_waited_for(update_node: UpdateNode, agent: Agent) -> None:
    services: dict[str, Any] = {**RUNNING, "himds": {"status": ["Stopped", "StartPending", "Running"]}}
    agent.install(OLD, agent.becomes(NEW))
    run = upgrade(update_node, services, Way="azcmagent")
    assert (run.stop, run.result["After"], run.result["Services"]) == (None, NEW, SERVICES)
    assert len(run.called("Start-Sleep")) == 2
    assert "Waiting for himds (Stopped)" in [item["text"] for item in run.told if "activity" in item]


def test_an_agent_that_stays_the_same_is_told_with_a_warning(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    run = upgrade(update_node, Way="azcmagent")
    assert (run.stop, run.result["Before"], run.result["After"]) == (None, OLD, OLD)
    assert f"azcmagent upgrade ended with 0, and the agent is still {OLD}." in run.output
    assert sum(call["Seconds"] for call in run.called("Start-Sleep")) >= 300


@pytest.mark.parametrize("code", [26, 3010])
def test_an_upgrade_that_fails_says_its_code(update_node: UpdateNode, agent: Agent, code: int) -> None:
    agent.install(OLD, "echo 'network error' >&2")
    run = upgrade(update_node, code=code, Way="azcmagent")
    assert (run.stop, run.steps) == ("failed", [*STEPS, "upgrade failed"])
    assert run.message == f"azcmagent upgrade ended with {code}. network error"
    assert (run.result["ExitCode"], run.result["After"], run.result["Services"]) == (code, OLD, SERVICES)


def test_a_service_that_does_not_come_up_fails(update_node: UpdateNode, agent: Agent) -> None:
    services: dict[str, Any] = {"himds": {"status": "Stopped"}, "GCArcService": {"status": "Running"}}
    agent.install(OLD, agent.becomes(NEW))
    run = upgrade(update_node, services, Way="azcmagent")
    assert (run.stop, run.steps[-1]) == ("failed", "services failed")
    assert run.message == (
        "After 300 seconds these services of the agent do not run: himds (Stopped), ExtensionService (not there)."
    )
    assert run.result["Services"] == [
        {"Name": "himds", "Status": "Stopped"},
        {"Name": "GCArcService", "Status": "Running"},
        {"Name": "ExtensionService", "Status": None},
    ]
    assert run.result["After"] == NEW


def test_an_msi_file_is_installed_quietly_with_a_log(update_node: UpdateNode, agent: Agent) -> None:
    agent.install("1.40.02664.1629")
    given = msi(update_node, agent.becomes(NEW))
    run = upgrade(update_node, **given)
    log = run.result["Log"]
    assert installed(update_node) == ["/i", given["File"], "/qn", "/norestart", "/l*v", log]
    assert Path(log).name == "agent-msiexec.log"
    assert (run.stop, run.result["Before"], run.result["After"]) == (None, "1.40.02664.1629", NEW)
    assert (run.result["ExitCode"], run.result["RestartNeeded"]) == (0, False)
    assert not agent.called


def test_the_same_version_installed_again_is_not_waited_for(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    run = upgrade(update_node, **msi(update_node))
    assert (run.stop, run.result["After"]) == (None, OLD)
    assert not run.called("Start-Sleep")


@pytest.mark.parametrize("code", [3010, 1641])
def test_an_msi_file_may_want_a_restart(update_node: UpdateNode, agent: Agent, code: int) -> None:
    agent.install(OLD)
    run = upgrade(update_node, code=code, **msi(update_node))
    assert (run.stop, run.result["RestartNeeded"], run.result["ExitCode"]) == (None, True, code)
    assert run.text("upgrade", "done") == f"msiexec ended with {code}"


@pytest.mark.parametrize("code", [1603, 1618, 1638])
def test_an_msi_file_that_fails_says_its_code(update_node: UpdateNode, agent: Agent, code: int) -> None:
    agent.install(OLD)
    run = upgrade(update_node, code=code, **msi(update_node))
    assert (run.stop, run.message) == ("failed", f"msiexec ended with {code}.")
    assert (run.result["ExitCode"], run.result["RestartNeeded"]) == (code, False)


def test_a_file_that_is_another_one_is_not_installed(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    run = upgrade(update_node, **msi(update_node, Sha256="0" * 64))
    assert (run.stop, run.steps) == ("refused", ["check started", "check failed"])
    assert hashlib.sha256(PACKAGE).hexdigest() in run.message
    assert not installed(update_node)


def test_a_file_that_is_exchanged_meanwhile_is_not_installed(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    given = msi(update_node)
    text = script_text("job-upgrade-agent").replace(
        "Write-RunStep -Id upgrade -Status started",
        f"[System.IO.File]::AppendAllText('{given['File']}', 'x')\nWrite-RunStep -Id upgrade -Status started",
    )
    run = update_node.job_text(text, {"windows_services": RUNNING}, **given)
    assert (run.stop, run.steps) == ("refused", [*STEPS, "upgrade failed"])
    assert "is not the one that was checked" in run.message
    assert not installed(update_node)


def test_a_hash_is_the_same_in_upper_case(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    given = msi(update_node, agent.becomes(NEW), Sha256=hashlib.sha256(PACKAGE).hexdigest().upper())
    assert upgrade(update_node, **given).stop is None


def test_a_file_that_is_not_there_is_refused(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    run = upgrade(update_node, **msi(update_node, File="/nowhere/agent.msi"))
    assert (run.stop, run.message) == ("refused", "There is no file /nowhere/agent.msi on this node.")


def test_a_program_that_is_not_there_fails(update_node: UpdateNode, agent: Agent) -> None:
    agent.install(OLD)
    given = msi(update_node)
    (update_node.node.folder / MSIEXEC).unlink()
    run = upgrade(update_node, **given)
    assert (run.stop, run.steps[-1]) == ("failed", "upgrade failed")
    assert run.message.startswith("msiexec could not be started:")


@pytest.mark.parametrize("way", ["azcmagent", "msi"])
def test_a_node_without_an_agent_is_refused(update_node: UpdateNode, way: str) -> None:
    run = upgrade(update_node, **msi(update_node, Way=way))
    assert (run.stop, run.message) == ("refused", "No connected machine agent is installed on this node.")
    assert not installed(update_node)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Way is ''; it has to be azcmagent or msi."),
        ({"Way": "winget"}, "Way is 'winget'; it has to be azcmagent or msi."),
        ({"Way": "msi", "File": "agent.msi"}, "With msi both File and Sha256 have to be given."),
        ({"Way": "msi", "Sha256": "0" * 64}, "With msi both File and Sha256 have to be given."),
    ],
)
def test_a_way_that_is_none_is_refused(update_node: UpdateNode, given: dict[str, Any], said: str) -> None:
    run = upgrade(update_node, **given)
    assert (run.stop, run.steps, run.message) == ("refused", [], said)
