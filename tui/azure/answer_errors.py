"""What an answer of Azure Resource Manager or Microsoft Graph with an error status means."""

import json
from typing import Any

from azure.core.exceptions import HttpResponseError

from tui.azure.answers import mapping, text_of
from tui.azure.errors import (
    AzureError,
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    SignInError,
    SignInNeeded,
    SignInRefused,
    Throttled,
    Unavailable,
    Unreadable,
)

_REQUEST_IDS = ("x-ms-request-id", "request-id")
_MOST_TEXT = 600
_STATUSES: dict[int, type[AzureError]] = {
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: Throttled,
}
_CODES: dict[str, tuple[type[AzureError], str]] = {
    "MissingSubscriptionRegistration": (Conflict, "Register the resource provider it names: 11) Azure access."),
    "ScopeLocked": (Conflict, "Remove the lock it names in the portal, then try again."),
    "RequestDisallowedByPolicy": (
        Forbidden,
        "An Azure Policy of the subscription forbids it: have an exemption made.",
    ),
    "SubscriptionNotFound": (NotFound, "Check the subscription's id and the tenant that is signed in to."),
}
"""Codes that say more than their status, with what to do."""


def answered(error: HttpResponseError) -> AzureError:
    """Return what an answer with an error status means for an administrator."""
    status = error.status_code or 0
    detail = mapping(body_of(error).get("error"))
    code, said = text_of(detail.get("code")), shortened(text_of(detail.get("message")) or "")
    request_id = request_id_of(error)
    if status == 401:
        return unauthorized(error, code or "401")
    if status >= 500:
        message = f"Azure failed ({status}){': ' + said if said else '.'}"
        return Unavailable(message, code=code, request_id=request_id, may_have_run=True)
    if code is None:
        return Unreadable(f"What answered in place of Azure said {status} and no reason.", request_id=request_id)
    kind, remedy = _CODES.get(code, (_STATUSES.get(status, BadRequest), None))
    return kind(said or f"Azure answered {status} ({code}).", remedy=remedy, code=code, request_id=request_id)


def unauthorized(error: HttpResponseError, code: str) -> SignInError:
    """Return what a refused access token means."""
    if code == "ExpiredAuthenticationToken":
        return SignInNeeded("The access token has expired.", code=code)
    if code.startswith("InvalidAuthenticationTokenTenant"):
        return SignInRefused(
            "The subscription belongs to another tenant than the one that is signed in to.",
            remedy="Sign in to the subscription's tenant (--tenant).",
            code=code,
            request_id=request_id_of(error),
        )
    return SignInNeeded(f"Azure does not accept the access token ({code}).", code=code)


def body_of(error: HttpResponseError) -> dict[str, Any]:
    """Return the JSON object of an answer; empty where there is none."""
    response: Any = error.response
    if response is None:
        return {}
    try:
        return mapping(json.loads(response.text()))
    except Exception:  # whatever the answer holds, it is not one we can read
        return {}


def shortened(text: str) -> str:
    """Return the first paragraph of what was said, without Microsoft's trace ids."""
    first = text.strip().split("\n\n")[0].split("Trace ID:")[0].strip()
    return first if len(first) <= _MOST_TEXT else first[: _MOST_TEXT - 3] + "..."


def request_id_of(error: HttpResponseError) -> str | None:
    """Return what Microsoft's support finds the request by."""
    response: Any = error.response
    headers: Any = getattr(response, "headers", None) or {}
    return next((found for name in _REQUEST_IDS if (found := text_of(headers.get(name)))), None)
