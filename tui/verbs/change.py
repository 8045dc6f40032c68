"""The commands that change something: look, show the plan, ask, carry it out, say what is true afterwards."""

import argparse
import getpass
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.configuration.error import ConfigurationError
from tui.exit_codes import ExitCode
from tui.operations.activity import ActivityLog
from tui.operations.activity import Outcome as Noted
from tui.operations.failures import EXPECTED, failed
from tui.operations.operation import Operation, operation
from tui.operations.preferences import Given, Preferences
from tui.operations.run_password import takes_password
from tui.places import activity_file, config_file
from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Plan
from tui.secret import Secret
from tui.targets import BY_CODE
from tui.verbs.arguments import INPUTS
from tui.verbs.confirming import Consent, refusal
from tui.verbs.following import followed
from tui.verbs.grouped_arguments import GROUPED_INPUTS
from tui.verbs.opening import choose_cluster, open_session, read_secrets, show_code_on_stderr
from tui.verbs.patience import InBackground
from tui.verbs.telling import JsonTelling, Telling, TextTelling
from tui.verbs.this_user import this_user

if TYPE_CHECKING:
    from tui.session import Session

READ_ONLY = Outcome(
    OutcomeKind.DECLINED,
    "azsconfig is read-only, so nothing is changed.",
    remedy="Leave out --read-only, or change the setting; --dry-run shows the plan.",
)
ALL_INPUTS = {**INPUTS, **GROUPED_INPUTS}
RUN_NODE = "run_node"
"""Input of operations that a node carries out."""
GOOD = frozenset({OutcomeKind.DONE, OutcomeKind.ALREADY, OutcomeKind.RUNNING})


def change(options: argparse.Namespace, config: Path | None = None) -> ExitCode:
    """Run the operation that `options.operation` names on the cluster that is meant; `config` replaces `--config`.

    Raises:
        ConfigurationError: what is meant does not fit together; nothing has been sent anywhere.
    """
    telling: Telling = JsonTelling() if options.json else TextTelling()
    read_only = is_read_only(options)
    if read_only and not options.dry_run:
        telling.outcome(READ_ONLY)
        return READ_ONLY.exit_code
    secrets = read_secrets(options)
    inputs = inputs_of(options, secrets)
    # A code is of use to somebody who sits there; a script gets to hear that nobody signs in.
    unsaid = BY_CODE if sys.stdin.isatty() else None
    chosen = choose_cluster(options, config, secrets, auth_unsaid=unsaid)
    if takes_password(chosen.targets) and RUN_NODE in ALL_INPUTS[options.operation]:
        inputs |= _password(secrets)
    session = open_session(options, chosen, show_code=show_code_on_stderr, read_only=read_only)
    telling.banner = session.banner
    try:
        return _changed(session, operation(options.operation), inputs, options, telling)
    finally:
        session.close()


def is_read_only(options: argparse.Namespace) -> bool:
    """Return whether the command line or the settings allow no change. Raises ConfigurationError."""
    named = getattr(options, "config", None)
    given = Given(read_only=getattr(options, "read_only", False))
    return Preferences(Path(named) if named else config_file(), given).read_only


def inputs_of(options: argparse.Namespace, secrets: Mapping[str, Secret]) -> dict[str, Any]:
    """Return what was given, by the long names of the options with underscores; what was not is absent.

    Raises:
        ConfigurationError: a service principal without its secret, or the other way around.
    """
    names = ALL_INPUTS[options.operation]
    inputs = {name: value for name in names if (value := getattr(options, name, None)) is not None}
    application, secret = inputs.get("arc_spn_id"), secrets.get("arc_spn_secret")
    if application is not None:
        inputs["arc_spn_secret"] = secret or _asked_secret(str(application))
    elif secret is not None:
        message = "Standard input has an arc_spn_secret, but no service principal was named."
        raise ConfigurationError(message, "Name it with --arc-spn-id.")
    return inputs


def _password(secrets: Mapping[str, Secret]) -> dict[str, Secret]:
    """Return the password of the user that a run is, where somebody gives it; it reaches the other nodes with it."""
    if "password" in secrets:
        return {"password": secrets["password"]}
    if not sys.stdin.isatty():
        return {}
    sys.stderr.write("The run goes on without you, and reaches the other nodes with your password.\n")
    typed = getpass.getpass(f"Password of {this_user()} (Enter for none): ", stream=sys.stderr)
    return {"password": Secret(typed)} if typed else {}


def _asked_secret(application: str) -> Secret:
    message = f"There is no secret for the service principal {application}."
    remedy = 'Run it on a terminal, or give {"arc_spn_secret": "..."} on standard input with --secrets-stdin.'
    if not sys.stdin.isatty():
        raise ConfigurationError(message, remedy)
    typed = getpass.getpass(f"Secret of the service principal {application}: ", stream=sys.stderr)
    if not typed:
        raise ConfigurationError(message, remedy)
    return Secret(typed)


def _changed(
    session: "Session",
    chosen: Operation,
    inputs: Mapping[str, Any],
    options: argparse.Namespace,
    telling: Telling,
) -> ExitCode:
    def prepare() -> Plan:
        session.discover_peers()
        return chosen.prepare(session, inputs, telling.looking)

    try:
        plan = InBackground(prepare).start().result()
    except EXPECTED as error:
        telling.outcome(failed(error))
        return failed(error).exit_code
    if options.dry_run:
        telling.plan(plan, only=True)
        return ExitCode.DECLINED if plan.blockers else ExitCode.DONE
    outcome = _carried_out(session, chosen, plan, options, telling)
    telling.outcome(outcome)
    return outcome.exit_code


def _carried_out(
    session: "Session", chosen: Operation, plan: Plan, options: argparse.Namespace, telling: Telling
) -> Outcome:
    if plan.nothing_to_do is not None and not plan.blockers:
        return Outcome(OutcomeKind.ALREADY, plan.nothing_to_do)
    telling.plan(plan, only=False)
    if plan.blockers:
        return blocked(plan)
    said_no = refusal(plan, Consent(yes=options.yes, name=options.confirm))
    if said_no is not None:
        return said_no
    log = ActivityLog(activity_file(), user=this_user())
    log.note(f"Started: {plan.title}.", cluster=plan.cluster, banner=session.banner)
    outcome = followed(lambda sink, stop: chosen.apply(session, plan, sink, stop), telling)
    log.note(
        f"{plan.title}: {outcome.message}",
        Noted.DONE if outcome.kind in GOOD else Noted.FAILED,
        cluster=plan.cluster,
        remedy=outcome.remedy,
        banner=session.banner,
    )
    return outcome


def blocked(plan: Plan) -> Outcome:
    """Return that a plan is refused, and why."""
    reasons = tuple(f"{check.message} {check.remedy}".strip() for check in plan.blockers)
    return Outcome(OutcomeKind.DECLINED, "Something stands in the way. Nothing was changed.", details=reasons)
