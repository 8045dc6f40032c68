"""Opting a simulated node in to Microsoft Update."""

from tui.lab.runs.world import RunWorld
from tui.lab.updates.search import ACCESS_DENIED, UpdateFaultError


def opt_in(world: RunWorld, name: str, *, allowed: bool) -> dict[str, bool]:
    """Opt a node in unless it is; `allowed` tells whether the agent lets whoever asks.

    Returns how it was before and is now, as the scripts tell it. Raises `UpdateFaultError`.
    """
    with world.cluster.locked():
        service = world.cluster.node(name).updates
        before = service.microsoft_update
        if not before:
            code = world.faults(name).get("opt-in-fails") or (None if allowed else ACCESS_DENIED)
            if code:
                raise UpdateFaultError(str(code))
            service.microsoft_update = True
        return {"Before": before, "After": service.microsoft_update}
