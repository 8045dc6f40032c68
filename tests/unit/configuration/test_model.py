"""The configuration file: what it says, and what is said about a bad one."""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tui.configuration.model import TRANSPORTS, ConfigurationError, Settings, load, read_password
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

CASES = json.loads((ROOT / "tests/cases/configurations.json").read_text("utf-8"))


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


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_bad_configuration_is_refused_in_words_for_an_administrator(tmp_path: Path, case: dict[str, str]) -> None:
    path = written(tmp_path, case["text"])
    with pytest.raises(ConfigurationError) as refused:
        load(path)
    assert refused.value.message == case["message"].replace("FILE", str(path))
    assert case["remedy"] in refused.value.remedy
    assert "$" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


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
