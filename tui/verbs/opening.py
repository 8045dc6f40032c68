"""From the words on the command line to an open session."""

import argparse
import getpass
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tui.configuration.error import ConfigurationError
from tui.secret import Secret
from tui.targets import Chosen, Wish, choose

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.azure.identity import DeviceCode
    from tui.session import Session

DEFAULT_TIMEOUT_SECONDS = 60.0
SECRETS = frozenset({"password", "azure_secret", "arc_spn_secret"})
"""Keys of the object that `--secrets-stdin` reads."""


def wish_of(
    options: argparse.Namespace,
    config: Path | None = None,
    secrets: Mapping[str, Secret] | None = None,
    *,
    auth_unsaid: str | None = None,
) -> Wish:
    """Return what the command line says about the cluster; `config` stands in for `--config`.

    `secrets` are those of standard input where they have been read; `auth_unsaid` is how to sign in to Azure where
    nothing says it.

    Raises:
        ConfigurationError: standard input holds no object of secrets although it was announced.
    """
    nodes = tuple(word.strip() for word in str(getattr(options, "node", "") or "").split(",") if word.strip())
    if not nodes and getattr(options, "node", None) is not None:
        message = "--node names no node."
        raise ConfigurationError(message, "Write names, host:port or URLs, separated by commas.")
    named = getattr(options, "config", None)
    secrets = read_secrets(options) if secrets is None else secrets
    return Wish(
        config=config or (Path(named) if named else None),
        cluster=getattr(options, "cluster", None),
        nodes=nodes,
        user=getattr(options, "user", None),
        transport=getattr(options, "transport", None),
        ca_file=getattr(options, "ca", None),
        password=secrets.get("password"),
        auth=getattr(options, "auth", None),
        tenant=getattr(options, "tenant", None),
        azure_secret=secrets.get("azure_secret"),
        cloud=getattr(options, "cloud", None),
        auth_unsaid=auth_unsaid,
        password_for_run=hasattr(options, "operation"),
    )


def read_secrets(options: argparse.Namespace) -> dict[str, Secret]:
    """Return the secrets of standard input where they were announced; it can be read once.

    Raises:
        ConfigurationError: it holds no object of secrets.
    """
    return _secrets_from_stdin() if getattr(options, "secrets_stdin", False) else {}


def choose_cluster(
    options: argparse.Namespace,
    config: Path | None = None,
    secrets: Mapping[str, Secret] | None = None,
    *,
    auth_unsaid: str | None = None,
) -> Chosen:
    """Return the cluster that is meant, as `wish_of` understands it.

    Raises:
        ConfigurationError: no cluster is meant, or what is meant does not fit together.
    """
    return choose(wish_of(options, config, secrets, auth_unsaid=auth_unsaid), ask_password)


def open_session(
    options: argparse.Namespace,
    chosen: Chosen,
    *,
    show_code: "Callable[[DeviceCode], None] | None" = None,
    read_only: bool = False,
) -> "Session":
    """Return a session of a cluster; nothing is sent anywhere yet.

    `show_code` shows a person what to enter to sign in to Azure; without it nobody is asked to.
    """
    from tui.session import Session

    return Session(
        chosen,
        deadline=timedelta(seconds=getattr(options, "timeout", DEFAULT_TIMEOUT_SECONDS)),
        read_only=read_only or getattr(options, "read_only", False),
        show_code=show_code,
    )


def show_code_on_stderr(code: "DeviceCode") -> None:
    """Tell a person what to enter; standard output is data only."""
    sys.stderr.write(f"To sign in to Azure, open {code.url} in a browser and enter the code {code.code}\n")
    sys.stderr.flush()


def ask_password(user: str) -> str | None:
    """Ask for a user's password without echo; `None` where no terminal is there to ask on."""
    if not sys.stdin.isatty():
        return None
    try:
        return getpass.getpass(f"Password of {user}: ", stream=sys.stderr)
    except EOFError:
        return None


def _secrets_from_stdin() -> dict[str, Secret]:
    """Read the secrets object from standard input."""
    remedy = 'Write one object such as {"password": "..."} to standard input and close it.'
    try:
        secrets: Any = json.loads(sys.stdin.buffer.read())
    except ValueError as error:
        # The text itself may hold the secret: it is in no message.
        message = "Standard input holds no JSON object of secrets."
        raise ConfigurationError(message, remedy) from error
    if not isinstance(secrets, dict):
        message = "Standard input holds JSON, but no object of secrets."
        raise ConfigurationError(message, remedy)
    given = cast("dict[str, object]", secrets)
    unknown = sorted(set(given) - SECRETS)
    if unknown:
        message = f"Standard input holds secrets with unknown names: {', '.join(unknown)}."
        raise ConfigurationError(message, f"Known names: {', '.join(sorted(SECRETS))}.")
    if not given:
        message = "The object on standard input has no password."
        raise ConfigurationError(message, remedy)
    return {name: _secret(name, value) for name, value in given.items()}


def _secret(name: str, value: object) -> Secret:
    if not isinstance(value, str) or not value:
        message = f"The {name} on standard input is no text, or empty."
        raise ConfigurationError(message, "Give it as text in quotes.")
    return Secret(value)
