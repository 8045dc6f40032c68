"""One saved connection: what can be done with it, while it is edited, and while it is tried."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.configuration.model import ClusterConfiguration
from tui.operations.draft import Draft
from tui.pages.columns import pad, wrap
from tui.pages.document import BACK, BLANK, Choice, Document, Line, Role, Span, line_of
from tui.pages.sections import paragraphs, problem_lines
from tui.pages.settings import YES_NO, numbered_rows

if TYPE_CHECKING:
    from tui.operations.connection_trial import NodeResult

OPEN, TRY, CHANGE, DEFAULT, NO_DEFAULT, REMOVE = "open", "try", "change", "default", "no-default", "remove"
NAME, NODES, USER, TRANSPORT, CA_FILE, NTLM, SAVE = "name", "nodes", "user", "transport", "ca-file", "ntlm", "save"
PROMPT = f"Number, {BACK} goes back:"
WHO_IS_LOGGED_ON = "who is logged on"
ROLE_OF_STATE = {"ok": Role.GOOD, "failed": Role.BAD, "not-tried": Role.ATTENTION}


def saved_connection(name: str, cluster: ClusterConfiguration, *, default: bool, columns: int) -> Document:
    """Return a saved connection and what can be done with it."""
    body: list[Line] = []
    told = (
        ("Nodes", Draft(cluster=cluster).nodes_text),
        ("User", cluster.user or WHO_IS_LOGGED_ON),
        ("Transport", cluster.transport or "as in the settings"),
        ("CA file", cluster.ca_file or "the authorities of this computer"),
    )
    for label, text in told:
        first, *rest = wrap(text, max(columns - 14, 16))
        body.append(line_of(f"   {pad(label, 10)} {first}"))
        body.extend(line_of(" " * 14 + line) for line in rest)
    what = ("do not open it when none is named", NO_DEFAULT) if default else ("open it when none is named", DEFAULT)
    rows = [
        (OPEN, "Open it now", ""),
        (TRY, "Try it", "asks every node for its name; changes nothing"),
        (CHANGE, "Change it", ""),
        (what[1], what[0].capitalize(), ""),
        (REMOVE, "Remove it", "from the file; the cluster is not touched"),
    ]
    body.extend((BLANK, *numbered_rows(rows, columns)))
    return Document(f"Connection {name}", tuple(body), PROMPT)


def draft_document(draft: Draft, default_transport: str, columns: int) -> Document:
    """Return a connection while it is edited."""
    cluster = draft.cluster
    missing = draft.missing(default_transport)
    rows = [
        (NAME, "Name", draft.name or "-"),
        (NODES, "Nodes", draft.nodes_text or "-"),
        (USER, "User", cluster.user or WHO_IS_LOGGED_ON),
        (TRANSPORT, "Transport", cluster.transport or f"{default_transport} (as in the settings)"),
        (CA_FILE, "CA file", cluster.ca_file or "the authorities of this computer"),
        (NTLM, "NTLM allowed", YES_NO[cluster.allow_ntlm] + " (where Kerberos does not work)"),
    ]
    lines = numbered_rows([*rows, (SAVE, "Try it and save", missing)], columns)
    if missing:
        refused = Choice(len(rows) + 1, SAVE, f"{missing}.")
        lines = [Line(line.spans, refused) if line.choice and line.choice.id == SAVE else line for line in lines]
    lines.insert(next(index for index, line in enumerate(lines) if line.choice and line.choice.id == SAVE), BLANK)
    state = f"saved as {draft.saved_as}; changes count once they are saved" if draft.saved_as else "not saved yet"
    heading = [line_of(f" {line}", Role.QUIET) for line in wrap(state, columns - 2)]
    title = f"Connection {draft.name}" if draft.name else "New connection"
    return Document(title, (*heading, BLANK, *lines), PROMPT)


def trial_document(
    name: str, results: Sequence["NodeResult"], rows: Sequence[tuple[str, str, str]], columns: int
) -> Document:
    """Return what trying a connection has brought so far, and in `rows` what can be done then."""
    body: list[Line] = []
    for result in results:
        lead = f" {pad(result.node, 24)} "
        role = ROLE_OF_STATE.get(result.state, Role.QUIET)
        first, *rest = wrap(_result_words(result), max(columns - len(lead), 16))
        body.append(Line((Span(lead), Span(first, role))))
        body.extend(line_of(" " * len(lead) + line, role) for line in rest)
        if result.problem is not None:
            body.extend(problem_lines(result.problem, columns))
    if rows:
        body.extend((BLANK, *numbered_rows(list(rows), columns)))
    return Document(f"Trying connection {name}", tuple(body), PROMPT)


def _result_words(result: "NodeResult") -> str:
    if result.state in {"failed", "waiting", "trying", "not-tried"}:
        return {"failed": "FAILED", "waiting": "waits", "trying": "trying", "not-tried": "not tried"}[result.state]
    known = f"by {result.authentication}" if result.authentication else ""
    rights = "not elevated" if result.elevated is False else ""
    parts = ("answers", f"as {result.computer_name}", result.release, known, rights, result.remark)
    return ", ".join(part for part in parts if part)


def connection_help(columns: int) -> Document:
    """Return the help of these screens."""
    texts = (
        (
            "Nodes are written as names with commas between them: HCI-N1, HCI-N2. A node that is reached by another "
            "name or port is NAME=ADDRESS, where the address is a host, host:port, or a URL such as "
            "https://hci-n1.contoso.com:5986/wsman."
        ),
        (
            r"The user is DOMAIN\name or name@domain; without one, whoever is logged on here is used, and no password "
            "is asked for. Negotiate means Kerberos, and NTLM where that does not work and is allowed. Basic and "
            "certificate are for TLS only. CredSSP hands the password to the node."
        ),
        (
            "A connection is tried before it is saved: every node is asked for its name. The first node goes first "
            "with a password, so that a wrong one does not lock the account. Nothing is changed on a node, and no "
            "password is saved."
        ),
    )
    return Document("Help: connections", paragraphs(texts, columns))
