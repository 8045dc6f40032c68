"""Asking for the passwords that a connection needs, one after the other; they live in memory alone."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.configuration.error import ConfigurationError
from tui.configuration.model import ClusterConfiguration
from tui.targets import Chosen, choose_draft, users_to_ask
from tui.views.action import Action, Ask, Question, Tell

if TYPE_CHECKING:
    from tui.views.desk import Desk

TEXT = (
    (
        "The password is used for the nodes of this connection alone, and kept in memory until azsconfig ends or opens "
        "another cluster. It is written nowhere."
    ),
)


def with_cluster(name: str, cluster: ClusterConfiguration, desk: "Desk", then: Callable[[Chosen], Action]) -> Action:
    """Return what asks for the passwords a connection needs and then leads on with how its nodes are reached."""
    settings = desk.preferences.configuration.settings

    def go_on(passwords: Mapping[str, str]) -> Action:
        try:
            return then(choose_draft(name, cluster, settings, passwords.get))
        except ConfigurationError as error:
            return Tell(f"{error.message} {error.remedy}")

    try:
        users = users_to_ask(cluster, settings)
    except ConfigurationError as error:
        return Tell(f"{error.message} {error.remedy}")
    return _next(users, {}, go_on)


def _next(users: tuple[str, ...], known: Mapping[str, str], then: Callable[[Mapping[str, str]], Action]) -> Action:
    if not users:
        return then(known)
    user, *others = users

    def answer(password: str) -> Action:
        return _next(tuple(others), {**known, user: password}, then)

    return Ask(Question(f"Password of {user}", TEXT, "Password", answer, secret=True))
