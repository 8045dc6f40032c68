"""A real PowerShell as the shell of a simulated node: the stub commands in it answer from the node's document."""

import os
import shlex
import sys
from pathlib import Path

from tui.lab.cluster_state import ClusterState
from tui.lab.node_document import node_document, write_document
from tui.lab.powershell import MODULE, prepare, rewrite
from tui.lab.winrm.process_program import ProcessProgram
from tui.lab.winrm.program import OutputSink, ProgramStart, ShellProgram

STATE_VARIABLE = "AZSCONFIG_LAB_STATE"
"""Names the document of its node to a PowerShell."""


class RealPowerShell:
    """Starts one real PowerShell after the other on one simulated node."""

    def __init__(self, cluster: ClusterState, node: str, program: Path, folder: Path) -> None:
        """`folder` becomes the node's own; `NotImplementedError` where the stub commands do not run."""
        self._cluster = cluster
        self._node = node
        self._program = program
        self._folder = folder / node
        self._folder.mkdir(mode=0o700)
        self._layout = prepare(self._folder, sys.executable)

    def refresh(self, delays: dict[str, float]) -> Path:
        """Bring the node's document up to date and return its file."""
        return write_document(self._folder, node_document(self._cluster, self._node, delays))

    def start(self, start: ProgramStart, sink: OutputSink, delays: dict[str, float]) -> ShellProgram:
        """Start one with the arguments a client gave to `powershell.exe`."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
            **start.environment,
            **self._layout,
            # .NET leaves its debugger's pipes behind when it is killed, and PowerShell keeps caches at home.
            "DOTNET_EnableDiagnostics": "0",
            "TMPDIR": str(self._folder),
            "HOME": str(self._folder),
            STATE_VARIABLE: str(self.refresh(delays)),
            "COMPUTERNAME": self._node,
        }
        environment.pop("NTLM_USER_FILE", None)
        arguments = shlex.split(" ".join(start.arguments) or start.command_line.partition(" ")[2], posix=True)
        return ProcessProgram([str(self._program), *rewrite(arguments, MODULE)], sink, environment=environment)
