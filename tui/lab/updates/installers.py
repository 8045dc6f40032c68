"""Installer files of the lab: small stand-ins for signed MSI files, which only its own nodes can read and install."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass

AGENT_PRODUCT = "Azure Connected Machine Agent"
"""Product of the agent's MSI file."""
MICROSOFT = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"
"""Subject of the certificate that Microsoft signs it with."""
_MAGIC = b"azsconfig lab installer\n"
_NAME_PARTS = re.compile(r'(?:[^,"]|"[^"]*")+')


@dataclass(frozen=True, slots=True)
class Installer:
    """What a node reads of an installer file."""

    product: str | None
    """Product it installs; `None` for what is no installer."""
    version: str | None
    """Version of that."""
    signer: str | None
    """Subject of who signed it; `None` where nobody did."""
    status: str
    """Status of its signature, as `Get-AuthenticodeSignature` names it."""

    @property
    def by_microsoft(self) -> bool:
        """Whether Microsoft signed it and nobody changed it since."""
        parts = [part.strip() for part in _NAME_PARTS.findall(self.signer or "")]
        return self.status == "Valid" and "O=Microsoft Corporation" in parts


def make_installer(
    version: str, *, product: str = AGENT_PRODUCT, signer: str | None = MICROSOFT, size: int = 4096
) -> bytes:
    """Return an installer file of a version, about so many bytes long; without a signer it is not signed."""
    body = b"\0" * size
    told = {"product": product, "version": version, "signer": signer}
    seal = hashlib.sha256(_line(told) + body).hexdigest()
    return _MAGIC + _line({**told, "seal": seal}) + body


def read_installer(name: str, data: bytes) -> Installer:
    """Return what a file is; one that is none of the lab's is a file that nobody signed."""
    line, _, body = data.removeprefix(_MAGIC).partition(b"\n")
    try:
        told = json.loads(line) if data.startswith(_MAGIC) else None
    except ValueError:
        told = None
    if told is None:
        signable = name.lower().endswith((".msi", ".exe", ".ps1", ".cab"))
        return Installer(None, None, None, "NotSigned" if signable else "UnknownError")
    installer = Installer(told["product"], told["version"], told["signer"], "Valid")
    plain = {name: value for name, value in asdict(installer).items() if name != "status"}
    if hashlib.sha256(_line(plain) + body).hexdigest() != told["seal"]:
        return Installer(installer.product, installer.version, installer.signer, "HashMismatch")
    if installer.signer is None:
        return Installer(installer.product, installer.version, None, "NotSigned")
    return installer


def _line(told: dict[str, str | None]) -> bytes:
    return json.dumps(told, sort_keys=True).encode("ascii") + b"\n"
