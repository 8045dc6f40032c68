"""The job of opting in to Microsoft Update, as `job-enable-microsoft-update` does it."""

from tui.lab.runs.runner import JobRun
from tui.lab.updates.opt_in import opt_in
from tui.lab.updates.search import UpdateFaultError


def enable_microsoft_update(run: JobRun) -> None:
    """Do the step `opt-in`."""
    run.step("opt-in", "started", "Opt in to Microsoft Update")
    try:
        done = opt_in(run.world, run.node, allowed=run.as_system)
    except UpdateFaultError as error:
        run.fail("opt-in", error.words("Opting in to Microsoft Update"))
    run.result(done)
    run.step("opt-in", "done", "It was opted in" if done["Before"] else "Opted in")
