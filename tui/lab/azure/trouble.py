"""Making things go wrong in the simulated Azure from outside, through the control port."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from tui.lab.azure.directory import User
from tui.lab.azure.faults import CUT, LATE
from tui.lab.azure.roles import ROLES
from tui.lab.azure.service import USER, LabAzure
from tui.lab.cluster_state import SUBSCRIPTION_ID, LabRefusalError

_PAGE = b"<html><body><h1>Sign in to the network</h1></body></html>"
_LATE_SECONDS = 60.0

Asked: TypeAlias = dict[str, Any]


class AzureTrouble:
    """What can go wrong.

    - `status`: requests fail with a `status` (429, 500, 503...), `count` of them (1), with a `retry_after` in seconds;
    - `html`: a page of the network answers instead, with a `status` (200);
    - `cut`: the connection is cut without an answer;
    - `late`: the answer comes after `seconds` (60);
    - `operation`: the next long-running operation ends in an error, `code` and `message`;
    - `expire`: every token that was issued so far is worthless;
    - `lifetime`: the next tokens are good for `minutes`;
    - `block`: sign-ins of the user are refused with the AADSTS `code`; `null` takes that back;
    - `approve`: device codes are approved after `seconds`; `null` leaves them to whoever opens the page;
    - `applications`: nobody may create applications any more (`allowed`: false), or everybody again;
    - `clear`: no request fails any more.

    The paths of requests that cmdlets on nodes make begin with `/cmdlet`.
    """

    def __init__(self, azure: LabAzure) -> None:
        self._azure = azure
        self._kinds: dict[str, Callable[[Asked], None]] = {
            "status": lambda asked: self._strike(asked, int(asked["status"])),
            "html": lambda asked: self._strike(asked, int(asked.get("status", 200)), _PAGE),
            "cut": lambda asked: self._strike(asked, CUT),
            "late": lambda asked: self._strike(asked, LATE, delay=float(asked.get("seconds", _LATE_SECONDS))),
            "operation": lambda asked: azure.operations.fail_next(str(asked["code"]), str(asked["message"])),
            "expire": lambda _asked: azure.tokens.revoke(),
            "lifetime": self._lifetime,
            "block": self._block,
            "approve": self._approve,
            "applications": self._applications,
            "clear": lambda _asked: azure.faults.clear(),
        }

    def fault(self, asked: Asked) -> None:
        """Let something go wrong; raises LabRefusalError for what the lab does not know."""
        act = self._kinds.get(str(asked["kind"]))
        if act is None:
            message = f"there is no trouble {asked['kind']} in Azure; there is {', '.join(self._kinds)}"
            raise LabRefusalError(message)
        act(asked)

    def role(self, asked: Asked) -> None:
        """Give somebody one role and no other; raises LabRefusalError for a role or somebody the lab does not know."""
        who, azure = str(asked.get("who")), self._azure
        principals = {"application": azure.application.object_id, "user": self._user().object_id}
        if who not in principals:
            raise LabRefusalError(f"there is no {who}; there is {' and '.join(principals)}")
        role = next((role for role in ROLES if role.name == asked["role"]), None)
        if role is None and asked["role"] is not None:
            raise LabRefusalError(f"there is no role {asked['role']}; there is {', '.join(one.name for one in ROLES)}")
        azure.roles.take_away(principals[who])
        if role is not None:
            subscription = str(asked.get("subscription") or SUBSCRIPTION_ID)
            azure.roles.assign(f"/subscriptions/{subscription}", principals[who], role)

    def _strike(self, asked: Asked, status: int, body: bytes | None = None, *, delay: float = 0.0) -> None:
        after = asked.get("retry_after")
        self._azure.faults.fail(
            str(asked.get("path") or ""),
            status,
            count=int(asked.get("count", 1)),
            retry_after=None if after is None else float(after),
            body=body,
            delay=delay,
        )

    def _lifetime(self, asked: Asked) -> None:
        self._azure.tokens.lifetime = timedelta(minutes=float(asked["minutes"]))

    def _block(self, asked: Asked) -> None:
        code = asked["code"]
        self._user().blocked = None if code is None else int(code)

    def _approve(self, asked: Asked) -> None:
        seconds = asked["seconds"]
        self._azure.codes.approve_after = None if seconds is None else float(seconds)

    def _applications(self, asked: Asked) -> None:
        allowed = bool(asked["allowed"])
        for principal in (self._user().object_id, self._azure.application.object_id):
            self._azure.directory.let_manage_applications(principal, allowed=allowed)

    def _user(self) -> User:
        found = self._azure.directory.user(USER)
        if found is None:
            raise LabRefusalError("the user of the lab is gone")
        return found
