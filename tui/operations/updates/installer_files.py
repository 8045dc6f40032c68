"""An installer file given here, on a node: copied over the channel in parts, and looked at there before it runs."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.nodes.errors import Lost, NodeError, TimedOut
from tui.operations.updates.asking import asked
from tui.runs.errors import RunError
from tui.runs.event import Event, EventKind, Sink

if TYPE_CHECKING:
    from tui.session import Session

PART_BYTES = 192 * 1024
"""So much of a file is sent at once; a lost part is sent again. Our own choice."""
ATTEMPTS = 3
PRODUCT = "Azure Connected Machine Agent"
COPYING = "Copying the installer"


class BadInstallerError(RunError):
    """The file is not the installer it should be; nothing was installed."""


@dataclass(frozen=True, slots=True)
class LocalInstaller:
    """An installer file on this machine."""

    path: Path
    """Where it is."""
    size: int
    """Its length in bytes."""
    sha256: str
    """Its hash, in lower case."""

    @property
    def name(self) -> str:
        """Its name on nodes: known by its hash, so that two versions never mix."""
        return f"agent-{self.sha256[:16]}.msi"


@dataclass(frozen=True, slots=True)
class NodeInstaller:
    """What a node says of an installer file."""

    path: str
    """Where it is on the node."""
    length: int
    """Its length in bytes."""
    sha256: str
    """Its hash, in lower case."""
    signature_status: str | None = None
    """`SignatureStatus` of `Get-AuthenticodeSignature`."""
    signer: str | None = None
    """Subject of its certificate."""
    signer_is_microsoft: bool = False
    """Whether Microsoft Corporation signed it, and nothing was changed since."""
    product_name: str | None = None
    """Product that it installs."""
    product_version: str | None = None
    """Version of that."""


@dataclass(frozen=True, slots=True)
class _Written:
    path: str
    length: int


def local_installer(path: Path) -> LocalInstaller:
    """Return what a file here is. Raises OSError where it cannot be read."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
            size += len(block)
    return LocalInstaller(path, size, digest.hexdigest())


def place(session: "Session", node: str, file: LocalInstaller, sink: Sink) -> NodeInstaller:
    """Bring a file to a node, unless it is there, and return what the node says of it.

    Raises NodeError for what fails on the way, BadInstallerError where it is not signed by Microsoft, is another file
    there, or is no installer of the agent; OSError where it cannot be read here.
    """
    path = ""
    for number, (offset, content) in enumerate(_parts(file)):
        written = _write(session, node, file.name, offset, content)
        path = written.path
        if number % 10 == 0:
            sink(_progress(node, offset + len(content), file.size))
    sink(_progress(node, file.size, file.size))
    told = asked(session, node, "test-installer", NodeInstaller, parameters={"Path": path})
    refuse(told, file, node)
    return told


def refuse(told: NodeInstaller, file: LocalInstaller, node: str) -> None:
    """Raise BadInstallerError for a file that must not be run."""
    if told.sha256.casefold() != file.sha256:
        message = f"{node}: the copied file is another one than {file.path.name}: its SHA-256 is {told.sha256}."
        raise BadInstallerError(message, "Start it again.", node=node)
    if not told.signer_is_microsoft:
        signed = f"its signature is {told.signature_status or 'not told'}"
        by = f", by {told.signer}" if told.signer else ""
        message = f"{node}: {file.path.name} is not signed by Microsoft Corporation: {signed}{by}."
        raise BadInstallerError(message, "Download it again from https://aka.ms/AzureConnectedMachineAgent.", node=node)
    if told.product_name is not None and told.product_name != PRODUCT:
        message = f"{node}: {file.path.name} installs {told.product_name}, not the {PRODUCT}."
        raise BadInstallerError(message, "Give the agent's own MSI file.", node=node)


def remove(session: "Session", node: str, file: LocalInstaller) -> None:
    """Remove the file from a node; whether that works changes nothing."""
    try:
        session.submit(node, "remove-file", {"Name": file.name}).result()
    except NodeError:
        return


def _parts(file: LocalInstaller) -> Iterator[tuple[int, bytes]]:
    with file.path.open("rb") as stream:
        offset = 0
        while block := stream.read(PART_BYTES):
            yield offset, block
            offset += len(block)


def _write(session: "Session", node: str, name: str, offset: int, content: bytes) -> _Written:
    """Write one part; a part may be written twice."""
    parameters: Mapping[str, Any] = {
        "Name": name,
        "Offset": offset,
        "Content": base64.b64encode(content).decode("ascii"),
    }
    failed: NodeError | None = None
    for _ in range(ATTEMPTS):
        try:
            return asked(session, node, "write-file-part", _Written, parameters=parameters)
        except (Lost, TimedOut) as error:
            failed = error
    raise failed or Lost(node, "The file was not written.")


def _progress(node: str, done: int, size: int) -> Event:
    percent = 100 if size == 0 else done * 100 // size
    return Event(
        EventKind.PROGRESS,
        datetime.now(UTC),
        node=node,
        text=f"{done // 1024} of {size // 1024} KB",
        activity=f"{COPYING} to {node}",
        percent=percent,
        progress=90,
    )
