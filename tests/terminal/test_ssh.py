"""The menu over SSH, through a real OpenSSH server on loopback."""

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.terminal.conftest import Cluster, command, environment_of
from tests.terminal.emulated import PATIENCE_SECONDS, EmulatedTerminal

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
SSH, KEYGEN = shutil.which("ssh"), shutil.which("ssh-keygen")
pytestmark = pytest.mark.skipif(
    SSHD is None or SSH is None or KEYGEN is None, reason="no OpenSSH server and client: nothing was tried over SSH"
)


@dataclass(frozen=True)
class SshServer:
    """A server that knows one key."""

    folder: Path
    port: int

    def to(self, words: list[str], environment: dict[str, str]) -> list[str]:
        """Return the command that runs `words` on a terminal of the server."""
        variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        remote = f"cd {shlex.quote(str(ROOT))} && exec env {variables} {shlex.join(words)}"
        options = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR", "IdentitiesOnly=yes")
        chosen = [part for option in options for part in ("-o", option)]
        user = pwd.getpwuid(os.getuid()).pw_name
        key = str(self.folder / "user_key")
        return [
            str(SSH),
            "-tt",
            "-F",
            "/dev/null",
            *chosen,
            "-i",
            key,
            "-p",
            str(self.port),
            f"{user}@127.0.0.1",
            remote,
        ]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[SshServer]:
    """An SSH server with keys of its own."""
    folder = tmp_path_factory.mktemp("ssh")
    for name in ("host_key", "user_key"):
        words = [str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True, timeout=30)
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    port = free_port()
    settings = (
        f"HostKey {folder}/host_key", f"AuthorizedKeysFile {folder}/authorized_keys", f"Port {port}",
        "ListenAddress 127.0.0.1", "PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no",
        "PermitRootLogin prohibit-password", "PrintMotd no", "PrintLastLog no", "ClientAliveInterval 1",
        "ClientAliveCountMax 2",
    )  # fmt: skip
    (folder / "sshd_config").write_text("".join(f"{line}\n" for line in settings), encoding="utf-8")
    if os.getuid() == 0:
        # As root, it insists on this folder, which an init system would have made.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    running = subprocess.Popen(
        [str(SSHD), "-D", "-e", "-f", str(folder / "sshd_config")], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not answers(port):
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            _, said = running.communicate()
            pytest.skip(f"the SSH server did not start, nothing was tried over SSH: {said.strip()[-300:]}")
        time.sleep(0.05)
    yield SshServer(folder, port)
    running.kill()
    running.communicate()


@pytest.fixture
def over_ssh(server: SshServer, cluster: Cluster, tmp_path: Path) -> Generator[EmulatedTerminal]:
    """The menu in an SSH session of 80x24."""
    environment = environment_of(tmp_path)
    words = server.to(command(cluster, tmp_path), {**environment, "TERM": "xterm-256color"})
    terminal = EmulatedTerminal(words, columns=80, rows=24, environment=environment)
    yield terminal
    terminal.end()


def pids_of(home: Path) -> list[int]:
    """Return the processes of azsconfig that work with files of this home."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(home / "lab.toml").encode() in words and b"tui" in words and not words[0].endswith(b"ssh"):
            found.append(int(folder.name))
    return found


def test_the_menu_is_driven_over_ssh(over_ssh: EmulatedTerminal, cluster: Cluster) -> None:
    over_ssh.wait_for("4 of 4 connected")
    assert over_ssh.rows[-1] == "Enter number to select an option:"
    over_ssh.send("1\r")
    over_ssh.wait_for(" Verdict: ")
    over_ssh.resize(40, 12)
    over_ssh.wait_until(lambda: over_ssh.rows[-1].startswith("Node number"), "the prompt in 40x12")
    over_ssh.resize(80, 24)
    over_ssh.send("\x1b")
    over_ssh.wait_for("Enter number to select an option:")
    over_ssh.send("15\r")
    assert over_ssh.wait_ended() == 0
    assert cluster.shells == 0


def test_an_ssh_session_that_is_cut_leaves_no_process_and_no_shell(
    over_ssh: EmulatedTerminal, cluster: Cluster, tmp_path: Path
) -> None:
    over_ssh.wait_for("4 of 4 connected")
    assert cluster.shells > 0
    assert pids_of(tmp_path)
    over_ssh.process.kill()
    over_ssh.wait_ended()
    over_ssh.wait_until(lambda: not pids_of(tmp_path), "no process")
    over_ssh.wait_until(lambda: cluster.shells == 0, "no shell")


def test_a_frozen_ssh_client_is_given_up_by_the_server_and_leaves_nothing(
    over_ssh: EmulatedTerminal, cluster: Cluster, tmp_path: Path
) -> None:
    over_ssh.wait_for("4 of 4 connected")
    # The client neither reads nor answers, as behind a dead network.
    over_ssh.signal(signal.SIGSTOP)
    over_ssh.wait_until(lambda: not pids_of(tmp_path), "no process", 30.0)
    over_ssh.wait_until(lambda: cluster.shells == 0, "no shell")
    over_ssh.process.kill()
