"""Device codes: what somebody enters elsewhere, and what became of it."""

import secrets
import threading
import time
from dataclasses import dataclass
from enum import StrEnum

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what looks like something else."""
EXPIRES_SECONDS = 900


class CodeState(StrEnum):
    """What became of a code."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(slots=True)
class _Code:
    user_code: str
    client: str
    scope: str
    made: float
    user: str | None = None
    declined: bool = False


class DeviceCodes:
    """Codes that wait for somebody. Safe to use from any thread."""

    def __init__(self, user: str, *, approve_after: float | None, interval: int = 5) -> None:
        """`user` approves every code by himself after so many seconds; `None` leaves it to whoever opens the page."""
        self.interval = interval
        """Seconds that a client waits between two questions."""
        self.expires_seconds = EXPIRES_SECONDS
        """How long the next codes are good."""
        self.approve_after = approve_after
        """Seconds until the lab's user approves; `None` for never."""
        self._user = user
        self._lock = threading.Lock()
        self._codes: dict[str, _Code] = {}

    def new(self, client: str, scope: str) -> tuple[str, str]:
        """Return a device code and the user code that belongs to it."""
        device_code = secrets.token_urlsafe(40)
        user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        with self._lock:
            self._codes[device_code] = _Code(user_code, client, scope, time.monotonic())
        return device_code, user_code

    def approve(self, user_code: str, user: str) -> bool:
        """Let a person sign in with a code; returns whether there is such a code."""
        return self._decide(user_code, user=user)

    def decline(self, user_code: str) -> bool:
        """Refuse a code; returns whether there is such a code."""
        return self._decide(user_code, user=None)

    def poll(self, device_code: str, client: str) -> tuple[CodeState, str | None, str]:
        """Return what became of a code, who entered it, and the scope it was asked for; it can be used once."""
        with self._lock:
            code = self._codes.get(device_code)
            if code is None or code.client != client:
                return CodeState.EXPIRED, None, ""
            age = time.monotonic() - code.made
            if code.user is None and self.approve_after is not None and age >= self.approve_after:
                code.user = self._user
            if code.declined:
                return CodeState.DECLINED, None, code.scope
            if age > self.expires_seconds:
                return CodeState.EXPIRED, None, code.scope
            if code.user is None:
                return CodeState.PENDING, None, code.scope
            del self._codes[device_code]
            return CodeState.APPROVED, code.user, code.scope

    def _decide(self, user_code: str, *, user: str | None) -> bool:
        wanted = user_code.strip().upper()
        with self._lock:
            code = next((code for code in self._codes.values() if code.user_code == wanted), None)
            if code is None:
                return False
            code.user, code.declined = user, user is None
            return True
