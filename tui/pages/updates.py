"""The updates of a cluster: what is offered on which nodes, and how each node gets its updates."""

from collections.abc import Collection, Sequence

from tui.cluster.cluster_updates import ClusterUpdates, NodeUpdates, OfferedUpdate
from tui.cluster.facts import Problem, ProblemKind, Reading, value_of
from tui.cluster.leaving import obstacles
from tui.cluster.update_settings import UpdateSource
from tui.cluster.update_state import UpdateState
from tui.cluster.updates import AvailableUpdate
from tui.pages.columns import cut, pad, width, wrap
from tui.pages.document import BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.node_names import in_short
from tui.pages.sections import problem_lines
from tui.pages.times import day, stamp
from tui.pages.update_words import (
    cluster_words,
    downloaded_words,
    entry_words,
    failure_words,
    kb_words,
    opted_in_words,
    restart_words,
    size_words,
    summary,
    title_words,
    waiting_words,
)
from tui.pages.values import READING, UNKNOWN, grouped, problem_in_short

TITLE = "Install updates"
NARROW = 60
"""Below so many columns a row goes on in the lines below it."""
OFFER_HEADING = ("KB", "Size", "Severity", "Restart", "Downloaded")
OFFER_CELLS = (10, 8, 9, 7, 10)
SOURCE_CELLS = max(len(source) for source in UpdateSource)


def updates_title(updates: ClusterUpdates | None, name: str | None, title: str = TITLE) -> str:
    """Return the words of the top row."""
    cluster = (updates.name if updates is not None else None) or name
    return f"{title} - cluster {cluster}" if cluster else title


def updates_text(updates: ClusterUpdates, columns: int, *, name: str | None = None, banner: str | None = None) -> str:
    """Return everything as plain text, for the command and for files."""
    notice = (line_of(f" {banner}"), BLANK) if banner else ()
    read = line_of(f" Read at {stamp(updates.read_at)}, local time.")
    body = (*notice, *summary_lines(updates, columns), *updates_lines(updates, columns), BLANK, read)
    return Document(updates_title(updates, name, "Updates"), body).text


def summary_lines(updates: ClusterUpdates, columns: int) -> list[Line]:
    """Return what was found, and what is known of the cluster itself."""
    text = f"Updates: {summary(updates) or READING}."
    lines = [line_of(f" {line}") for line in wrap(text, columns - 2, 2)]
    for words in cluster_words(updates):
        lines.extend(line_of(f" {line}", Role.ATTENTION) for line in wrap(words, columns - 2, 2))
    return lines


def updates_lines(updates: ClusterUpdates, columns: int, chosen: Collection[str] | None = None) -> list[Line]:
    """Return what is offered and how the nodes stand.

    Where updates can be chosen `chosen` are the ids of those that are: each is numbered and marked.
    """
    return [
        *offered_lines(updates, columns, chosen),
        *node_lines(updates, columns),
        *_servers(updates, columns),
        *_advice(updates, columns),
        *_obstacles(updates, columns),
    ]


def offered_lines(updates: ClusterUpdates, columns: int, chosen: Collection[str] | None = None) -> list[Line]:
    """Return every update with the nodes that are offered it; numbered and marked where `chosen` says which are."""
    if not updates.offered:
        return []
    names = [node.node for node in updates.nodes]
    heading = "" if columns < NARROW else f"   {_offer_row(OFFER_HEADING)}Nodes"
    lines = [BLANK, line_of(" What is offered", Role.HEADING)]
    if heading:
        lines.append(line_of(cut(heading, columns), Role.HEADING))
    numbers = {one.update.id: number for number, one in enumerate(choosable(updates), 1)} if chosen is not None else {}
    for offered in updates.offered:
        number = numbers.get(offered.update.id) if offered.nodes else None
        lines.extend(_title_lines(offered.update, columns, number, is_chosen=offered.update.id in (chosen or ())))
        lines.extend(_offer_lines(offered, names, columns))
    return lines


def choosable(updates: ClusterUpdates) -> tuple[OfferedUpdate, ...]:
    """Return what can be chosen: each update once, whatever its revisions on the nodes are."""
    return tuple({one.update.id: one for one in reversed(updates.available)}.values())[::-1]


def _title_lines(update: AvailableUpdate, columns: int, number: int | None, *, is_chosen: bool) -> list[Line]:
    title = title_words(update)
    if number is None:
        return [line_of(f" {line}") for line in wrap(title, columns - 2, 1)]
    lead = f" {number:2}) [{'x' if is_chosen else ' '}] "
    first, *rest = wrap(title, columns - width(lead) - 1)
    choice = Choice(number, update.id)
    return [Line((Span(lead + first),), choice), *(line_of(f"{'':{width(lead)}}{line}") for line in rest)]


def _offer_row(words: Sequence[str]) -> str:
    return "".join(f"{pad(word, cells)} " for word, cells in zip(words, OFFER_CELLS, strict=True))


def _offer_lines(offered: OfferedUpdate, names: list[str], columns: int) -> list[Line]:
    update = offered.update
    lines: list[Line] = []
    words = (
        kb_words(update),
        size_words(update.size_bytes),
        str(update.severity or UNKNOWN),
        restart_words(update),
        downloaded_words(offered),
    )
    nodes = in_short(offered.nodes, names)
    if offered.nodes and columns < NARROW:
        told = f"{words[0]}, {words[1]}, severity {words[2]}, restart {words[3]}, downloaded {words[4]}: {nodes}"
        lines.extend(line_of(f"   {line}", Role.QUIET) for line in wrap(told, columns - 4))
    elif offered.nodes:
        # The nodes are what somebody acts on: they are wrapped, never cut.
        row = _offer_row(words)
        room = width(row)
        first, *rest = wrap(nodes, max(columns - room - 4, 12))
        lines.append(line_of(f"   {row}{first}", Role.QUIET))
        lines.extend(line_of(f"   {' ' * room}{line}", Role.QUIET) for line in rest)
    waiting = waiting_words(offered, names)
    lines.extend(line_of(f"   {line}", Role.ATTENTION) for line in (wrap(waiting, columns - 4) if waiting else []))
    return lines


def node_lines(updates: ClusterUpdates, columns: int) -> list[Line]:
    """Return one row a node: who it asks, whether it is opted in, whether it waits for a restart, what came last."""
    names = max([6, *(width(node.node) for node in updates.nodes)])
    head = f"{pad('Source', SOURCE_CELLS)} Opted in  Restart  Last installation"
    lead = f" {pad('Node', names)} "
    heading = lead if columns < NARROW else lead + head
    lines = [BLANK, line_of(cut(heading, columns), Role.HEADING)]
    for node in updates.nodes:
        lines.extend(_node_lines(node, names, columns))
    return lines


def _node_lines(node: NodeUpdates, names: int, columns: int) -> list[Line]:
    lead = f" {pad(node.node, names)} "
    problem = node.problem
    if problem is not None:
        row = Line((Span(lead), Span(cut("could not be read", columns - width(lead)), Role.BAD)))
        return [row, *problem_lines(problem, columns)]
    state = value_of(node.state)
    words = _state_words(state) if state is not None else _missing_words(node.state)
    role = Role.ATTENTION if state is not None and state.restart.pending else Role.PLAIN
    if columns < NARROW:
        below = [line_of(f"       {line}", role) for line in wrap(" ".join(words.split()), columns - 8)]
        lines = [line_of(cut(lead, columns)), *below]
    else:
        lines = [Line((Span(lead), Span(cut(words, columns - width(lead)), role)))]
    for fact in (node.state, node.search):
        if isinstance(fact, Problem) and fact.kind is not ProblemKind.NOT_READ:
            lines.extend(problem_lines(fact, columns))
    return [*lines, *_search_lines(node, columns), *(_trouble_lines(state, columns) if state is not None else ())]


def _state_words(state: UpdateState) -> str:
    source = pad(str(state.settings.source), SOURCE_CELLS)
    restart = "pending" if state.restart.pending else "no"
    last = entry_words(state.history[0]) if state.history else "none"
    return f"{source} {pad(opted_in_words(state.settings), 9)} {pad(restart, 8)} {last}"


def _missing_words(fact: object) -> str:
    if isinstance(fact, Problem) and fact.kind is not ProblemKind.NOT_READ:
        return problem_in_short(fact)
    return READING


def _search_lines(node: NodeUpdates, columns: int) -> list[Line]:
    """Return that a search still goes on, or that it may have missed something."""
    if isinstance(node.search, Reading):
        search = node.search.value
        if search.complete:
            return []
        warned = f": {' '.join(search.warnings)}" if search.warnings else ""
        text = f"the search ended as {search.result_code}, so something may be missing{warned}"
        return [line_of(f"       {line}", Role.ATTENTION) for line in wrap(text, columns - 8)]
    going_on = node.search.kind is ProblemKind.NOT_READ and isinstance(node.state, Reading)
    return [line_of("       searching...", Role.QUIET)] if going_on else []


def _trouble_lines(state: UpdateState, columns: int) -> list[Line]:
    """Return what is wrong with a node's updates: its service, its server, what failed last."""
    told: list[tuple[str, str]] = []
    if state.settings.disabled:
        told.append(("its service wuauserv is disabled", "Set-Service wuauserv -StartupType Manual"))
    if state.settings.internet_blocked:
        told.append(("policy keeps it from asking Microsoft", ""))
    error = state.last_error
    if error is not None:
        why, remedy = failure_words(error)
        when = f"{day(error.date)} " if error.date else ""
        told.append((f"failed: {when}{error.title}: {why}", remedy))
    lines: list[Line] = []
    for words, remedy in told:
        lines.extend(line_of(f"       {line}", Role.BAD) for line in wrap(words, columns - 8))
        lines.extend(line_of(f"       {line}", Role.QUIET) for line in (wrap(remedy, columns - 8) if remedy else []))
    return lines


def _servers(updates: ClusterUpdates, columns: int) -> list[Line]:
    """Return which WSUS servers nodes get their updates from."""
    names = [node.node for node in updates.nodes]
    told = grouped(
        (node.node, state.settings.wsus_server)
        for node in updates.nodes
        if (state := value_of(node.state)) and state.settings.wsus_server
    )
    lines: list[Line] = []
    for server, nodes in told.items():
        text = f"WSUS server of {in_short(nodes, names)}: {server}. What is not approved there is not offered."
        lines.extend(line_of(f" {line}") for line in wrap(text, columns - 2, 2))
    return [BLANK, *lines] if lines else []


def _advice(updates: ClusterUpdates, columns: int) -> list[Line]:
    """Return what would bring more: an opt-in, a restart."""
    names = [node.node for node in updates.nodes]
    told: list[str] = []
    closed = [node.node for node in updates.nodes if (state := value_of(node.state)) and state.settings.can_opt_in]
    if closed:
        told.append(
            f"{in_short(closed, names)}: not opted in to Microsoft Update, which brings the Arc agent. azsconfig "
            "updates opt-in changes that."
        )
    pending = updates.restart_pending
    if pending:
        told.append(
            f"{in_short(pending, names)}: a restart is pending. azsconfig updates restart drains, restarts and resumes "
            "a node, with --reason."
        )
    return _paragraphs("What to do next", told, columns)


def _obstacles(updates: ClusterUpdates, columns: int) -> list[Line]:
    """Return what speaks against taking a node out of the cluster now."""
    health = value_of(updates.health)
    if health is None:
        return []
    found = [one for node in updates.nodes for one in obstacles(health, node.node)]
    messages: dict[str, list[str]] = {}
    for one in found:
        said = messages.setdefault(one.remedy, [])
        if one.message not in said:
            said.append(one.message)
    told = [f"{', '.join(said)[:1].upper()}{', '.join(said)[1:]}. {remedy}" for remedy, said in messages.items()]
    return _paragraphs("What keeps a node from being taken out of the cluster now", told, columns)


def _paragraphs(heading: str, texts: Sequence[str], columns: int) -> list[Line]:
    if not texts:
        return []
    lines = [BLANK, *(line_of(f" {line}", Role.HEADING) for line in wrap(heading, columns - 2))]
    for text in texts:
        lines.extend(line_of(f"   {line}") for line in wrap(text, columns - 4, 2))
    return lines
