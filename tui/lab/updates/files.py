"""Files that are copied to a simulated node, and the scripts that write, judge and remove them."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping

from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.parameters import BoundParameters
from tui.lab.simulated_scripts import Parameters, ScriptStopped, Steps, out, warning
from tui.lab.updates.installers import read_installer
from tui.lab.updates.node_files import FILES_FOLDER, file_at

_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}(?<!\.)")
_FARTHEST = 2**63


class FileScripts:
    """Answers these scripts on one node."""

    def __init__(self, runs: NodeRuns) -> None:
        self._world, self._name = runs.world, runs.node
        self.scripts: Mapping[str, Callable[[Parameters], Steps]] = {
            "write-file-part": self._write,
            "test-installer": self._test,
            "remove-file": self._remove,
        }
        """The scripts by name."""

    def _write(self, parameters: Parameters) -> Steps:
        names = ("Name", "Offset", "Content")
        bound = BoundParameters(parameters, names, names)
        name = _file_name(bound)
        offset = bound.number("Offset", 0, least=-_FARTHEST, most=_FARTHEST - 1)
        try:
            part = base64.b64decode(bound.text("Content"), validate=True)
        except binascii.Error as error:
            raise _stopped("FilePartGarbled", "InvalidData", f"The part of {name} at {offset} is no Base64.") from error
        cluster = self._world.cluster
        with cluster.locked():
            files = cluster.node(self._name).files
            there = files.get(name.lower(), b"")
            if not 0 <= offset <= len(there):
                told = f"The part of {name} begins at {offset}, and {len(there)} bytes are there."
                raise _stopped("FilePartGap", "InvalidArgument", told)
            if self._world.faults(self._name).get("disk-full") is True:
                told = f"There is not enough space on the disk for {name}."
                raise _stopped("AzsconfigRunDiskFull", "WriteError", told)
            files[name.lower()] = there[:offset] + part
            length = len(files[name.lower()])
        yield out({"Path": f"{FILES_FOLDER}\\{name}", "Length": length})

    def _test(self, parameters: Parameters) -> Steps:
        path = BoundParameters(parameters, ("Path",), ("Path",)).text("Path")
        data = file_at(self._world.cluster.node(self._name), path)
        if data is None:
            raise _stopped("FileMissing", "ObjectNotFound", f"There is no file {path} on this node.")
        found = read_installer(path, data)
        if found.product is None:
            yield warning(f"The product of {path} cannot be read: OpenDatabase,DatabasePath,OpenMode")
        yield out(
            {
                "Path": path,
                "Length": len(data),
                "Sha256": hashlib.sha256(data).hexdigest(),
                "SignatureStatus": found.status,
                "Signer": found.signer,
                "SignerIsMicrosoft": found.by_microsoft,
                "ProductName": found.product,
                "ProductVersion": found.version,
            }
        )

    def _remove(self, parameters: Parameters) -> Steps:
        name = _file_name(BoundParameters(parameters, ("Name",), ("Name",)))
        cluster = self._world.cluster
        with cluster.locked():
            removed = cluster.node(self._name).files.pop(name.lower(), None)
        yield out({"Removed": removed is not None})


def _file_name(bound: BoundParameters) -> str:
    name = bound.text("Name")
    if _NAME.fullmatch(name) is None:
        told = "up to 100 letters, digits, dots, hyphens and underscores, no dot at either end."
        raise _stopped("FileNameRefused", "InvalidArgument", f"The name '{name}' is refused: {told}")
    return name


def _stopped(fqid: str, category: str, message: str) -> ScriptStopped:
    return ScriptStopped(message, category=category, fqid=fqid)
