"""Nodes compared with each other. A node that was not read has no part in it."""

from collections.abc import Iterator

from tui.cluster.agent_version import AgentVersion, parse_version
from tui.cluster.clock_skew import TOLERANCE, ClockSkew, clock_skews, spread
from tui.cluster.disagreement import Disagreement, disagreements
from tui.cluster.durations import duration_text
from tui.cluster.findings import Finding, Level
from tui.cluster.firmware_comparison import SettingDifference, compare_firmware, settings_text
from tui.cluster.rules.agent import short_version
from tui.cluster.rules.views import ClusterView

_SET_TIME = "Set the time (w32tm /resync): Kerberos and Azure accept 5 minutes."
_ALIGN = "Bring BIOS and UEFI settings in line on all nodes, one node at a time; a node that differs goes OutOfPolicy."


def firmware_findings(view: ClusterView) -> Iterator[Finding]:
    """Yield one finding per odd node naming its settings, and one for settings without a majority."""
    differences = compare_firmware({node.name: node.firmware for node in view.nodes})
    odd: dict[str, list[SettingDifference]] = {}
    undecided: list[SettingDifference] = []
    for difference in differences:
        for name in difference.comparison.odd:
            odd.setdefault(name, []).append(difference)
        if difference.comparison.majority is None:
            undecided.append(difference)
    for name, settings in sorted(odd.items()):
        details = "; ".join(_odd_value(name, setting) for setting in settings)
        remedy = f"{details}. {_ALIGN}"
        yield Finding("firmware-differs", Level.ATTENTION, name, _odd_firmware(name, settings), remedy)
    if undecided:
        labels = settings_text([difference.label for difference in undecided])
        message = f"firmware differs, no majority: {labels}"
        yield Finding("firmware-differs", Level.ATTENTION, None, message, f"{_values(undecided)}. {_ALIGN}")


def disagreement_findings(view: ClusterView) -> Iterator[Finding]:
    """Yield where nodes disagree: against the odd ones, or against nobody when there is no majority."""
    for found in disagreements(node.facts for node in view.nodes):
        shown = dict(found.shown)
        remedy = f"{_said(found)}. Read again; if it stays so, 12) Troubleshoot."
        for name in found.comparison.odd:
            message = f"{found.subject} differs from the other nodes: {_shortened(shown[name])}"
            yield Finding("nodes-disagree", Level.ATTENTION, name, message, remedy)
        if found.comparison.majority is None:
            yield Finding("nodes-disagree", Level.ATTENTION, None, f"nodes disagree on {found.subject}", remedy)


def clock_findings(view: ClusterView) -> Iterator[Finding]:
    """Yield clocks that are off: ours when all nodes agree against it, a node's, or two nodes' against each other."""
    skews = clock_skews(node.facts for node in view.nodes)
    beyond = [skew for skew in skews if skew.beyond]
    apart = spread(skews)
    if len(skews) > 1 and len(beyond) == len(skews) and apart <= TOLERANCE:
        message = f"all nodes' clocks are {_offset(beyond[0])} of this computer's"
        yield Finding("clock-here", Level.ATTENTION, None, message, f"Check this computer's clock first. {_SET_TIME}")
        return
    for skew in beyond:
        yield Finding("clock-skew", Level.ATTENTION, skew.node, f"its clock is {_offset(skew)}", _SET_TIME)
    if not beyond and apart > TOLERANCE:
        slow, fast = min(skews, key=lambda skew: skew.offset), max(skews, key=lambda skew: skew.offset)
        message = f"clocks of {slow.node} and {fast.node} are {duration_text(apart)} apart"
        yield Finding("clock-spread", Level.ATTENTION, None, message, _SET_TIME)


def agent_version_findings(view: ClusterView) -> Iterator[Finding]:
    """Yield every node whose agent is of an older release than the newest in the cluster."""
    versions: dict[str, AgentVersion] = {}
    for node in view.nodes:
        version = parse_version(node.agent.version) if node.agent and node.agent.version else None
        if version and version.known:
            versions[node.name] = version
    newest = max(versions.values(), default=None)
    for name, version in versions.items():
        if newest and (version.release or ()) < (newest.release or ()):
            message = f"Arc agent {short_version(version.text)} is older than {short_version(newest.text)} of its peers"
            yield Finding("agent-older", Level.ATTENTION, name, message, "Choose 7) Upgrade Arc agent.")


def _odd_firmware(name: str, settings: list[SettingDifference]) -> str:
    """Name the settings of an odd node; with its value and the others' when there is one."""
    if len(settings) > 1:
        return "firmware differs: " + settings_text([setting.label for setting in settings])
    return "firmware differs: " + _odd_value(name, settings[0])


def _odd_value(name: str, setting: SettingDifference) -> str:
    own = dict(setting.comparison.values)[name]
    return f"{setting.label} {own}, others {setting.comparison.majority}"


def _values(differences: list[SettingDifference]) -> str:
    return "; ".join(
        f"{difference.label}: " + ", ".join(f"{node} {value}" for node, value in difference.comparison.values)
        for difference in differences
    )


def _said(found: Disagreement) -> str:
    return ", ".join(f"{node}: {value}" for node, value in found.shown)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else "..." + text[-37:]


def _offset(skew: ClockSkew) -> str:
    return f"{duration_text(skew.offset)} {'ahead' if skew.offset.days >= 0 else 'behind'}"
