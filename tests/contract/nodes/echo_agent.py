"""A program behind a WinRM shell that speaks the agent's protocol without PowerShell: what is sent comes back.

`run` of `echo` gives its parameters back; of `count`, `n` objects of `size` characters; `hold` ends when cancelled, and
`stuck` never.
"""

import base64
import json
import threading
from typing import Any

from tui.lab.winrm.program import OutputSink, ProgramStart


class EchoAgent:
    """One running agent."""

    def __init__(self, sink: OutputSink, factory: "EchoAgents") -> None:
        self._sink = sink
        self._factory = factory
        self._buffer = bytearray()
        self._started = False
        self._q = 0
        self._ring: list[tuple[int, bytes]] = []
        self._seen: set[str] = set()
        self._ended = False
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        with self._lock:
            self._buffer += data
            while b"\n" in self._buffer:
                line, _, rest = bytes(self._buffer).partition(b"\n")
                self._buffer = bytearray(rest)
                if line.strip() and not self._ended:
                    self._take(line)

    def close_input(self) -> None:
        self._end(0)

    def interrupt(self) -> None:
        self._end(1)

    def kill(self) -> None:
        self._end(1)

    def _end(self, code: int) -> None:
        if not self._ended:
            self._ended = True
            self._sink.exited(code)

    def _take(self, line: bytes) -> None:
        if not self._started:
            assert b"param(" in base64.b64decode(line)
            self._started = True
            self._say(None, "ready", version="5.1.20348.2700", language="FullLanguage", host="HCI-N1")
            return
        try:
            request: dict[str, Any] = json.loads(line)
        except ValueError:
            self._say(None, "error", fqid="AzsconfigBadRequest", message="no request", category="", position="")
            return
        if request["op"] == "resend":
            self._factory.resends += 1
            for q, text in self._ring:
                if q > request["after"]:
                    self._sink.stdout(text)
            return
        if request["id"] in self._seen:
            self._factory.duplicates += 1
            return
        self._seen.add(request["id"])
        self._obey(request)

    def _obey(self, request: dict[str, Any]) -> None:
        request_id, op = request["id"], request["op"]
        if op == "run":
            self._factory.runs.append(request_id)
            if request["name"] in {"hold", "stuck"}:
                self._factory.held.set()
                if request["name"] == "stuck":
                    self._seen.add("stuck " + request_id)
                return
            parameters = request["parameters"]
            if request["name"] == "count":
                for number in range(parameters["n"]):
                    self._say(request_id, "out", data={"number": number, "text": "x" * parameters["size"]})
            else:
                self._say(request_id, "out", data=parameters)
        elif op == "cancel" and "stuck " + request["target"] not in self._seen:
            self._say(request["target"], "error", fqid="PipelineStopped", message="", category="", position="")
            self._say(request["target"], "end", ok=False, seconds=0)
        self._say(request_id, "end", ok=True, seconds=0)

    def _say(self, request_id: str | None, kind: str, **fields: object) -> None:
        self._q += 1
        text = b"\x1e" + json.dumps({"q": self._q, "id": request_id, "t": kind, **fields}).encode() + b"\n"
        self._ring.append((self._q, text))
        self._sink.stdout(text)


class EchoAgents:
    """Starts agents, and counts what they all saw."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.resends = 0
        self.duplicates = 0
        self.held = threading.Event()
        self.starts: list[ProgramStart] = []
        self.agents: list[EchoAgent] = []

    def __call__(self, start: ProgramStart, sink: OutputSink, /) -> EchoAgent:
        self.starts.append(start)
        agent = EchoAgent(sink, self)
        self.agents.append(agent)
        return agent
