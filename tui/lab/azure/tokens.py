"""Tokens of the simulated Microsoft Entra ID."""

import secrets
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tui.lab.clock import LabClock

LIFETIME = timedelta(minutes=75)
"""How long an access token is good; Microsoft gives 60 to 90 minutes."""
_ALGORITHM = "ES256"


class InvalidTokenError(Exception):
    """An access token is not accepted: the code and the words of the answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Principal:
    """Who holds a token."""

    object_id: str
    """Id in the tenant."""
    name: str
    """User principal name, or application id."""
    person: bool
    """Whether it is a user."""


class Tokens:
    """Issues tokens and knows its own again. Safe to use from any thread."""

    def __init__(self, tenant: str, issuer: str, clock: LabClock) -> None:
        self.lifetime = LIFETIME
        """How long the next access tokens are good."""
        self._tenant = tenant
        self._issuer = issuer
        self._clock = clock
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._lock = threading.Lock()
        self._refresh: dict[str, Principal] = {}
        self._good_since = clock.now()

    def access(self, principal: Principal, audience: str) -> tuple[str, int]:
        """Return an access token and how many seconds it is good."""
        names = (
            {"upn": principal.name, "idtyp": "user"} if principal.person else {"appid": principal.name, "idtyp": "app"}
        )
        return self._signed(audience, principal, names), int(self.lifetime.total_seconds())

    def identity(self, principal: Principal, client: str) -> str:
        """Return an id token for a public client."""
        return self._signed(client, principal, {"preferred_username": principal.name, "name": principal.name})

    def refresh(self, principal: Principal) -> str:
        """Return a refresh token."""
        token = secrets.token_urlsafe(40)
        with self._lock:
            self._refresh[token] = principal
        return token

    def refreshed(self, token: str) -> Principal | None:
        """Return whose refresh token it is; `None` for one that was revoked or never issued."""
        with self._lock:
            return self._refresh.get(token)

    def revoke(self) -> None:
        """Make every token that was issued so far worthless."""
        with self._lock:
            self._refresh.clear()
            self._good_since = self._clock.now()

    def verify(self, token: str, audience: str) -> Principal:
        """Return who holds an access token. Raises InvalidTokenError."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=[_ALGORITHM],
                options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise InvalidTokenError("InvalidAuthenticationToken", "The access token is invalid.") from error
        if claims["aud"] != audience:
            message = f"The access token is for the audience '{claims['aud']}', not '{audience}'."
            raise InvalidTokenError("InvalidAuthenticationTokenAudience", message)
        if claims["tid"] != self._tenant:
            message = "The access token is of another tenant than the subscription."
            raise InvalidTokenError("InvalidAuthenticationTokenTenant", message)
        now = self._clock.shown(self._clock.now()).timestamp()
        with self._lock:
            revoked = claims["lab_issued"] < self._good_since.timestamp()
        if claims["exp"] <= now or revoked:
            raise InvalidTokenError("ExpiredAuthenticationToken", "The access token has expired.")
        person = claims.get("idtyp") == "user"
        return Principal(claims["oid"], claims["upn"] if person else claims["appid"], person)

    def _signed(self, audience: str, principal: Principal, more: dict[str, Any]) -> str:
        lab_now = self._clock.now()
        now: datetime = self._clock.shown(lab_now)
        claims = {
            "aud": audience,
            "iss": self._issuer,
            "tid": self._tenant,
            "oid": principal.object_id,
            "sub": principal.object_id,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": str(uuid.uuid4()),
            "lab_issued": lab_now.timestamp(),
            **more,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)
