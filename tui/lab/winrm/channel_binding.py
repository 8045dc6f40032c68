"""Channel binding tokens: tying a sign-in to the TLS connection it came over (RFC 5929, tls-server-end-point)."""

import struct
from hashlib import sha256

from spnego.channel_bindings import GssChannelBindings

_SIGNATURE = b"NTLMSSP\x00"
_AUTHENTICATE = 3
_CHANNEL_BINDINGS_ID = 10
_V2_HEADER = 16 + 28
"""Bytes of an NTLMv2 response before its attribute pairs: the proof, then the fixed part of the client challenge."""


def server_end_point(certificate: bytes) -> GssChannelBindings:
    """Return the bindings of a TLS connection whose server shows this certificate (DER, signed with SHA-256)."""
    return GssChannelBindings(application_data=b"tls-server-end-point:" + sha256(certificate).digest())


def carries_channel_binding(token: bytes) -> bool | None:
    """Tell whether an NTLM authenticate message holds a binding; None when the token is no such message.

    The relaxed hardening level of Windows needs this: it refuses a wrong binding and accepts none. The message may
    be wrapped in SPNEGO. Microsoft, [MS-NLMP] 2.2.1.3 and 2.2.2.1.
    """
    start = token.find(_SIGNATURE + struct.pack("<I", _AUTHENTICATE))
    if start < 0:
        return None
    message = token[start:]
    try:
        length, _, offset = struct.unpack_from("<HHI", message, 20)
        position, end = offset + _V2_HEADER, offset + length
        while position + 4 <= end:
            identifier, size = struct.unpack_from("<HH", message, position)
            if identifier == _CHANNEL_BINDINGS_ID:
                # Windows itself sends sixteen zeros for "none".
                return any(message[position + 4 : position + 4 + size])
            if not identifier:
                break
            position += 4 + size
    except struct.error:
        return False
    return False
