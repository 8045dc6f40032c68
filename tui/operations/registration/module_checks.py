"""Checks of the PowerShell modules on the node that a run starts on, and what it installs before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.cluster.module_versions import choose_modules
from tui.cluster.readiness import Readiness
from tui.operations.registration.look import Look
from tui.runs.plan import Check, CheckLevel

GALLERY = "gallery"


@dataclass(frozen=True, slots=True)
class Modules:
    """What a run does about modules."""

    checks: tuple[Check, ...] = ()
    """What there is to say."""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters of the job: what is installed, and from where."""
    installs: tuple[str, ...] = ()
    """What is installed, in words."""


def choose(look: Look, source: str | None, *, arc_secret: bool = False, may_assign_roles: bool = True) -> Modules:
    """Return what is used and installed; `source` is `gallery`, a folder on the node, or `None` to install nothing."""
    told = look.readiness.get(look.node or "")
    if not isinstance(told, Readiness):
        return Modules()
    chosen = choose_modules(told.installed, arc_secret=arc_secret, may_assign_roles=may_assign_roles)
    if chosen.pinned:
        message = (
            f"{look.node} has a newer Az.StackHCI than 1.4.1, which takes no service principal for Arc from somebody "
            "who may not assign roles, and PowerShell loads the newest."
        )
        remedy = "Have the right to assign roles given, or uninstall the newer versions there."
        return Modules((Check("modules", CheckLevel.BLOCKER, message, remedy, look.node),))
    if not chosen.needs:
        passed = Check("modules", CheckLevel.PASSED, f"{look.node} has Az.StackHCI {chosen.version} and what it needs.")
        return Modules((passed,))
    if source is None:
        checks = tuple(
            Check(
                "modules",
                CheckLevel.BLOCKER,
                f"{look.node}: {need.name} {need.reason}.",
                "Let azsconfig install it: --install-modules gallery, or a folder of the node that holds it.",
                look.node,
            )
            for need in chosen.needs
        )
        return Modules(checks)
    if source == GALLERY and told.gallery_reachable is False:
        message = f"{look.node} does not reach the PowerShell Gallery, which the modules should come from."
        remedy = "Save the modules where there is a way out (Save-Module), and name their folder on the node."
        return Modules((Check("gallery", CheckLevel.BLOCKER, message, remedy, look.node),))
    installs = tuple(need.text for need in chosen.needs)
    words = f"The run installs {', '.join(installs)} on {look.node} first, for all of its users."
    return Modules(
        (Check("modules", CheckLevel.WARNING, words, "", look.node),),
        {
            "InstallModules": [{"Name": need.name, "Version": need.version} for need in chosen.needs],
            "ModuleSource": source,
        },
        installs,
    )
