"""A job for tests of runs: so many lines of output, a stage each."""

from tui.lab.runs.runner import JobRun


def write_lines(run: JobRun) -> None:
    """Write `Count` lines of `Size` characters in one step `lines`, then end as `Reason` says, or complete.

    `Tell` names a secret that it lets slip.
    """
    run.step("lines", "started", "Write lines")
    count, size = int(run.parameters.get("Count", 10)), int(run.parameters.get("Size", 10))
    for number in range(1, count + 1):
        run.stage(f"line-{number}")
        run.output(f"{number} ".ljust(size, "x"))
    told = run.secrets.get(str(run.parameters.get("Tell")))
    if told is not None:
        run.output(f"{run.parameters['Tell']} is {told}")
    reason = run.parameters.get("Reason")
    if reason:
        run.step("lines", "failed")
        run.stop(str(reason), "as asked")
    run.step("lines", "done")
    run.result({"Lines": count, "Told": told})
