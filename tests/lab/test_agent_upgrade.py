"""The connected machine agent of a simulated node: an installer is copied there, looked at, and installed."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.runs_lab import RunsLab
from tui.cluster.agent_version import parse_version
from tui.lab.azure.cluster_documents import machine_document
from tui.lab.simulated_scripts import ScriptStopped
from tui.lab.updates.installers import MICROSOFT, make_installer

pytestmark = pytest.mark.usefixtures("no_threads_left")

NEW = "1.66.03400.1234"
NAME = "agent-1.msi"


@pytest.fixture
def lab(runs_labs: Callable[..., RunsLab]) -> RunsLab:
    return runs_labs("agent-old")


def write(lab: RunsLab, data: bytes, offset: int = 0, name: str = NAME) -> dict[str, Any]:
    content = base64.b64encode(data).decode()
    return lab.call("write-file-part", {"Name": name, "Offset": offset, "Content": content}, "HCI-N3")


def given(lab: RunsLab, data: bytes) -> dict[str, Any]:
    """Copy an installer to the node and return the parameters of its upgrade."""
    return {"Way": "msi", "File": write(lab, data)["Path"], "Sha256": hashlib.sha256(data).hexdigest()}


def version(lab: RunsLab) -> str:
    return lab.fact("get-connected-machine-agent", "HCI-N3")["Version"]


def refused(lab: RunsLab, script: str, **parameters: object) -> str:
    with pytest.raises(ScriptStopped) as stopped:
        lab.call(script, parameters, "HCI-N3")
    return stopped.value.fqid


def test_a_file_is_written_in_parts_and_looked_at(lab: RunsLab) -> None:
    data = make_installer(NEW, size=5000)
    write(lab, data[:3000])
    written = write(lab, data[3000:], 3000)
    assert written == {"Path": rf"C:\ProgramData\azsconfig\files\{NAME}", "Length": len(data)}
    assert lab.call("test-installer", {"Path": written["Path"]}, "HCI-N3") == {
        "Path": written["Path"],
        "Length": len(data),
        "Sha256": hashlib.sha256(data).hexdigest(),
        "SignatureStatus": "Valid",
        "Signer": MICROSOFT,
        "SignerIsMicrosoft": True,
        "ProductName": "Azure Connected Machine Agent",
        "ProductVersion": NEW,
    }


def test_a_part_may_be_sent_again_but_none_may_be_missing(lab: RunsLab) -> None:
    write(lab, b"one, two")
    assert write(lab, b"two", 5)["Length"] == 8
    assert write(lab, b"2", 5)["Length"] == 6
    assert refused(lab, "write-file-part", Name=NAME, Offset=7, Content="") == "FilePartGap"
    assert refused(lab, "write-file-part", Name=NAME, Offset=-1, Content="") == "FilePartGap"
    assert refused(lab, "write-file-part", Name=NAME, Offset=0, Content="no Base64!") == "FilePartGarbled"
    assert write(lab, b"")["Length"] == 0


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "dot.", r"..\agent.msi", "a/b", "x" * 101, "\u00e4.msi"])
def test_nothing_but_a_plain_name_names_a_file(lab: RunsLab, name: str) -> None:
    assert refused(lab, "write-file-part", Name=name, Offset=0, Content="") == "FileNameRefused"
    assert refused(lab, "remove-file", Name=name) == "FileNameRefused"


def test_a_full_disk_takes_no_file(lab: RunsLab) -> None:
    lab.faults["HCI-N3"]["disk-full"] = True
    assert refused(lab, "write-file-part", Name=NAME, Offset=0, Content="AAAA") == "AzsconfigRunDiskFull"


def test_a_file_is_removed_and_belongs_to_its_node(lab: RunsLab) -> None:
    path = write(lab, b"anything")["Path"]
    assert lab.call("remove-file", {"Name": NAME}, "HCI-N1") == {"Removed": False}
    assert lab.call("remove-file", {"Name": NAME.upper()}, "HCI-N3") == {"Removed": True}
    assert lab.call("remove-file", {"Name": NAME}, "HCI-N3") == {"Removed": False}
    assert refused(lab, "test-installer", Path=path) == "FileMissing"
    assert refused(lab, "test-installer", Path=r"C:\Windows\notepad.exe") == "FileMissing"


def _garbled(data: bytes) -> bytes:
    return data[:-1] + b"\1"


@pytest.mark.parametrize(
    ("data", "status", "microsoft", "product"),
    [
        (make_installer(NEW, signer="CN=Contoso, O=Contoso"), "Valid", False, True),
        (make_installer(NEW, signer='CN="x, O=Microsoft Corporation", O=Contoso'), "Valid", False, True),
        (make_installer(NEW, signer=None), "NotSigned", False, True),
        (_garbled(make_installer(NEW)), "HashMismatch", False, True),
        (b"MZ something else", "NotSigned", False, False),
    ],
)
def test_what_microsoft_did_not_sign_is_told(
    lab: RunsLab, data: bytes, status: str, microsoft: bool, product: bool
) -> None:
    told = lab.call("test-installer", {"Path": write(lab, data)["Path"]}, "HCI-N3")
    assert (told["SignatureStatus"], told["SignerIsMicrosoft"]) == (status, microsoft)
    assert (told["ProductName"] is not None) is product
    assert bool(lab.warnings) is not product


def test_an_msi_file_upgrades_the_agent_on_the_node_and_in_azure(lab: RunsLab) -> None:
    before = version(lab)
    run = lab.start_job("upgrade-agent", "HCI-N3", **given(lab, make_installer(NEW)))
    state = lab.follow(run["Id"], "HCI-N3")[0]
    assert state["Reason"] == "completed"
    assert state["Result"] == {
        "Before": before,
        "After": NEW,
        "ExitCode": 0,
        "RestartNeeded": False,
        "Services": [{"Name": name, "Status": "Running"} for name in ("himds", "GCArcService", "ExtensionService")],
        "Log": rf"C:\ProgramData\azsconfig\runs\{run['Id']}\agent-msiexec.log",
    }
    assert version(lab) == NEW
    machine = machine_document(lab.cluster, "subscription", lab.cluster.azure.machines["hci-n3"])
    assert machine["properties"]["agentVersion"] == NEW
    steps = [event["step"] for event in lab.events(run["Id"], "HCI-N3") if event.get("status") == "done"]
    assert steps == ["check", "upgrade", "services"]


def test_an_agent_that_is_new_enough_upgrades_itself(lab: RunsLab) -> None:
    assert lab.job("upgrade-agent", "HCI-N3", Way="azcmagent")["Reason"] == "refused"
    agent = lab.cluster.node("HCI-N3").agent
    assert agent is not None
    agent.version = "1.62.03000.1"
    result = lab.job("upgrade-agent", "HCI-N3", Way="azcmagent")["Result"]
    assert (result["Before"], result["After"]) == ("1.62.03000.1", version(lab))
    newest = parse_version(version(lab)).release
    assert newest is not None
    assert newest > (1, 62)


def test_an_agent_that_cannot_download_stays_what_it_is(lab: RunsLab) -> None:
    agent = lab.cluster.node("HCI-N3").agent
    assert agent is not None
    agent.version = "1.62.03000.1"
    lab.faults["HCI-N3"]["endpoints-blocked"] = ["download.microsoft.com"]
    state = lab.job("upgrade-agent", "HCI-N3", Way="azcmagent")
    assert (state["Reason"], state["Result"]["After"]) == ("failed", "1.62.03000.1")
    assert state["Result"]["ExitCode"] != 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Way": "winget"}, "refused"),
        ({"Sha256": None}, "refused"),
        ({"Sha256": "0" * 64}, "refused"),
        ({"File": r"C:\ProgramData\azsconfig\files\other.msi"}, "refused"),
    ],
)
def test_what_does_not_fit_is_refused(lab: RunsLab, change: dict[str, Any], reason: str) -> None:
    parameters = given(lab, make_installer(NEW)) | change
    before = version(lab)
    state = lab.job("upgrade-agent", "HCI-N3", **parameters)
    assert (state["Reason"], version(lab)) == (reason, before)


def test_a_node_without_agent_has_none_to_upgrade(runs_labs: Callable[..., RunsLab]) -> None:
    assert runs_labs("arc-missing").job("upgrade-agent", Way="azcmagent")["Reason"] == "refused"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"no package", 1620), (make_installer("1.20.0.1"), 1638), (make_installer("2.0.0.0", product="Other"), 0)],
)
def test_msiexec_ends_as_it_would(lab: RunsLab, data: bytes, code: int) -> None:
    before = version(lab)
    state = lab.job("upgrade-agent", "HCI-N3", **given(lab, data))
    assert (state["Result"]["ExitCode"], state["Reason"]) == (code, "failed" if code else "completed")
    assert version(lab) == before


def test_msiexec_ends_as_a_fault_says(lab: RunsLab) -> None:
    before, parameters = version(lab), given(lab, make_installer(NEW))
    lab.faults["HCI-N3"]["agent-upgrade-exits"] = 1603
    run = lab.start_job("upgrade-agent", "HCI-N3", **parameters)
    errors = [event["text"] for event in lab.events(run["Id"], "HCI-N3") if event["type"] == "error"]
    assert errors == ["msiexec ended with 1603."]
    assert version(lab) == before
    lab.faults["HCI-N3"]["agent-upgrade-exits"] = 3010
    result = lab.job("upgrade-agent", "HCI-N3", **parameters)["Result"]
    assert (result["After"], result["RestartNeeded"]) == (NEW, True)
    restart = lab.call("get-update-state", {}, "HCI-N3")["Restart"]
    assert restart == {"Pending": False, "Reasons": ["PendingFileRename"]}


def test_services_that_do_not_start_fail_the_upgrade(lab: RunsLab) -> None:
    lab.faults["HCI-N3"]["services-stay-down"] = ["GCArcService"]
    run = lab.start_job("upgrade-agent", "HCI-N3", **given(lab, make_installer(NEW)))
    state = lab.follow(run["Id"], "HCI-N3")[0]
    assert (state["Reason"], state["Result"]["After"]) == ("failed", NEW)
    (error,) = [event["text"] for event in lab.events(run["Id"], "HCI-N3") if event["type"] == "error"]
    assert "GCArcService (Stopped)" in error
    statuses = {service["Name"]: service["Status"] for service in lab.fact("get-services", "HCI-N3")}
    assert (statuses["GCArcService"], statuses["himds"]) == ("Stopped", "Running")
