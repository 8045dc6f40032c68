"""Message encryption of WinRM over plain HTTP: multipart bodies sealed with the connection's security context.

Microsoft, [MS-WSMV] 2.2.9.1 "Encrypted Message Types".
"""

import re
import struct
from dataclasses import dataclass

import spnego
from spnego.exceptions import SpnegoError

SPNEGO_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
KERBEROS_PROTOCOL = "application/HTTP-Kerberos-session-encrypted"
CREDSSP_PROTOCOL = "application/HTTP-CredSSP-session-encrypted"
_BOUNDARY = b"--Encrypted Boundary"
_PART_END = re.compile(rb"--\s*Encrypted Boundary(?:--)?\r\n")
_LENGTH = re.compile(rb"Length=(\d+)")
_OCTETS = b"\tContent-Type: application/octet-stream\r\n"
_CREDSSP_CHUNK = 16 * 1024
"""CredSSP seals with TLS records, which hold no more."""


class UndecryptableError(Exception):
    """The body was not sealed with this connection's context, or was damaged."""


@dataclass(frozen=True, slots=True)
class SealedBody:
    """A sealed HTTP body and the header that goes with it."""

    content_type: str
    """Value of the Content-Type header."""
    body: bytes
    """The multipart body."""


def is_sealed(content_type: str) -> bool:
    """Tell whether a Content-Type announces a sealed body."""
    return content_type.lower().startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def protocol_of(content_type: str) -> str:
    """Return which sealing a client used, to answer in the same."""
    for protocol in (CREDSSP_PROTOCOL, KERBEROS_PROTOCOL):
        if protocol.lower() in content_type.lower():
            return protocol
    return SPNEGO_PROTOCOL


def unseal(context: spnego.ContextProxy, body: bytes) -> bytes:
    """Open a sealed body; raises `UndecryptableError`."""
    parts = [part for part in _PART_END.split(body) if part]
    if not parts or len(parts) % 2:
        raise UndecryptableError
    message = bytearray()
    for header, payload in zip(parts[::2], parts[1::2], strict=True):
        length = _LENGTH.search(header)
        sealed = payload.removeprefix(_OCTETS)
        try:
            (signature_length,) = struct.unpack_from("<i", sealed)
            opened = context.unwrap_winrm(sealed[4 : 4 + signature_length], sealed[4 + signature_length :])
        # A damaged body fails in many ways on its way through NTLM or TLS; all mean the same here.
        except (SpnegoError, struct.error, ValueError, OSError) as error:
            raise UndecryptableError from error
        if not length or len(opened) != int(length.group(1)):
            raise UndecryptableError
        message += opened
    return bytes(message)


def seal(context: spnego.ContextProxy, protocol: str, message: bytes) -> SealedBody:
    """Seal an answer for the client of this context."""
    size = _CREDSSP_CHUNK if protocol == CREDSSP_PROTOCOL else max(len(message), 1)
    chunks = [message[start : start + size] for start in range(0, len(message), size)]
    kind = "multipart/x-multi-encrypted" if len(chunks) > 1 else "multipart/encrypted"
    parts: list[bytes] = []
    for chunk in chunks:
        wrapped = context.wrap_winrm(chunk)
        length = len(chunk) + wrapped.padding_length
        parts += [
            _BOUNDARY,
            f"\r\n\tContent-Type: {protocol}\r\n"
            f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n".encode(),
            _BOUNDARY + b"\r\n" + _OCTETS,
            struct.pack("<i", len(wrapped.header)) + wrapped.header + wrapped.data,
        ]
    parts.append(_BOUNDARY + b"--\r\n")
    return SealedBody(f'{kind};protocol="{protocol}";boundary="Encrypted Boundary"', b"".join(parts))
