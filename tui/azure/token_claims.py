"""What an access token says of itself: for display and for what a role is assigned to, never for trust."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any, cast

from tui.azure.errors import Misconfigured
from tui.azure.identity import Account, AccountKind

_USER_NAMES = ("upn", "unique_name", "preferred_username")


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token; empty for one that is not readable. Access tokens are formally opaque."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return cast("dict[str, Any]", claims) if isinstance(claims, dict) else {}


def account_of(token: str, *, name: str | None = None) -> Account:
    """Return who a token is for; `name` where the sign-in already told it."""
    claims = claims_of(token)
    person = next((str(claims[key]) for key in _USER_NAMES if claims.get(key)), None)
    application = claims.get("appid") or claims.get("azp")
    is_user = claims.get("idtyp") == "user" or person is not None
    shown = name or person or (str(application) if application and not is_user else None) or claims.get("oid")
    return Account(
        name=str(shown or "unknown"),
        kind=AccountKind.USER if is_user else AccountKind.SERVICE_PRINCIPAL,
        tenant=_text(claims.get("tid")),
        object_id=_text(claims.get("oid")),
    )


def expiry_of(token: str) -> datetime:
    """Return until when a token is good, UTC. Raises Misconfigured for a text that is no access token."""
    expires = claims_of(token).get("exp")
    if not isinstance(expires, (int, float)) or isinstance(expires, bool):
        message = "The text that was given as access token is none: it holds no time until which it is good."
        raise Misconfigured(message, remedy="Give the accessToken of az account get-access-token, whole.")
    return datetime.fromtimestamp(expires, UTC)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
