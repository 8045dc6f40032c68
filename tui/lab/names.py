"""What a lab can be asked for, by name; importing it loads nothing else, so that a wrong name is refused at once."""

DEFAULT_SCENARIO = "healthy"
"""The scenario that is meant when none is named."""
DEFAULT_NODES = 4
"""How many nodes a lab has when nobody says."""
MAX_NODES = 16
"""Most nodes a cluster can have."""
SCENARIO_NAMES = (
    "healthy",
    "fresh",
    "expired",
    "offline",
    "out-of-policy",
    "repair-required",
    "firmware",
    "arc-missing",
    "arc-expired",
    "agent-old",
    "node-down",
    "rebooted",
    "clock-skew",
    "resource-deleted",
    "drift",
    "no-permission",
    "wrong-account",
    "arc-elsewhere",
    "half-unregistered",
    "extension-stuck",
    "locked",
    "modules-missing",
    "updates",
    "updates-failing",
    "wsus",
    "storage-repair",
    "cau",
)
"""All scenarios, in the order they are listed (`tui.lab.scenarios`)."""
