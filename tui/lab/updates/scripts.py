"""The scripts about updates on a simulated node: same parameters, same answers, same error ids as the real ones."""

from collections.abc import Callable, Mapping

from tui.lab.failover.health import get_cluster_health
from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.parameters import BoundParameters
from tui.lab.simulated_scripts import Parameters, ScriptStopped, Steps, Wait, out
from tui.lab.updates.documents import search_document, update_state_document
from tui.lab.updates.opt_in import opt_in
from tui.lab.updates.search import ACCESS_DENIED, UpdateFaultError, search

_SEARCH_STAGES = 2
_LONGEST_SEARCH = 1.0


class UpdateScripts:
    """Answers these scripts on one node."""

    def __init__(self, runs: NodeRuns, *, local: bool) -> None:
        """`local` says whether they run on the node itself: over WinRM they run in a network logon."""
        self._world, self._name = runs.world, runs.node
        self._local = local
        self.scripts: Mapping[str, Callable[[Parameters], Steps]] = {
            "search-updates": self._search,
            "get-update-state": self._state,
            "enable-microsoft-update": self._opt_in,
            "get-cluster-health": lambda parameters: get_cluster_health(self._world.cluster, self._name, parameters),
        }
        """The scripts by name."""

    def _search(self, parameters: Parameters) -> Steps:
        optional = BoundParameters(parameters, ("IncludeOptional",)).switch("IncludeOptional", default=True)
        yield Wait(min(self._world.pace.seconds * _SEARCH_STAGES, _LONGEST_SEARCH))
        try:
            found = search(self._world, self._name, optional=optional)
        except UpdateFaultError as error:
            raise _stopped(error, "UpdateSearchFailed", "The search for updates") from error
        yield out(search_document(self._world.cluster, self._name, found))

    def _state(self, parameters: Parameters) -> Steps:
        BoundParameters(parameters, ())
        yield out(update_state_document(self._world.cluster, self._name))

    def _opt_in(self, parameters: Parameters) -> Steps:
        """Opt in, which the agent refuses to a network logon."""
        BoundParameters(parameters, ())
        try:
            yield out(opt_in(self._world, self._name, allowed=self._local))
        except UpdateFaultError as error:
            raise _stopped(error, "OptInFailed", "Opting in to Microsoft Update") from error


def _stopped(error: UpdateFaultError, fqid: str, what: str) -> ScriptStopped:
    category = "PermissionDenied" if error.code == ACCESS_DENIED else "InvalidResult"
    return ScriptStopped(error.words(what), category=category, fqid=fqid)
