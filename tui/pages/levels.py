"""How a verdict's level looks."""

from tui.cluster.findings import Level
from tui.pages.document import Role

ROLE_OF_LEVEL = {
    Level.HEALTHY: Role.GOOD,
    Level.ATTENTION: Role.ATTENTION,
    Level.UNHEALTHY: Role.BAD,
    Level.UNKNOWN: Role.ATTENTION,
}
