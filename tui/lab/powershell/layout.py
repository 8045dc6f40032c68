"""The folders of a simulated node that programs are found in by their path."""

import os
import shlex
from pathlib import Path

_HERE = Path(__file__).resolve().parent

MODULE = _HERE / "AzsconfigLab" / "AzsconfigLab.psd1"
"""Manifest of the stub module, to be imported by its path."""


def prepare(folder: Path, python: str) -> dict[str, str]:
    """Lay out a node's folders under `folder` and return the environment that its PowerShell needs.

    `python` is the interpreter that the stub of azcmagent runs with. The caller adds `AZSCONFIG_LAB_STATE`, the path
    of the node's document. Each node needs a folder of its own: which programs and extensions are in it follows its
    document, while it runs. POSIX only, because the stub agent is a script in the place of a Windows program.
    """
    if os.name != "posix":
        message = "the stub of azcmagent.exe is a script: a real PowerShell as a simulated node needs Linux or macOS"
        raise NotImplementedError(message)
    programs = folder / "Program Files"
    system_drive = folder / "SystemDrive"
    (programs / "AzureConnectedMachineAgent").mkdir(parents=True, exist_ok=True)
    (system_drive / "Packages" / "Plugins").mkdir(parents=True, exist_ok=True)
    agent = folder / "azcmagent"
    agent.write_text(_launcher(python), encoding="utf-8")
    agent.chmod(0o700)
    return {
        "AZSCONFIG_LAB_FOLDER": str(folder),
        "ProgramFiles": str(programs),
        "SystemDrive": str(system_drive),
        "PSModulePath": str(MODULE.parent.parent),
    }


def _launcher(python: str) -> str:
    # A shell in between, because the path of an interpreter may be too long for a first line or hold a space.
    command = shlex.join([python, "-I", "-S", str(_HERE / "azcmagent.py")])
    return f'#!/bin/sh\nexec {command} "$@"\n'
