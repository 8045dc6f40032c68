"""Answers like azcmagent.exe, out of the document of the node that AZSCONFIG_LAB_STATE names.

Started as a program of its own, without the rest of the package: it needs the standard library alone.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

_LABELS = {
    "resourceName": "Resource Name",
    "resourceGroup": "Resource Group Name",
    "resourceId": "Resource Id",
    "subscriptionId": "Subscription ID",
    "tenantId": "Tenant ID",
    "location": "Location",
    "cloud": "Cloud",
    "agentVersion": "Agent Version",
    "status": "Agent Status",
    "lastHeartbeat": "Agent Last Heartbeat",
    "agentErrorCode": "Agent Error Code",
    "agentErrorDetails": "Agent Error Details",
    "agentErrorTimestamp": "Agent Error Timestamp",
    "cloudProvider": "Cloud Provider",
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code, which is the number of the AZCM code."""
    document = json.loads(Path(os.environ["AZSCONFIG_LAB_STATE"]).read_text(encoding="utf-8"))
    agent = document["azcmagent"]
    if arguments == ["version"]:
        time.sleep(document.get("delays", {}).get("get-connected-machine-agent", 0.0))
        print(f"azcmagent version {agent['version']}")
        return 0
    if arguments == ["show", "-j"]:
        if not agent.get("show_json_supported", True):
            print("Error: unknown shorthand flag: 'j' in -j")
            return 16
        print(json.dumps(agent["show"], indent=2, ensure_ascii=False))
        return 0
    if arguments == ["show"]:
        print(_show_text(document))
        return 0
    print(f'FATAL   unknown command "{" ".join(arguments)}" for "azcmagent"')
    return 16


def _show_text(document: dict[str, Any]) -> str:
    facts = document.get("facts", {}).get("get-connected-machine-agent", {})
    if facts.get("ShowText"):
        return facts["ShowText"]
    lines: list[str] = []
    for name, value in document["azcmagent"]["show"].items():
        if not isinstance(value, dict | list):
            lines.append(f"{_LABELS.get(name, name):<40}: {'' if value is None else value}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
