"""Last step of a registration job: what the cmdlet left behind, and how the job ends with it."""

from tui.lab.runs.jobs.cmdlet import Cmdlet


def complete(cmdlet: Cmdlet, claimed: str | None) -> None:
    """End the step `cmdlet`, do the step `evidence`; whatever is not claimed to be a success ends the job as failed."""
    run = cmdlet.run
    verdict = _verdict(cmdlet, claimed)
    run.step("cmdlet", "failed" if verdict else "done", verdict or f"{cmdlet.name} claims Success")
    run.step("evidence", "started", "Read what it left in logs")
    run.result(
        {
            "Cmdlet": cmdlet.name,
            "ModuleVersion": cmdlet.version,
            "Claimed": claimed,
            "Details": cmdlet.properties.get("Details"),
            "ErrorDetail": cmdlet.properties.get("ErrorDetail"),
            "AzureResourceId": cmdlet.properties.get("AzureResourceId"),
            "PortalUrl": cmdlet.properties.get("AzurePortalResourceURL"),
            "Properties": dict(cmdlet.properties),
            "HostErrors": list(cmdlet.host_errors),
            "Events": list(cmdlet.events),
            "LogFile": cmdlet.log_file,
            "LogErrors": cmdlet.log_errors(),
            "ArcLog": None,
        }
    )
    ids = ", ".join(str(event["Id"]) for event in cmdlet.events)
    run.step("evidence", "done", f"Events: {ids}. Log: {cmdlet.log_file}")
    if verdict:
        run.stop("failed", verdict)


def _verdict(cmdlet: Cmdlet, claimed: str | None) -> str | None:
    """Return what the cmdlet came to in a sentence; `None` for what claims to be a success."""
    if claimed == "Success":
        return None
    if claimed is None:
        return f"{cmdlet.name} ended without a result. It says: {cmdlet.log_errors()[-1]}"
    detail = cmdlet.properties.get("ErrorDetail")
    return f"{cmdlet.name} ended with {claimed} ({detail})." if detail else f"{cmdlet.name} ended with {claimed}."
