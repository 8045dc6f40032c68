"""What Azure knows of the cluster, beside what the nodes say."""

from datetime import datetime

from tui.cluster.azure_resources import ArcMachine, ArcSetting, AzureCluster, AzureFact, AzureProblem, AzureView, Found
from tui.cluster.durations import age_text
from tui.cluster.facts import Reading
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BLANK, Line, Role, line_of
from tui.pages.properties import one_property
from tui.pages.times import clock

WIDEST_NAME = 24


def azure_lines(view: AzureView | None, now: datetime, columns: int) -> list[Line]:
    """Return the lines about Azure; nothing where nobody is to sign in."""
    if view is None:
        return []
    heading = f" In Azure ({view.cloud}, {view.account})"
    lines = [BLANK, line_of(cut(heading, columns), Role.HEADING), *_cluster_lines(view, now, columns)]
    found = view.cluster.value.value if isinstance(view.cluster, Reading) else None
    return [*lines, *_machine_lines(view, now, columns)] if found is not None else lines


def _cluster_lines(view: AzureView, now: datetime, columns: int) -> list[Line]:
    if isinstance(view.cluster, AzureProblem):
        return azure_problem_lines(view.cluster, columns)
    cluster = view.cluster.value.value
    if cluster is None:
        name = view.cluster_id.name if view.cluster_id else "the resource"
        return [line_of(cut(f"   {name} does not exist in Azure", columns), Role.BAD)]
    setting = _told(view.arc_setting)
    sync = age_text(now - cluster.last_sync) if cluster.last_sync else None
    rows = (
        ("Cluster", _cluster_words(cluster)),
        ("Last sync that arrived", sync),
        ("Billing", _billing(cluster)),
        ("Nodes", ", ".join(node.name for node in cluster.nodes) or None),
        ("Arc settings", _setting_words(setting)),
        ("Read at", clock(view.cluster.read_at)),
    )
    lines = [line for name, words in rows for line in one_property(name, words, columns)]
    if isinstance(view.arc_setting, AzureProblem):
        lines += azure_problem_lines(view.arc_setting, columns)
    return lines


def _machine_lines(view: AzureView, now: datetime, columns: int) -> list[Line]:
    if isinstance(view.machines, AzureProblem):
        return azure_problem_lines(view.machines, columns)
    machines = view.machines.value
    if not machines:
        return [line_of("   No Arc machine", Role.QUIET)]
    heading = line_of("   Arc machines")
    widest = min(max(width(machine.id.name) for machine in machines), WIDEST_NAME)
    rows = [f"     {pad(machine.id.name, widest)} {_machine_words(machine, now)}" for machine in machines]
    return [heading, *(line_of(cut(row, columns)) for row in rows)]


def azure_problem_lines(problem: AzureProblem, columns: int) -> list[Line]:
    """Return why something of Azure was not read, and what to do."""
    lines = [line_of(f"   {line}", Role.BAD) for line in wrap(problem.message, columns - 4)]
    lines += [line_of(f"   {line}", Role.QUIET) for line in wrap(problem.remedy, columns - 4) if line]
    return lines


def _told(fact: AzureFact[Found[ArcSetting]]) -> ArcSetting | None:
    return fact.value.value if isinstance(fact, Reading) else None


def _cluster_words(cluster: AzureCluster) -> str:
    states = [state.value for state in (cluster.status, cluster.connectivity_status) if state is not None]
    return f"{cluster.id.name} in {cluster.location or '-'}: {', '.join(states) or '-'}"


def _billing(cluster: AzureCluster) -> str | None:
    if cluster.billing_model is None:
        return None
    left = f", {cluster.trial_days_remaining:.0f} days left" if cluster.trial_days_remaining else ""
    return cluster.billing_model + left


def _setting_words(setting: ArcSetting | None) -> str | None:
    if setting is None:
        return None
    state = setting.aggregate_state.value if setting.aggregate_state else "-"
    return f"{state}, machines in {setting.resource_group or '-'}"


def _machine_words(machine: ArcMachine, now: datetime) -> str:
    state = machine.status.value if machine.status else "-"
    since = f", since {age_text(now - machine.last_status_change)}" if machine.last_status_change else ""
    version = f", agent {machine.agent_version}" if machine.agent_version else ""
    return f"{state}{since}{version}"
