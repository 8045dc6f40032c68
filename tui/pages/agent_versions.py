"""The connected machine agents side by side: versions, support, what is offered, whether Azure upgrades them."""

from tui.cluster.agent_comparison import AgentComparison, AgentStanding
from tui.cluster.azure_resources import AutomaticUpgrade, AzureProblem, AzureView
from tui.cluster.cluster_updates import ClusterUpdates
from tui.cluster.facts import Problem, ProblemKind, value_of
from tui.pages.azure import azure_problem_lines
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BLANK, Document, Line, Role, Span, line_of
from tui.pages.node_names import in_short
from tui.pages.sections import problem_lines
from tui.pages.times import day, stamp
from tui.pages.update_words import size_words
from tui.pages.values import UNKNOWN, grouped, in_words

NARROW = 70
"""Below so many columns a row goes on in the lines below it."""
WIDEST_NAME = 16
NO_VERSION = "No node has told the version of its agent."


def agents_text(
    compared: AgentComparison,
    updates: ClusterUpdates,
    columns: int,
    *,
    azure: AzureView | None = None,
    name: str | None = None,
    banner: str | None = None,
) -> str:
    """Return everything as plain text, for the command and for files."""
    notice = (line_of(f" {banner}"), BLANK) if banner else ()
    cluster = name or updates.name
    title = f"Arc agents - cluster {cluster}" if cluster else "Arc agents"
    read = line_of(f" Read at {stamp(updates.read_at)}, local time.")
    return Document(title, (*notice, *agent_lines(compared, columns, azure=azure), BLANK, read)).text


def agent_lines(compared: AgentComparison, columns: int, *, azure: AzureView | None = None) -> list[Line]:
    """Return the agents, one row a node."""
    lines = [*_newest_lines(compared, columns), BLANK, _heading(compared, columns)]
    for node in compared.nodes:
        lines.extend(_node_lines(node, _name_cells(compared), columns))
    lines.extend(_offer_lines(compared, columns))
    return [*lines, *_azure_lines(compared, azure, columns)]


def _newest_lines(compared: AgentComparison, columns: int) -> list[Line]:
    if compared.newest is None:
        return [line_of(f" {line}", Role.QUIET) for line in wrap(NO_VERSION, columns - 2, 2)]
    names = [node.node for node in compared.nodes]
    having = [node.node for node in compared.nodes if node.newest]
    text = f"Newest seen: {compared.newest}, on {in_short(having, names)}."
    lines = [line_of(f" {line}") for line in wrap(text, columns - 2, 2)]
    if compared.unsupported:
        gone = (
            f"Out of Microsoft's support: {in_short(compared.unsupported, names)}. Versions are supported for a year."
        )
        lines.extend(line_of(f" {line}", Role.ATTENTION) for line in wrap(gone, columns - 2, 2))
    return lines


def _name_cells(compared: AgentComparison) -> int:
    return min(max([6, *(width(node.node) for node in compared.nodes)]), WIDEST_NAME)


def _heading(compared: AgentComparison, columns: int) -> Line:
    lead = f" {pad('Node', _name_cells(compared))} "
    told = "" if columns < NARROW else f"{pad('Version', 16)} {pad('Newest', 7)} {pad('Supported', 24)} Offered"
    return line_of(cut(lead + told, columns), Role.HEADING)


def _node_lines(node: AgentStanding, names: int, columns: int) -> list[Line]:
    lead = f" {pad(node.node, names)} "
    if isinstance(node.agent, Problem) and node.agent.kind is not ProblemKind.NOT_READ:
        row = Line((Span(lead), Span(cut("could not be read", columns - width(lead)), Role.BAD)))
        return [row, *problem_lines(node.agent, columns)]
    words = _words(node)
    role = Role.ATTENTION if node.unsupported else Role.PLAIN
    if columns < NARROW:
        below = [line_of(f"       {line}", role) for line in wrap(" ".join(words.split()), columns - 8)]
        lines = [line_of(cut(lead, columns)), *below]
    else:
        lines = [Line((Span(lead), Span(cut(words, columns - width(lead)), role)))]
    attempt = attempt_words(node.automatic_upgrade)
    if attempt:
        lines.extend(line_of(f"       {line}", Role.ATTENTION) for line in wrap(attempt, columns - 8))
    return lines


def _words(node: AgentStanding) -> str:
    agent = value_of(node.agent)
    if agent is None:
        return in_words(node.agent, str)
    if not agent.installed:
        return "no agent"
    newest = UNKNOWN if node.newest is None else "yes" if node.newest else "no"
    return f"{pad(agent.version or UNKNOWN, 16)} {pad(newest, 7)} {pad(support_words(node), 24)} {offered_words(node)}"


def support_words(node: AgentStanding) -> str:
    """Return until when, or since when no more, Microsoft supports a node's agent."""
    clock = node.support
    if clock is None:
        return "not known"
    about = "about " if clock.inferred else ""
    return f"{'no, since' if clock.passed else 'until'} {about}{clock.deadline:%Y-%m}"


def offered_words(node: AgentStanding) -> str:
    """Return whether a node is offered a newer agent."""
    if node.offered is not None:
        return "yes"
    return "no" if node.searched else UNKNOWN


def attempt_words(upgrade: AutomaticUpgrade | None) -> str:
    """Return why Azure's last attempt to upgrade an agent failed; empty where none did."""
    if upgrade is None or (upgrade.last_status or "").casefold() != "failed":
        return ""
    when = f" on {day(upgrade.last_attempt)}" if upgrade.last_attempt else ""
    why = f": {upgrade.last_message}" if upgrade.last_message else ""
    return f"Azure's last upgrade{when} failed{why}"


def _offer_lines(compared: AgentComparison, columns: int) -> list[Line]:
    """Return what is offered by Windows' updates, and why nodes may never be offered anything."""
    names = [node.node for node in compared.nodes]
    told: list[str] = []
    offers = grouped((node.node, node.offered) for node in compared.nodes if node.offered is not None)
    for update, nodes in offers.items():
        size = f" ({size_words(update.size_bytes)})" if update.size_bytes else ""
        told.append(f"Offered to {in_short(nodes, names)}: {update.title}{size}.")
    hints = grouped((node.node, node.hint) for node in compared.nodes if node.hint is not None)
    told.extend(f"Not offered to {in_short(nodes, names)}: {hint}" for hint, nodes in hints.items())
    if not told:
        return []
    lines = [BLANK, line_of(" What is offered", Role.HEADING)]
    for text in told:
        lines.extend(line_of(f"   {line}") for line in wrap(text, columns - 4, 2))
    return lines


def _azure_lines(compared: AgentComparison, azure: AzureView | None, columns: int) -> list[Line]:
    """Return whether Azure upgrades the agents by itself; nothing where nobody is to sign in."""
    if azure is None:
        return []
    lines = [BLANK, line_of(" Automatic upgrade by Azure", Role.HEADING)]
    if isinstance(azure.machines, AzureProblem):
        return [*lines, *azure_problem_lines(azure.machines, columns)]
    names = [node.node for node in compared.nodes]
    states = grouped((node.node, automatic_words(node.automatic_upgrade)) for node in compared.nodes)
    for state, nodes in states.items():
        lines.extend(line_of(f"   {line}") for line in wrap(f"{state}: {in_short(nodes, names)}", columns - 4, 2))
    return lines


def automatic_words(upgrade: AutomaticUpgrade | None) -> str:
    """Return whether Azure upgrades an agent, in a word or two."""
    if upgrade is None or upgrade.enabled is None:
        return "not told"
    return "on" if upgrade.enabled else "off"
