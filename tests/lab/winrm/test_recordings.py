"""Requests recorded on the way to real Windows servers, replayed: the answers have the structure of the recorded ones.

There is no exception: every message of every recording is compared. What differs between the recorded servers is set
as it was there (ActivityId headers, quotas, CredSSP). Wildcards are GUIDs, addresses, user names and the bytes of
streams, and neighbouring elements of one stream count as one.
"""

import base64
import http.client
import re
import ssl
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import yaml

from tests.lab.winrm.conftest import PASSWORD, Node, NodeFactory
from tests.lab.winrm.envelope_structure import namespaces, structure
from tui.lab.winrm.command_prompt import CommandPrompt
from tui.lab.winrm.config_document import ServiceAuthentication
from tui.lab.winrm.program import OutputSink, ProgramStart, ShellProgram
from tui.lab.winrm.quotas import Quotas
from tui.lab.winrm.server import EndpointOptions
from tui.lab.winrm.thread_program import Console, ThreadProgram

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.yml"))
PATIENCE_SECONDS = 30.0
_UNLIMITED = 2_147_483_647


@dataclass(frozen=True)
class Message:
    """One recorded exchange."""

    request: str
    response: str
    status: int


def read_recording(name: str) -> list[Message]:
    document = cast(
        "dict[str, list[dict[str, object]]]", yaml.safe_load((RECORDINGS / f"{name}.yml").read_text("utf-8"))
    )
    return [
        Message(
            str(message["request"]),
            str(message["response"]),
            cast("dict[str, int]", message.get("transport_error") or {"code": 200})["code"],
        )
        for message in document["messages"]
    ]


def options_of(messages: list[Message], linger_seconds: float) -> EndpointOptions:
    """Return the settings of the recorded server, as far as they show."""
    size = re.search(r"<cfg:MaxEnvelopeSizekb>(\d+)<", messages[0].response)
    return EndpointOptions(
        quotas=Quotas(
            max_envelope_size_kb=int(size[1]) if size else 500,
            max_concurrent_users=_UNLIMITED,
            max_processes_per_shell=_UNLIMITED,
            max_memory_per_shell_mb=_UNLIMITED,
            max_shells_per_user=_UNLIMITED,
        ),
        authentication=ServiceAuthentication(credssp=True),
        linger_seconds=linger_seconds,
        activity_id="ActivityId" in messages[0].response,
    )


class Replay:
    """Sends recorded requests to an endpoint, with the ids the endpoint gave instead of the recorded ones."""

    def __init__(self, node: Node) -> None:
        context = ssl.create_default_context(cafile=str(node.lab.authority.ca_file))
        self._connection = http.client.HTTPSConnection("localhost", node.server.https_port, context=context)
        credentials = base64.b64encode(f"HCI\\Administrator:{PASSWORD}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/soap+xml;charset=UTF-8"}
        self._ids: dict[str, str] = {}

    def send(self, message: Message) -> tuple[int, str]:
        request = message.request
        for recorded, given in self._ids.items():
            request = request.replace(recorded, given)
        self._connection.request("POST", "/wsman", request.encode(), self._headers)
        response = self._connection.getresponse()
        answer = response.read().decode()
        for pattern in (r'Name="ShellId">([^<]+)<', r"<rsp:CommandId>([^<]+)<"):
            recorded_id, given_id = re.search(pattern, message.response), re.search(pattern, answer)
            if recorded_id and given_id:
                self._ids[recorded_id[1]] = given_id[1]
        return response.status, answer

    def close(self) -> None:
        self._connection.close()


class Sleeper:
    """PowerShell of the recording whose script sleeps for thirty seconds: here until the test lets it go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, start: ProgramStart, sink: OutputSink, /) -> ShellProgram:
        return ThreadProgram(self._main, sink, start.codepage, "sleeper")

    def _main(self, console: Console) -> int:
        console.out("hi")
        console.out("\n")
        assert self.go_on.wait(PATIENCE_SECONDS)
        console.out("hi again\n")
        return 0


def assert_same(message: Message, status: int, answer: str) -> None:
    assert status == message.status
    assert namespaces(answer) == namespaces(message.response)
    assert structure(answer) == structure(message.response)


@pytest.mark.skipif(not NAMES, reason="no ../shared/recordings beside the project: nothing was replayed")
@pytest.mark.parametrize("name", [name for name in NAMES if name != "test_winrs_operation_timeout"])
def test_recorded_requests_get_answers_of_the_recorded_structure(start_node: NodeFactory, name: str) -> None:
    messages = read_recording(name)
    # These commands all end by themselves at once: the window only says that a slow machine may take its time.
    with closing(Replay(start_node(options=options_of(messages, linger_seconds=PATIENCE_SECONDS)))) as replay:
        for message in messages:
            assert_same(message, *replay.send(message))


@pytest.mark.skipif(not NAMES, reason="no ../shared/recordings beside the project: nothing was replayed")
def test_a_recorded_silence_gets_the_recorded_time_outs(start_node: NodeFactory) -> None:
    messages = read_recording("test_winrs_operation_timeout")
    sleeper = Sleeper()
    node = start_node(CommandPrompt("HCI-N1", [sleeper]), options_of(messages, linger_seconds=0.5))
    with closing(Replay(node)) as replay:
        for number, message in enumerate(messages):
            if message.status == 200 and messages[number - 1].status == 500:
                sleeper.go_on.set()
            hurried = message.request.replace("PT10S", "PT0.3S" if message.status == 500 else "PT20S")
            assert_same(message, *replay.send(Message(hurried, message.response, message.status)))
