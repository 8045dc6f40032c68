"""Which job a run does, by its kind."""

from collections.abc import Mapping

from tui.lab.runs.jobs.cau_run import cau_run
from tui.lab.runs.jobs.drain_node import drain_node
from tui.lab.runs.jobs.enable_microsoft_update import enable_microsoft_update
from tui.lab.runs.jobs.install_updates import install_updates
from tui.lab.runs.jobs.lines import write_lines
from tui.lab.runs.jobs.register import register
from tui.lab.runs.jobs.restart_node import restart_node
from tui.lab.runs.jobs.resume_node import resume_node
from tui.lab.runs.jobs.unregister import unregister
from tui.lab.runs.jobs.upgrade_agent import upgrade_agent
from tui.lab.runs.runner import Job
from tui.lab.simulated_scripts import ScriptStopped

JOBS: Mapping[str, Job] = {
    "register": register,
    "repair": register,
    "enable-arc": register,
    "unregister": unregister,
    "install-updates": install_updates,
    "drain-node": drain_node,
    "resume-node": resume_node,
    "restart-node": restart_node,
    "upgrade-agent": upgrade_agent,
    "enable-microsoft-update": enable_microsoft_update,
    "cau-run": cau_run,
    "lab-lines": write_lines,
}
"""Jobs by the kind of their run."""


def job_of(kind: str) -> Job:
    """Return the job of a kind of run; `ScriptStopped` for one that the lab does not know."""
    job = JOBS.get(kind)
    if job is None:
        raise ScriptStopped(
            f"The lab cannot simulate runs of the kind {kind}; it knows {', '.join(JOBS)}.",
            category="NotImplemented",
            fqid="AzsconfigLabCannotSimulate",
        )
    return job
