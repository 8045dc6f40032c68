"""What an error that ended an operation means for whoever asked for it."""

from tui.azure.errors import AzureError
from tui.configuration.error import ConfigurationError
from tui.nodes.errors import NodeError
from tui.runs.errors import RunError, RunGoingOn
from tui.runs.outcome import Outcome, OutcomeKind

EXPECTED = (AzureError, ConfigurationError, NodeError, RunError)
"""Errors that carry words and a remedy; any other one is a mistake of ours."""


def failed(error: AzureError | ConfigurationError | NodeError | RunError) -> Outcome:
    """Return how something ended that such an error ended."""
    kind = OutcomeKind.FAILED
    if isinstance(error, RunGoingOn):
        kind = OutcomeKind.DECLINED
    elif isinstance(error, AzureError | NodeError):
        kind = OutcomeKind.UNREACHABLE
    where = f"{error.node}: " if isinstance(error, NodeError) else ""
    return Outcome(kind, f"{where}{error.message}", remedy=error.remedy)
