"""HTTP/1.1 as far as WinRM needs it: requests with a length or in chunks, answers in one write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO

_LINE_LIMIT = 65_536
_HEADER_LIMIT = 200
_BODY_LIMIT = 16 * 1024 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BadHttpError(Exception):
    """A request that cannot be read on; the connection is closed after answering `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        """The HTTP status to answer."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request."""

    method: str
    """Such as POST."""
    path: str
    """Without the query."""
    headers: dict[str, str]
    """Names in lower case; of a repeated header the last."""
    body: bytes
    """The whole body."""

    @property
    def closes(self) -> bool:
        """Whether the client wants the connection closed after the answer."""
        return self.headers.get("connection", "").lower() == "close"


def read_request(stream: BinaryIO, write: Callable[[bytes], object]) -> HttpRequest | None:
    """Read the next request; None when the client closed the connection. Raises `BadHttpError` and OSError.

    `write` is used to let a client that asked first go on with its body.
    """
    line = stream.readline(_LINE_LIMIT)
    if not line:
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadHttpError(HTTPStatus.BAD_REQUEST)
    headers = _read_headers(stream)
    if headers.get("expect", "").lower() == "100-continue":
        write(_CONTINUE)
    path = parts[1].partition("?")[0]
    return HttpRequest(parts[0], path, headers, _read_body(stream, headers))


def _read_headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_HEADER_LIMIT):
        line = stream.readline(_LINE_LIMIT).decode("latin-1")
        if line in {"\r\n", "\n"}:
            return headers
        name, separator, value = line.partition(":")
        if not separator:
            break
        headers[name.strip().lower()] = value.strip()
    raise BadHttpError(HTTPStatus.BAD_REQUEST)


def _read_body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(stream)
    try:
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise BadHttpError(HTTPStatus.BAD_REQUEST) from error
    return _read_exactly(stream, length)


def _read_chunks(stream: BinaryIO) -> bytes:
    body = bytearray()
    while True:
        try:
            length = int(stream.readline(_LINE_LIMIT).partition(b";")[0], 16)
        except ValueError as error:
            raise BadHttpError(HTTPStatus.BAD_REQUEST) from error
        if not length:
            while stream.readline(_LINE_LIMIT).strip():
                pass
            return bytes(body)
        body += _read_exactly(stream, length)
        if len(body) > _BODY_LIMIT:
            raise BadHttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        stream.readline(_LINE_LIMIT)


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    if not 0 <= length <= _BODY_LIMIT:
        raise BadHttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > 0 else HTTPStatus.BAD_REQUEST)
    body = stream.read(length)
    if len(body) < length:
        raise ConnectionResetError
    return body


def answer_bytes(
    status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", *, close: bool = False
) -> bytes:
    """Put an answer together; it must leave in one write, or Nagle and delayed acknowledgement cost 40 ms."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers)]
    lines += ["Server: Microsoft-HTTPAPI/2.0", f"Date: {formatdate(usegmt=True)}"]
    if close:
        lines.append("Connection: close")
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
