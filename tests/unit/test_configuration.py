"""The configuration file: what it says, and what is said about a bad one."""

import os
from pathlib import Path

import pytest

from tui.configuration import TRANSPORTS, ConfigurationError, Settings, load, read_password
from tui.nodes.connection import TransportKind

GOOD = """
schema = 1
default = "HCI-CL01"
[clusters.HCI-CL01]
user = 'HCI\\Administrator'
[[clusters.HCI-CL01.nodes]]
name = "HCI-N1"
local = true
[[clusters.HCI-CL01.nodes]]
name = "HCI-N2"
address = "http://127.0.0.1:5985/wsman"
transport = "ntlm"
"""

BAD = {
    "no TOML": ("schema = ", "no valid TOML"),
    "an unknown key": ('[clusters.A]\ncolour = "blue"\nnodes = [{ name = "N1" }]', "colour"),
    "an unknown key of a node": ('[clusters.A]\nnodes = [{ name = "N1", port = 1 }]', "port"),
    "a wrong type": ("[clusters.A]\nnodes = [{ name = 7 }]", "$.clusters[...].nodes[0].name"),
    "a node without a name": ('[clusters.A]\nnodes = [{ address = "n1" }]', "name"),
    "no nodes": ("[clusters.A]\nnodes = []", "has no nodes"),
    "a node named twice": ('[clusters.A]\nnodes = [{ name = "N1" }, { name = "n1" }]', "twice"),
    "two local nodes": (
        '[clusters.A]\nnodes = [{ name = "N1", local = true }, { name = "N2", local = true }]',
        "more than one local node",
    ),
    "a default that is not there": ('default = "B"\n[clusters.A]\nnodes = [{ name = "N1" }]', "no cluster named B"),
    "a schema of the future": ("schema = 2", "schema 2"),
}


def written(folder: Path, text: str) -> Path:
    """Write a configuration and return its path."""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_cluster_is_found_whatever_the_case_of_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    cluster = load(path).cluster("hci-cl01", path)
    assert [node.name for node in cluster.nodes] == ["HCI-N1", "HCI-N2"]
    assert cluster.transport is None
    assert cluster.nodes[1].transport == "ntlm"


def test_settings_are_optional_one_by_one(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert load(path).settings == Settings(theme=None, ascii=None, read_only=False, transport="negotiate")
    path = written(tmp_path, '[settings]\ntheme = "contrast"\nread_only = true\n')
    assert load(path).settings == Settings(theme="contrast", read_only=True)


def test_the_transports_of_the_configuration_are_those_of_the_nodes() -> None:
    assert list(TRANSPORTS) == list(TransportKind)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_configuration_is_refused_with_its_file_and_place(tmp_path: Path, case: str) -> None:
    text, named = BAD[case]
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as refused:
        load(path)
    assert str(path) in refused.value.message
    assert named in refused.value.message
    assert refused.value.remedy


def test_a_byte_order_mark_of_a_windows_editor_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(path).default == "HCI-CL01"
    secret = tmp_path / "password"
    secret.write_bytes(b"\xef\xbb\xbfpw\r\n")
    secret.chmod(0o600)
    assert read_password(secret) == "pw"


def test_a_missing_file_says_which(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"schema = 1 # \xff\n")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in lists, not in mode bits")
def test_a_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("secret-of-the-test\n", encoding="utf-8")
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="can be read by others") as refused:
        read_password(path)
    assert "secret-of-the-test" not in str(refused.value)
    path.chmod(0o600)
    assert read_password(path) == "secret-of-the-test"
