"""Talking to the simulated PowerShells of a running lab over WinRM, with a client that is not ours."""

import base64
import json
from typing import Any

from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan

from tests.lab.conversation import AGENT
from tui.lab.lab import Lab

BOOTSTRAP = base64.b64encode("$l = $r.ReadLine(); [scriptblock]::Create($l)".encode("utf-16-le")).decode()


def client(lab: Lab, node: int) -> WSMan:
    port = int(lab.ready.nodes[node].http.rpartition(":")[2].partition("/")[0])
    user, password = lab.ready.user, lab.ready.password
    return WSMan("127.0.0.1", port=port, ssl=False, auth="ntlm", username=user, password=password, no_proxy=True)


def agent_records(shell: WinRS, *requests: dict[str, object]) -> list[dict[str, object]]:
    """Run the agent in a shell, say the requests and return every record."""
    process = Process(shell, "powershell.exe", ["-NoProfile", "-EncodedCommand", BOOTSTRAP])
    process.begin_invoke()
    lines = [AGENT, *(json.dumps(request).encode() for request in requests)]
    process.send(b"".join(line + b"\n" for line in lines), end=True)
    process.end_invoke()
    return [json.loads(line.removeprefix(b"\x1e")) for line in process.stdout.splitlines()]


def run_script(lab: Lab, node: int, script: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a script on a node and return its records once it has ended."""
    define = {"id": "d", "op": "define", "name": script, "body": "text"}
    run = {"id": "r", "op": "run", "name": script, "parameters": parameters}
    with client(lab, node) as connection, WinRS(connection) as shell:
        process = Process(shell, "powershell.exe", ["-EncodedCommand", BOOTSTRAP])
        process.begin_invoke()
        process.send(b"\n".join([AGENT, json.dumps(define).encode(), json.dumps(run).encode(), b""]), end=False)
        while b'"id":"r","t":"end"' not in process.stdout:
            process.poll_invoke()
        process.send(b'{"op":"exit"}\n', end=True)
        process.end_invoke()
    records = [json.loads(line.removeprefix(b"\x1e")) for line in process.stdout.splitlines()]
    return [record for record in records if record.get("id") == "r"]
