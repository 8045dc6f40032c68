"""The few programs of Windows that foreign clients and their tests run: what they print on a lab node."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.lab.winrm.thread_program import Console

_DIRECTORIES = (".", "..", "Desktop", "Documents", "Downloads")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a simulated program can know about where it runs."""

    computer: str
    """The node's name."""
    user: str
    r"""Who runs it, as `DOMAIN\user`."""
    directory: str
    """The current directory."""
    environment: Mapping[str, str]
    """All environment variables."""


def windows_environment(computer: str, user: str, added: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a remote shell's process, with the client's own."""
    profile = "C:\\Users\\" + user.rpartition("\\")[2]
    return {
        "ALLUSERSPROFILE": r"C:\ProgramData",
        "APPDATA": rf"{profile}\AppData\Roaming",
        "COMPUTERNAME": computer,
        "ComSpec": r"C:\Windows\system32\cmd.exe",
        "NUMBER_OF_PROCESSORS": "2",
        "OS": "Windows_NT",
        "Path": r"C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem;C:\Windows\System32\WindowsPowerShell\v1.0\;",
        "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
        "PROCESSOR_ARCHITECTURE": "AMD64",
        "ProgramData": r"C:\ProgramData",
        "ProgramFiles": r"C:\Program Files",
        "PROMPT": "$P$G",
        "SystemDrive": "C:",
        "SystemRoot": r"C:\Windows",
        "TEMP": rf"{profile}\AppData\Local\Temp",
        "USERDOMAIN": user.rpartition("\\")[0] or computer,
        "USERNAME": user.rpartition("\\")[2],
        "USERPROFILE": profile,
        "windir": r"C:\Windows",
        **added,
    }


def _hostname(console: Console, where: Surroundings, _arguments: str) -> int:
    console.out(f"{where.computer}\r\n")
    return 0


def _whoami(console: Console, where: Surroundings, _arguments: str) -> int:
    console.out(f"{where.user.lower()}\r\n")
    return 0


def _version(console: Console, _where: Surroundings, _arguments: str) -> int:
    console.out("\r\nMicrosoft Windows [Version 10.0.20348.2700]\r\n")
    return 0


def _ipconfig(console: Console, where: Surroundings, arguments: str) -> int:
    console.out("\r\nWindows IP Configuration\r\n\r\n")
    if "/all" in arguments.lower():
        console.out(
            f"   Host Name . . . . . . . . . . . . : {where.computer}\r\n"
            "   Primary Dns Suffix  . . . . . . . : \r\n"
            "   Node Type . . . . . . . . . . . . : Hybrid\r\n"
            "   IP Routing Enabled. . . . . . . . : No\r\n"
            "   WINS Proxy Enabled. . . . . . . . : No\r\n"
        )
    console.out("\r\nEthernet adapter Ethernet:\r\n\r\n   IPv4 Address. . . . . . . . . . . : 127.0.0.1\r\n")
    return 0


def _dir(console: Console, where: Surroundings, _arguments: str) -> int:
    console.out(" Volume in drive C has no label.\r\n")
    console.out(f" Volume Serial Number is 7869-2C6F\r\n\r\n Directory of {where.directory}\r\n\r\n")
    entries = "".join(f"05/15/2024  09:50 AM    <DIR>          {name}\r\n" for name in _DIRECTORIES)
    console.out(
        f"{entries}               0 File(s)              0 bytes\r\n"
        f"{len(_DIRECTORIES):>16} Dir(s)  28,319,084,544 bytes free\r\n"
    )
    return 0


def _set(console: Console, where: Surroundings, arguments: str) -> int:
    prefix = arguments.strip().lower()
    lines = [
        f"{name}={value}\r\n"
        for name, value in sorted(where.environment.items(), key=lambda item: item[0].lower())
        if name.lower().startswith(prefix)
    ]
    if not lines:
        console.err(f"Environment variable {arguments.strip()} not defined\r\n")
        return 1
    console.out(lines[0])
    console.out("".join(lines[1:]))
    return 0


def _cd(console: Console, where: Surroundings, _arguments: str) -> int:
    console.out(f"{where.directory}\r\n")
    return 0


def _ping(console: Console, _where: Surroundings, arguments: str) -> int:
    words = arguments.split()
    count = int(words[words.index("-n") + 1]) if "-n" in words[:-1] and words[words.index("-n") + 1].isdigit() else 4
    target = words[-1] if words else "127.0.0.1"
    console.out(f"\r\nPinging {target} [127.0.0.1] with 32 bytes of data:\r\n")
    for number in range(count):
        if number:
            console.sleep(1)
        console.out("Reply from 127.0.0.1: bytes=32 time<1ms TTL=128\r\n")
    console.out(f"\r\nPing statistics for 127.0.0.1:\r\n    Packets: Sent = {count}, Received = {count}, Lost = 0\r\n")
    return 0


def _more(console: Console, _where: Surroundings, _arguments: str) -> int:
    while (text := console.read()) is not None:
        console.out(text)
    return 0


COMMANDS: dict[str, Callable[[Console, Surroundings, str], int]] = {
    "cd": _cd,
    "dir": _dir,
    "hostname": _hostname,
    "ipconfig": _ipconfig,
    "more": _more,
    "ping": _ping,
    "set": _set,
    "ver": _version,
    "whoami": _whoami,
}
"""Name without extension -> what it does."""
