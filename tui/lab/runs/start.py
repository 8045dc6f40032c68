"""`start-run` on a simulated node: what it checks, and the run that it starts."""

from tui.lab.runs.jobs.jobs import job_of
from tui.lab.runs.journal import RunRequest
from tui.lab.runs.node_runs import NodeRuns
from tui.lab.runs.parameters import BoundParameters
from tui.lab.runs.runner import SYSTEM
from tui.lab.simulated_scripts import Parameters, ScriptStopped, Steps, Wait, out

_NAMES = ("Id", "Kind", "Title", "Operation", "Cluster", "StartedBy", "Runner", "Job", "Parameters", "Secrets")
_MANDATORY = ("Id", "Kind", "Title", "Runner", "Job")
_NOT_STARTED = frozenset({"starting", "waiting-for-secrets"})
_GLANCE_SECONDS = 0.005


def start_run(runs: NodeRuns, parameters: Parameters) -> Steps:
    """Start a run, unless one of that id is there; answer its state once its runner has taken the secrets."""
    bound = BoundParameters(parameters, (*_NAMES, "RunAsUser", "RunAsPassword"), _MANDATORY)
    run_id = bound.run_id()
    if not runs.known(run_id):
        job_of(bound.text("Kind"))
        identity = _identity(runs, bound)
        _refuse_by_fault(runs)
        request = RunRequest(
            run_id,
            kind=bound.text("Kind"),
            title=bound.text("Title"),
            operation=bound.text("Operation"),
            cluster=bound.text("Cluster"),
            started_by=bound.text("StartedBy"),
            identity=identity,
            parameters=bound.table("Parameters"),
        )
        secrets = {name: str(value) for name, value in bound.table("Secrets").items() if value is not None}
        existing = runs.start(request, secrets)
    else:
        existing = True
    state = runs.state(run_id)
    while not existing and state["Alive"] and state["Phase"] in _NOT_STARTED:
        yield Wait(_GLANCE_SECONDS)
        state = runs.state(run_id)
    yield out({**state, "Existing": existing})


def _identity(runs: NodeRuns, bound: BoundParameters) -> str:
    """Return the identity of the task, its logon checked."""
    user = bound.text("RunAsUser")
    if not user:
        return SYSTEM
    if runs.world.faults(runs.node).get("no-password-storage"):
        raise ScriptStopped(
            "The task could not be registered: a policy of this node forbids to store passwords for it.",
            category="SecurityError",
            fqid="AzsconfigRunLogonRefused",
        )
    account = runs.world.accounts.check(user, bound.text("RunAsPassword"))
    if account is None:
        raise ScriptStopped(
            f"The task could not be registered: the user name or password of {user} is wrong.",
            category="SecurityError",
            fqid="AzsconfigRunLogonRefused",
        )
    return account.display_name


def _refuse_by_fault(runs: NodeRuns) -> None:
    faults = runs.world.faults(runs.node)
    if faults.get("disk-full") is True:
        raise ScriptStopped(
            "There is not enough space on the disk for a run.", category="WriteError", fqid="AzsconfigRunDiskFull"
        )
    if faults.get("task-refused"):
        raise ScriptStopped(
            "The task scheduler refused the task of the run: access is denied.",
            category="PermissionDenied",
            fqid="AzsconfigRunTaskRefused",
        )
