"""write-file-part, test-installer and remove-file: a file on a node, in parts, looked at, and gone again."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.script_engine import Failure, Run
from tests.powershell.update_cases import UpdateNode
from tui.cluster.decode import decode
from tui.operations.updates.installer_files import NodeInstaller

NAME = "agent-0123456789abcdef.msi"
CONTENT = bytes(range(256)) * 4
MICROSOFT = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"
PRODUCT = {"ProductName": "Azure Connected Machine Agent", "ProductVersion": "1.67.00001.1"}
BAD_NAMES = [
    "",
    ".",
    "..",
    ".hidden",
    "agent.",
    "../agent.msi",
    "a/b",
    "a\\b",
    "C:agent.msi",
    "agent.msi:stream",
    "agent msi",
    "agent.msi\n",
    "\u00e4gent.msi",
    "a" * 101,
    "*",
]


def write(node: UpdateNode, content: bytes, offset: int = 0, name: str = NAME, **scenario: Any) -> Run:
    text = base64.b64encode(content).decode("ascii")
    return node.ask("write-file-part", scenario, Name=name, Offset=offset, Content=text)


def files(node: UpdateNode) -> Path:
    return node.node.folder / "ProgramData" / "azsconfig" / "files"


def only(run: Run) -> Failure:
    """Return the only error of a run that gave nothing else."""
    assert run.out == []
    (failure,) = run.errors
    return failure


def test_a_file_is_written_in_parts(update_node: UpdateNode) -> None:
    file = files(update_node) / NAME
    assert write(update_node, CONTENT[:500]).one == {"Path": str(file), "Length": 500}
    assert write(update_node, CONTENT[500:], 500).one == {"Path": str(file), "Length": len(CONTENT)}
    assert file.read_bytes() == CONTENT


def test_a_part_may_be_written_twice(update_node: UpdateNode) -> None:
    write(update_node, CONTENT[:500])
    write(update_node, CONTENT[500:700], 500)
    assert write(update_node, CONTENT[500:700], 500).one["Length"] == 700
    assert (files(update_node) / NAME).read_bytes() == CONTENT[:700]


def test_a_file_is_begun_anew_at_its_beginning(update_node: UpdateNode) -> None:
    write(update_node, CONTENT)
    assert write(update_node, b"new").one["Length"] == 3
    assert (files(update_node) / NAME).read_bytes() == b"new"


def test_a_file_may_be_empty(update_node: UpdateNode) -> None:
    assert write(update_node, b"").one["Length"] == 0
    assert (files(update_node) / NAME).read_bytes() == b""


@pytest.mark.parametrize("offset", [501, 1 << 40, -1])
def test_a_gap_is_refused_and_changes_nothing(update_node: UpdateNode, offset: int) -> None:
    write(update_node, CONTENT[:500])
    failure = only(write(update_node, b"x", offset))
    assert (failure.fqid, failure.category) == ("FilePartGap", "InvalidArgument")
    assert failure.message == f"The part of {NAME} begins at {offset}, and 500 bytes are there."
    assert (files(update_node) / NAME).read_bytes() == CONTENT[:500]


def test_the_first_part_comes_first(update_node: UpdateNode) -> None:
    assert only(write(update_node, b"x", 1)).fqid == "FilePartGap"
    assert not files(update_node).exists()


def test_a_part_that_is_no_base64_is_refused(update_node: UpdateNode) -> None:
    failure = only(update_node.ask("write-file-part", {}, Name=NAME, Offset=0, Content="{}"))
    assert failure.fqid == "FilePartGarbled"
    assert not files(update_node).exists()


@pytest.mark.parametrize("script", ["write-file-part", "remove-file"])
@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_name_that_is_a_path_or_no_name_is_refused(update_node: UpdateNode, script: str, name: str) -> None:
    more = {"Offset": 0, "Content": ""} if script == "write-file-part" else {}
    failure = only(update_node.ask(script, {}, Name=name, **more))
    assert failure.fqid in {"FileNameRefused", "ParameterArgumentValidationErrorEmptyStringNotAllowed"}
    assert not (update_node.node.folder / "ProgramData" / "azsconfig").exists()


@pytest.mark.parametrize("name", ["a", "A-1_b.MSI", "a..b", "-", "a" * 100])
def test_a_plain_name_is_taken(update_node: UpdateNode, name: str) -> None:
    assert write(update_node, b"x", name=name).one["Path"] == str(files(update_node) / name)
    assert update_node.ask("remove-file", {}, Name=name).one == {"Removed": True}


@pytest.mark.parametrize(
    "sddl", ["O:S-1-5-21-1-2-3-1001D:PAI(A;OICI;FA;;;BA)", "O:BAD:(A;OICI;FA;;;BA)(A;CI;DCLC;;;BU)"]
)
def test_a_folder_where_somebody_else_can_write_is_refused(update_node: UpdateNode, sddl: str) -> None:
    root = update_node.node.folder / "ProgramData" / "azsconfig"
    (root / "files").mkdir(parents=True)
    (root / "files" / NAME).write_bytes(b"x")
    assert only(write(update_node, b"x", 1, sddl=sddl)).fqid == "AzsconfigRunFolderUnsafe"
    assert only(update_node.ask("remove-file", {"sddl": sddl}, Name=NAME)).fqid == "AzsconfigRunFolderUnsafe"
    assert (root / "files" / NAME).read_bytes() == b"x"


def test_a_file_is_removed_once(update_node: UpdateNode) -> None:
    write(update_node, CONTENT)
    write(update_node, CONTENT, name="other.msi")
    assert update_node.ask("remove-file", {}, Name=NAME).one == {"Removed": True}
    assert update_node.ask("remove-file", {}, Name=NAME).one == {"Removed": False}
    assert [file.name for file in files(update_node).iterdir()] == ["other.msi"]


def test_removing_what_never_was_makes_nothing(update_node: UpdateNode) -> None:
    assert update_node.ask("remove-file", {}, Name=NAME).one == {"Removed": False}
    assert not (update_node.node.folder / "ProgramData" / "azsconfig").exists()


def look(node: UpdateNode, **scenario: Any) -> Run:
    path = write(node, CONTENT).one["Path"]
    return node.ask("test-installer", scenario, Path=path)


def test_an_installer_of_microsoft_is_known_by_hash_signature_and_product(update_node: UpdateNode) -> None:
    run = look(update_node, signature={"status": "Valid", "subject": MICROSOFT}, msi=PRODUCT)
    told = decode(NodeInstaller, run.one)
    assert told == NodeInstaller(
        path=str(files(update_node) / NAME),
        length=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        signature_status="Valid",
        signer=told.signer,
        signer_is_microsoft=True,
        product_name=PRODUCT["ProductName"],
        product_version=PRODUCT["ProductVersion"],
    )
    assert "O=Microsoft Corporation" in str(told.signer)
    assert not run.warnings


@pytest.mark.parametrize(
    ("status", "subject"),
    [
        ("HashMismatch", MICROSOFT),
        ("NotTrusted", MICROSOFT),
        ("UnknownError", MICROSOFT),
        ("Valid", "CN=Microsoft Corporation, O=Contoso, C=US"),
        ("Valid", 'CN="O=Microsoft Corporation", O=Contoso, C=US'),
        ("Valid", 'CN="a, O=Microsoft Corporation", O=Contoso, C=US'),
        ("Valid", "O=Microsoft Corporation Ltd, C=US"),
        ("Valid", "O=microsoft corporation, C=US"),
    ],
)
def test_who_is_not_microsoft_is_told_apart(update_node: UpdateNode, status: str, subject: str) -> None:
    told = look(update_node, signature={"status": status, "subject": subject}, msi=PRODUCT).one
    assert (told["SignatureStatus"], told["SignerIsMicrosoft"]) == (status, False)
    assert told["Signer"]


def test_a_file_without_a_signature_has_no_signer(update_node: UpdateNode) -> None:
    told = look(update_node, msi=PRODUCT).one
    assert (told["SignatureStatus"], told["Signer"], told["SignerIsMicrosoft"]) == ("NotSigned", None, False)


def test_a_file_that_is_no_package_has_no_product(update_node: UpdateNode) -> None:
    run = look(update_node, signature={"status": "Valid", "subject": MICROSOFT})
    assert (run.one["ProductName"], run.one["ProductVersion"]) == (None, None)
    (warning,) = run.warnings
    assert NAME in warning


def test_a_package_without_a_version_has_its_name(update_node: UpdateNode) -> None:
    told = look(update_node, msi={"ProductName": "Something"}).one
    assert (told["ProductName"], told["ProductVersion"]) == ("Something", None)


@pytest.mark.parametrize("path", ["nowhere.msi", "."])
def test_a_file_that_is_not_there_says_so(update_node: UpdateNode, path: str) -> None:
    failure = only(update_node.ask("test-installer", {}, Path=str(update_node.node.folder / path)))
    assert (failure.fqid, failure.category) == ("FileMissing", "ObjectNotFound")
