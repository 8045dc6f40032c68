"""How the simulated Microsoft Entra ID refuses."""

import uuid
from datetime import UTC, datetime
from typing import Any

from tui.lab.azure.http_messages import Response, json_response

_REFUSALS: dict[int, tuple[str, str]] = {
    50076: ("interaction_required", "A second factor is needed for this sign-in."),
    53003: ("access_denied", "Conditional Access does not let this sign-in through."),
    70000: ("invalid_grant", "What was given to sign in with is not good."),
    70016: ("authorization_pending", "Nobody has entered the code yet."),
    70018: ("authorization_declined", "The sign-in was declined."),
    70020: ("expired_token", "The code is not good any more."),
    90002: ("invalid_request", "There is no such tenant here."),
    90014: ("invalid_request", "A field of the request is missing."),
    500011: ("invalid_resource", "The tenant knows no such resource."),
    700016: ("unauthorized_client", "The tenant knows no such application."),
    700024: ("invalid_client", "The assertion is outside its time."),
    700027: ("invalid_client", "The assertion is not signed with a certificate of the application."),
    700082: ("invalid_grant", "The refresh token is not good any more."),
    7000215: ("invalid_client", "The secret is not one of the application's."),
    7000229: ("unauthorized_client", "The application has no service principal in the tenant."),
    7000222: ("invalid_client", "The secret has expired."),
}


class EntraRefusalError(Exception):
    """A sign-in is refused with an AADSTS code."""

    def __init__(self, code: int, **more: Any) -> None:
        super().__init__(f"AADSTS{code}")
        self.code = code
        self.more = more

    def response(self) -> Response:
        """Return the answer, in the form Microsoft Entra ID gives it."""
        error, words = _REFUSALS[self.code]
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
        described = f"AADSTS{self.code}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        return json_response(
            400 if error != "invalid_client" else 401,
            {
                "error": error,
                "error_description": described,
                "error_codes": [self.code],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                **self.more,
            },
        )
