"""The program that stands for `powershell.exe` on the node azsconfig runs on: it relays between its pipes and the lab.

    python stand_in.py --port PORT --token-file FILE --node NAME ARGUMENTS OF POWERSHELL

The program behind it runs in the lab, so that what it says is the lab's state. The stand-in ends with that program's
exit code; when the lab goes away it ends with 1, and when it is killed the lab ends the program.

Between the two, frames: one byte that says what it is, four of length, the content. Little is imported, because every
start of a channel to the local node pays for it, and nothing of this package, so that it runs by its path with `-I -S`.
"""

import os
import socket
import struct
import sys
import threading

HELLO = 0
"""From the stand-in, first: token, node and arguments, separated by NUL."""
STDIN = 1
"""From the stand-in: bytes of standard input; none of them is its end."""
STDOUT = 2
"""From the lab: bytes of standard output."""
STDERR = 3
"""From the lab: bytes of standard error."""
EXIT = 4
"""From the lab, last: the exit code, four bytes."""

_HEADER = struct.Struct("!BI")
_EXIT_CODE = struct.Struct("!I")
_LARGEST = 16 * 1024 * 1024
_CHUNK = 65536
_STDIN, _STDOUT, _STDERR = 0, 1, 2


def send_frame(connection: socket.socket, kind: int, content: bytes) -> None:
    """Send one frame; raises `OSError` when the other side is gone."""
    connection.sendall(_HEADER.pack(kind, len(content)) + content)


def send_exit(connection: socket.socket, exit_code: int) -> None:
    """Send the last frame of the lab's side."""
    send_frame(connection, EXIT, _EXIT_CODE.pack(exit_code & 0xFFFFFFFF))


def receive_frame(connection: socket.socket) -> tuple[int, bytes] | None:
    """Return the next frame; None when the other side has closed, or sent something else than a frame."""
    header = _receive(connection, _HEADER.size)
    if header is None:
        return None
    kind, length = _HEADER.unpack(header)
    if length > _LARGEST:
        return None
    content = _receive(connection, length)
    return None if content is None else (kind, content)


def main(arguments: list[str]) -> int:
    """Relay until either side ends; returns the exit code of the program behind."""
    options = dict(zip(arguments[:6:2], arguments[1:6:2], strict=False))
    if set(options) != {"--port", "--token-file", "--node"}:
        return _fail("usage: stand_in --port PORT --token-file FILE --node NAME ARGUMENTS")
    try:
        token = _read(options["--token-file"])
        connection = socket.create_connection(("127.0.0.1", int(options["--port"])), timeout=10)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        hello = "\0".join((token, options["--node"], *arguments[6:]))
        send_frame(connection, HELLO, hello.encode())
    except (OSError, ValueError):
        return _fail("the lab that this stand-in for PowerShell belongs to is not running")
    threading.Thread(target=_relay_input, args=(connection,), daemon=True).start()
    return _relay_output(connection)


def _relay_input(connection: socket.socket) -> None:
    try:
        while data := os.read(_STDIN, _CHUNK):
            send_frame(connection, STDIN, data)
        send_frame(connection, STDIN, b"")
    except OSError:
        return


def _relay_output(connection: socket.socket) -> int:
    try:
        while (frame := receive_frame(connection)) is not None:
            kind, content = frame
            if kind == EXIT:
                return int(_EXIT_CODE.unpack(content)[0])
            _write_all(_STDOUT if kind == STDOUT else _STDERR, content)
    except OSError:
        return 1
    return 1


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _receive(connection: socket.socket, length: int) -> bytes | None:
    data = b""
    while len(data) < length:
        chunk = connection.recv(length - len(data))
        if not chunk:
            return None
        data += chunk
    return data


def _read(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 4096).decode("ascii")
    finally:
        os.close(descriptor)


def _fail(message: str) -> int:
    _write_all(_STDERR, f"{message}\n".encode())
    return 1


if __name__ == "__main__":
    # Not sys.exit: it would wait for the thread that reads a standard input which may never end. POSIX has 8 bits.
    code = main(sys.argv[1:])
    os._exit(code if os.name == "nt" or code < 256 else 1)
