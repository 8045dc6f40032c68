"""The configuration file with which azsconfig reaches a lab."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.lab.files import replace_file


def write_configuration(
    path: Path,
    *,
    cluster: str,
    banner: str,
    user: str,
    ca_file: Path,
    password_file: Path,
    local_node: str,
    local_program: Sequence[str],
    azure: Mapping[str, str],
    others: Sequence[tuple[str, str]],
) -> None:
    """Write the connection of one cluster: the local node by the program that is its PowerShell, `others` by URL.

    `azure` holds the keys of its azure table.
    """
    lines = [
        "# How azsconfig reaches a running lab. The lab removes this file when it ends.",
        "schema = 1",
        f"default = {_text(cluster)}",
        "",
        f"[clusters.{_text(cluster)}]",
        f"banner = {_text(banner)}",
        f"user = {_text(user)}",
        'transport = "negotiate"',
        f"ca_file = {_text(str(ca_file))}",
        f"password_file = {_text(str(password_file))}",
        "",
        f"[clusters.{_text(cluster)}.azure]",
        *(f"{key} = {_text(value)}" for key, value in azure.items()),
        "",
        f"[[clusters.{_text(cluster)}.nodes]]",
        f"name = {_text(local_node)}",
        f"powershell = [{', '.join(_text(word) for word in local_program)}]",
    ]
    for name, url in others:
        lines += ["", f"[[clusters.{_text(cluster)}.nodes]]", f"name = {_text(name)}", f"address = {_text(url)}"]
    replace_file(path, ("\n".join(lines) + "\n").encode())


def _text(value: str) -> str:
    # A JSON string is a TOML string; only DEL, which JSON leaves alone, TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
