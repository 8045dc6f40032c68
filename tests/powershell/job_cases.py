"""What the tests of jobs start from: usual parameters, and a node with one version of Az.StackHCI."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.powershell.job_engine import JobEngine, JobNode, JobRun

TOKEN = "token-nobody-may-see"
ARC_SECRET = "arc-secret-nobody-may-see"
PASSWORD = "password-nobody-may-see"
SUBSCRIPTION = "c9d71720-73a9-4d37-80b3-9f554562fa55"
VERSIONS = ("1.2.0", "1.4.1", "2.0.0", "2.6.0")
USUAL: dict[str, Any] = {
    "SubscriptionId": SUBSCRIPTION,
    "Region": "eastus",
    "ResourceName": "HCI-CL01",
    "ResourceGroupName": "HCI-CL01-rg",
    "TenantId": "2fc994a3-81d2-4ba3-ad3e-c1d68b3aaf6b",
    "EnvironmentName": "AzureCloud",
    "AccountId": "admin@contoso.test",
    "Peers": ["HCI-N2.hci.contoso.test"],
}


class Jobs:
    """One node on which jobs run."""

    def __init__(self, engine: JobEngine, folder: Path) -> None:
        self._engine = engine
        self.node = JobNode(folder)

    def have(self, stack_hci: str, accounts: str = "2.13.2") -> None:
        """Install what a registration needs."""
        self.node.install("Az.StackHCI", stack_hci)
        self.node.install("Az.Accounts", accounts)

    def register(
        self,
        parameters: Mapping[str, Any] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        act: str = "success",
        **scenario: Any,
    ) -> JobRun:
        """Run job-register with the usual parameters and these."""
        return self._run("job-register", {"Mode": "Register", **(parameters or {})}, secrets, {"act": act, **scenario})

    def unregister(self, parameters: Mapping[str, Any] | None = None, *, act: str = "success") -> JobRun:
        """Run job-unregister with the usual parameters and these."""
        return self._run("job-unregister", parameters or {}, None, {"act": act})

    def type(self, text: str) -> JobRun:
        """Run what somebody might type instead of the product's jobs."""
        file = self.node.folder / "typed.ps1"
        file.write_text(f"param($Parameters, $Secrets)\n{text}\n", encoding="ascii")
        return self._engine.run_file(file, self.node, parameters={}, secrets={}, scenario={"act": "success"})

    def _run(
        self,
        job: str,
        parameters: Mapping[str, Any],
        secrets: Mapping[str, str] | None,
        scenario: Mapping[str, Any],
    ) -> JobRun:
        run = self._engine.run(
            job,
            self.node,
            parameters={**USUAL, **parameters},
            secrets={"ArmAccessToken": TOKEN} if secrets is None else secrets,
            scenario=scenario,
        )
        for secret in (TOKEN, ARC_SECRET, PASSWORD):
            assert secret not in f"{run.told}{run.output}{run.errors}{run.message}"
        return run
