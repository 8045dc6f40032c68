"""After every way to sign in and to end, no secret stands anywhere but where the lab itself keeps its own."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands import Started, azsconfig, started
from tests.contract.cli.secret_search import Wanted, Watch
from tests.contract.operations.opened import opened
from tests.lab.patience import wait_until
from tui.lab.azure.device_codes import DeviceCodes
from tui.lab.azure.tokens import Principal, Tokens
from tui.lab.cluster_state import SUBSCRIPTION_ID
from tui.lab.control import LabControl
from tui.lab.lab import Lab

KEPT_BY_THE_LAB = ("password", "azure-secret", "accounts/accounts")
"""Files in which the lab keeps what it was made with, for whoever uses it."""
IN_FILES = ("password_file", "secret_file")
"""Keys of the configuration that lead to secrets."""
WHERE = ("--subscription", SUBSCRIPTION_ID, "--region", "eastus")
NODE = "HCI-N1"


@dataclass(frozen=True, slots=True)
class Place:
    """A lab in this process, whose tokens are known, and everything that azsconfig may write into."""

    lab: Lab
    wanted: Wanted
    folder: Path

    @property
    def control(self) -> LabControl:
        return LabControl.beside(self.lab.ready.config)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def secret(self) -> str:
        """Secret of the lab's application."""
        return Path(self.lab.ready.config).with_name("azure-secret").read_text("utf-8")

    @property
    def application(self) -> str:
        """Id of the lab's application."""
        text = Path(self.lab.ready.config).read_text("utf-8")
        return re.findall(r'^application = "(.*)"$', text, re.MULTILINE)[0]

    def token(self) -> str:
        """Return an access token as somebody may bring it."""
        with opened(self.lab) as session:
            assert session.azure is not None
            return session.azure.clients().signed_in.token_for_powershell(timedelta(minutes=45)).token

    def config(self, *left_out: str) -> str:
        """Return a configuration without the lines of some keys."""
        lines = Path(self.lab.ready.config).read_text("utf-8").splitlines()
        file = self.folder / "config.toml"
        file.write_text("\n".join(line for line in lines if line.partition(" = ")[0] not in left_out), "utf-8")
        return str(file)

    def journals(self) -> bytes:
        """Return everything that the nodes keep of runs."""
        told: list[object] = []
        for node in self.lab.nodes:
            for state in node.runs.newest(100):
                told += [state, node.runs.journal(state["Id"]).read(0, 10_000_000)[1]]
        return json.dumps(told, ensure_ascii=False).encode()

    def assert_clean(self, watch: Watch) -> None:
        """Fail where a secret was shown by a process, stands in a file, or in what a node keeps of a run."""
        folder = Path(self.lab.ready.config).parent
        assert watch.scans > 1
        assert not watch.found
        assert not self.wanted.found_in_files(self.folder, [folder / name for name in KEPT_BY_THE_LAB])
        assert not self.wanted.found_in(self.journals())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Generator[Place]:
    """A cluster of two nodes: fresh, or what the test asks for."""
    (tmp_path / "temporary").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    wanted = Wanted()
    access, refresh, identity, new = Tokens.access, Tokens.refresh, Tokens.identity, DeviceCodes.new

    def seen_access(self: Tokens, principal: Principal, audience: str) -> tuple[str, int]:
        token, seconds = access(self, principal, audience)
        wanted.add("access token", token)
        return token, seconds

    def seen_refresh(self: Tokens, principal: Principal) -> str:
        token = refresh(self, principal)
        wanted.add("refresh token", token)
        return token

    def seen_identity(self: Tokens, principal: Principal, client: str) -> str:
        token = identity(self, principal, client)
        wanted.add("id token", token)
        return token

    def seen_code(self: DeviceCodes, client: str, scope: str) -> tuple[str, str]:
        device_code, user_code = new(self, client, scope)
        wanted.add("device code", device_code)
        return device_code, user_code

    monkeypatch.setattr(Tokens, "access", seen_access)
    monkeypatch.setattr(Tokens, "refresh", seen_refresh)
    monkeypatch.setattr(Tokens, "identity", seen_identity)
    monkeypatch.setattr(DeviceCodes, "new", seen_code)
    with Lab(getattr(request, "param", "fresh"), 2) as lab:
        made = Place(lab, wanted, tmp_path)
        wanted.add("password", lab.ready.password)
        wanted.add("client secret", made.secret)
        yield made


@dataclass(frozen=True, slots=True)
class Way:
    """A way to sign in."""

    name: str
    arguments: Callable[[Place], tuple[str, ...]]
    """What the command is given."""
    secrets: Callable[[Place], dict[str, str]]
    """What is on its standard input; nothing where it reads files."""
    uses: set[str]
    """Secrets that are in use then."""

    def __str__(self) -> str:
        return self.name


WAYS = (
    Way("files", lambda _place: (), lambda _place: {}, {"password", "client secret", "access token"}),
    Way(
        "secret",
        lambda _place: ("--auth", "secret"),
        lambda place: {"password": place.lab.ready.password, "azure_secret": place.secret},
        {"password", "client secret", "access token"},
    ),
    Way(
        "token",
        lambda place: ("--auth", "token", "--arc-spn-id", place.application),
        lambda place: {
            "password": place.lab.ready.password,
            "azure_secret": place.token(),
            "arc_spn_secret": place.secret,
        },
        {"password", "client secret", "access token"},
    ),
    Way(
        "device",
        lambda _place: ("--auth", "device"),
        lambda place: {"password": place.lab.ready.password},
        {"password", "access token", "refresh token", "id token", "device code"},
    ),
)


def at_login(command: Started) -> bool:
    assert command.process.poll() is None, command.stderr.read_text("utf-8") + command.stdout.read_text("utf-8")
    return any(line["type"] == "progress" and "Logging in" in line.get("status", "") for line in command.lines())


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_registering_leaves_no_secret_anywhere(place: Place, way: Way) -> None:
    secrets = way.secrets(place)
    config = place.config(*IN_FILES) if secrets else place.lab.ready.config
    stdin = ("--secrets-stdin",) if secrets else ()
    arguments = (*WHERE, *way.arguments(place), *stdin, "--config", config, "--log-level", "debug")
    place.control.fault(NODE, "hold-at", "login")
    with (
        Watch(place.wanted) as watch,
        started(
            *(place.folder / "register", "register", *arguments, "--yes", "--json"),
            home=place.home,
            stdin=json.dumps(secrets),
        ) as command,
    ):
        wait_until(lambda: at_login(command))
        watch.once_more()
        place.control.clear()
        assert command.ended() == 0, command.stdout.read_text("utf-8")
    assert way.uses <= place.wanted.names()
    place.assert_clean(watch)


def test_what_is_wrong_and_what_is_cut_short_leaves_no_secret_anywhere(place: Place) -> None:
    wrong = {"password": "no-password-of-theirs", "azure_secret": "no-secret-of-theirs", "arc_spn_secret": "no-arc-spn"}
    for name, secret in wrong.items():
        place.wanted.add(f"wrong {name}", secret)
    right = {"password": place.lab.ready.password, "azure_secret": place.secret}
    arguments = ("--config", place.config(*IN_FILES), "--auth", "secret", "--secrets-stdin", "--log-level", "debug")
    with Watch(place.wanted) as watch:
        for number, (given, code) in enumerate(
            (
                ({**right, "password": wrong["password"]}, 5),
                ({**right, "azure_secret": wrong["azure_secret"]}, 5),
                ({**right, "unknown": "no-password-of-theirs"}, 2),
                ({**right, "arc_spn_secret": wrong["arc_spn_secret"]}, 4),
            )
        ):
            arc = ("--arc-spn-id", place.application) if "arc_spn_secret" in given else ()
            with started(
                *(place.folder / f"wrong-{number}", "register", *WHERE, *arguments, *arc, "--yes"),
                home=place.home,
                stdin=json.dumps(given),
            ) as command:
                assert command.ended() == code, command.stdout.read_text("utf-8") + command.stderr.read_text("utf-8")
        place.control.fault(NODE, "hold-at", "login")
        with started(
            *(place.folder / "killed", "enable-arc", *arguments, "--yes", "--json"),
            home=place.home,
            stdin=json.dumps(right),
        ) as command:
            wait_until(lambda: at_login(command))
        place.control.kill_runner(NODE)
        place.control.clear()
        for verb in ("list", "show", "attach"):
            run = () if verb == "list" else (next(iter(place.lab.nodes)).runs.newest(1)[0]["Id"],)
            done = azsconfig("runs", verb, *run, *arguments, home=place.home, stdin=json.dumps(right))
            (place.folder / f"runs-{verb}").write_text(done.stdout + done.stderr, "utf-8")
            assert "Traceback" not in done.stderr
    place.assert_clean(watch)


@pytest.mark.parametrize("place", ["updates"], indirect=True)
def test_keeping_current_leaves_no_secret_anywhere(place: Place) -> None:
    secrets = {"password": place.lab.ready.password, "azure_secret": place.secret}
    at = ("--config", place.config(*IN_FILES), "--auth", "secret", "--secrets-stdin", "--log-level", "debug")
    rolling = ("--select", "all", "--rolling", "--restart", "--reason", "November updates", "--yes")
    place.control.pace(0.005)
    with Watch(place.wanted) as watch:
        for number, command in enumerate(
            (
                ("sync", "--yes"),
                ("updates", "list"),
                ("agent", "upgrade", "--nodes", NODE, "--yes"),
                ("updates", "install", *rolling),
                ("runs", "list"),
            )
        ):
            folder = place.folder / f"command-{number}"
            with started(folder, *command, "--json", *at, home=place.home, stdin=json.dumps(secrets)) as run:
                assert run.ended(120) in {0, 6}, run.stdout.read_text("utf-8") + run.stderr.read_text("utf-8")
    assert {"password", "client secret", "access token"} <= place.wanted.names()
    assert place.journals().count(b"November updates") > 1
    place.assert_clean(watch)


@pytest.mark.parametrize("shown", ["argument", "environment", "file", "escaped", "encoded", "end"])
def test_the_search_finds_what_is_there(shown: str, tmp_path: Path) -> None:
    secret = 'a "made-up" secret of the test, long enough to be told by its end alone'
    wanted = Wanted(made_up=secret)
    contents = {
        "escaped": json.dumps(secret).encode(),
        "encoded": base64.b64encode(secret.encode()),
        "end": secret[20:].encode(),
    }
    if shown in {"argument", "environment"}:
        words = [sys.executable, "-c", "input()", *([secret] if shown == "argument" else [])]
        environment = {**os.environ, "MADE_UP": secret if shown == "environment" else ""}
        with (
            Watch(wanted) as watch,
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment) as process,
        ):
            wait_until(lambda: bool(watch.found))
            process.communicate(b"\n")
    else:
        (tmp_path / "file").write_bytes(b"before " + contents.get(shown, secret.encode()) + b" after")
        assert wanted.found_in_files(tmp_path) == {str(tmp_path / "file"): {"made_up"}}
