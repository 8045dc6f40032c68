"""The steps of a run of one of Microsoft's registration cmdlets."""

from datetime import timedelta

from tui.operations.registration.look import Look
from tui.operations.registration.module_checks import Modules
from tui.runs.plan import PlanStep

TYPICAL = {"identity": 1, "install-modules": 5, "cmdlet": 20, "evidence": 1}
"""Minutes that the steps usually take; Arc alone may add 25 (Az.StackHCI waits and verifies)."""


def run_steps(seen: Look, modules: Modules, cmdlet: str) -> tuple[PlanStep, ...]:
    """Return the steps of a run of one of Microsoft's cmdlets."""
    node = seen.node or ""
    installs = f"Install {', '.join(modules.installs)}" if modules.installs else ""
    steps = (
        ("identity", f"See that the run reaches the other {len(seen.peers)} nodes" if seen.peers else "Begin"),
        ("install-modules", installs),
        ("cmdlet", cmdlet),
        ("evidence", "Collect what it logged"),
    )
    return tuple(PlanStep(step, title, node, timedelta(minutes=TYPICAL[step])) for step, title in steps if title)
