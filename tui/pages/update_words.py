"""Updates and how nodes stand with them, in the few words that fit in a column, a row or beside a menu option."""

from tui.cluster.cluster_updates import ClusterUpdates, OfferedUpdate
from tui.cluster.facts import value_of
from tui.cluster.update_results import RESULTS, OperationResult, explain, hresult_number
from tui.cluster.update_settings import UpdateSettings
from tui.cluster.update_state import HistoryEntry, RestartReason
from tui.cluster.updates import AvailableUpdate, RestartBehavior
from tui.pages.node_names import in_short
from tui.pages.times import day
from tui.pages.values import UNKNOWN

RESTART_WORDS: dict[str, str] = {
    RestartBehavior.NEVER: "no",
    RestartBehavior.ALWAYS: "yes",
    RestartBehavior.MAYBE: "maybe",
}
REASON_WORDS: dict[str, str] = {
    RestartReason.SERVICING: "updates of Windows are installed up to it",
    RestartReason.WINDOWS_UPDATE: "Windows Update asks for it",
    RestartReason.FILE_RENAME: "files wait to be replaced",
    RestartReason.COMPUTER_RENAME: "it has been given another name",
}


def summary(updates: ClusterUpdates) -> str:
    """Return what a search found: `3 available, 1 of them the Arc agent, 1 node not searched`."""
    parts: list[str] = []
    available = updates.available
    agents = sum(one.update.arc_agent for one in available)
    if updates.searched:
        parts.append(f"{len(available) or 'none'} available")
        if agents:
            parts.append("the Arc agent" if agents == len(available) else f"{agents} of them the Arc agent")
    missing = len(updates.not_searched)
    if missing:
        parts.append(f"{missing} node{'' if missing == 1 else 's'} not searched")
    waiting = len(updates.restart_pending)
    if waiting:
        parts.append(f"{waiting} node{' waits' if waiting == 1 else 's wait'} for a restart")
    return ", ".join(parts)


def size_words(size: int | None) -> str:
    """Return a size in megabytes or gigabytes: `369 MB`, `4.4 GB`, `-` where it is not told."""
    if size is None:
        return UNKNOWN
    megabytes = size / 1024**2
    if megabytes >= 1000:
        return f"{megabytes / 1024:.1f} GB"
    return f"{megabytes:.0f} MB" if megabytes >= 1 else "below 1 MB"


def title_words(update: AvailableUpdate) -> str:
    """Return the title, with what else makes a difference to whoever chooses."""
    if update.feature:
        return f"{update.title} - another release, only when asked for"
    return update.title if update.recommended else f"{update.title} - optional"


def kb_words(update: AvailableUpdate) -> str:
    """Return its articles, or that it is the agent, which has none."""
    return ", ".join(update.kbs) or ("Arc agent" if update.arc_agent else UNKNOWN)


def downloaded_words(offered: OfferedUpdate) -> str:
    """Return on how many of the nodes that are offered it its files are."""
    if not offered.downloaded:
        return "no"
    every = len(offered.downloaded) == len(offered.nodes)
    return "yes" if every else f"{len(offered.downloaded)} of {len(offered.nodes)}"


def restart_words(update: AvailableUpdate) -> str:
    """Return whether it restarts the node; what says nothing has to be expected to."""
    return RESTART_WORDS.get(update.restart_behavior or "", "maybe")


def waiting_words(offered: OfferedUpdate, names: list[str]) -> str:
    """Return where it is installed and waits for a restart; empty for nowhere."""
    if not offered.waiting:
        return ""
    return f"installed, a restart finishes it: {in_short(offered.waiting, names)}"


def opted_in_words(settings: UpdateSettings) -> str:
    """Return whether a node is opted in to Microsoft Update."""
    if settings.microsoft_update is None:
        return UNKNOWN
    return "yes" if settings.microsoft_update else "no"


def entry_words(entry: HistoryEntry) -> str:
    """Return when an entry of the history was and how it ended: `2026-11-06 Succeeded`."""
    result = str(entry.result_code or "unknown")
    return f"{day(entry.date) if entry.date else 'no date'} {result}"


def failure_words(entry: HistoryEntry) -> tuple[str, str]:
    """Return why an entry of the history failed, with its code in words, and what to do about it."""
    if hresult_number(entry.h_result) in {None, 0}:
        told = RESULTS.get(entry.result_code) if isinstance(entry.result_code, OperationResult) else None
        return (told.meaning, told.remedy) if told is not None else (str(entry.result_code or "unknown"), "")
    code = explain(entry.h_result or "")
    return f"{code.text}: {code.meaning}", code.remedy


def cluster_words(updates: ClusterUpdates) -> list[str]:
    """Return what else is known of the cluster that has to do with updating it, a sentence each."""
    health = value_of(updates.health)
    if health is None or not health.clustered:
        return []
    told: list[str] = []
    run = health.cau_run
    if run is not None:
        nodes = ", ".join(f"{one.node} {one.status}" for one in run.nodes)
        told.append(f"Cluster-Aware Updating updates the cluster now{f': {nodes}' if nodes else ''}.")
    elif health.cau_role is not None and health.cau_role.installed:
        state = f" ({health.cau_role.status})" if health.cau_role.status else ""
        told.append(f"The cluster has the role of Cluster-Aware Updating{state}: azsconfig updates cau lets it update.")
    return told
