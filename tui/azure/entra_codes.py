"""What Microsoft Entra ID's AADSTS codes mean for an administrator, and what to do.

Codes: Microsoft's reference of sign-in error codes; most of them were provoked with azure-identity 1.27.
"""

import re
from dataclasses import dataclass

_CODE = re.compile(r"AADSTS(\d{5,7})")


@dataclass(frozen=True, slots=True)
class EntraCode:
    """One code in words."""

    message: str
    """What it means."""
    remedy: str
    """What to do about it."""
    again: bool = False
    """Whether a person can help it by signing in again."""


def codes_in(text: str) -> tuple[int, ...]:
    """Return the AADSTS codes that a text names, in their order."""
    return tuple(int(code) for code in _CODE.findall(text))


_AGAIN = "Sign in again."
_WAIT = "Start a new sign-in; codes are good for 15 minutes."
CODES: dict[int, EntraCode] = {
    16000: EntraCode("The account is not signed in to this tenant.", _AGAIN, again=True),
    50020: EntraCode(
        "The account does not belong to this tenant and is no guest of it.",
        "Sign in with an account of the tenant, or name the account's own tenant.",
    ),
    50034: EntraCode("The account does not exist in this tenant.", "Check the account and the tenant."),
    50053: EntraCode("The account is locked.", "Unlock it, or wait until Microsoft Entra ID does."),
    50055: EntraCode("The account's password has expired.", "Change it in a browser, then sign in again."),
    50057: EntraCode("The account is disabled.", "Have it enabled, or use another one."),
    50059: EntraCode("No tenant was named, and none follows from the sign-in.", "Name the tenant with --tenant."),
    50076: EntraCode("Multi-factor authentication is needed.", "Sign in again with the second factor.", again=True),
    50079: EntraCode("The account has to enrol for multi-factor authentication.", "Enrol it in a browser.", again=True),
    50126: EntraCode("User name or password is wrong.", _AGAIN, again=True),
    50158: EntraCode("Another proof of identity is needed.", _AGAIN, again=True),
    50173: EntraCode("The sign-in was revoked; a password was changed, perhaps.", _AGAIN, again=True),
    53000: EntraCode(
        "Conditional Access wants a compliant device.",
        "Sign in another way: service principal (--auth secret or certificate) or Azure CLI (--auth cli).",
    ),
    53003: EntraCode(
        "Conditional Access blocks this sign-in; many tenants block device codes.",
        "Sign in another way: service principal (--auth secret or certificate) or Azure CLI (--auth cli).",
    ),
    65001: EntraCode(
        "Nobody has consented to the application yet.", "Have an administrator of the tenant grant consent to it."
    ),
    70008: EntraCode("The sign-in has expired.", _AGAIN, again=True),
    70016: EntraCode("The code was not entered yet.", "Enter it at the address that was shown.", again=True),
    70018: EntraCode("The sign-in was declined.", _WAIT, again=True),
    70019: EntraCode("The code has expired.", _WAIT, again=True),
    70020: EntraCode("The code has expired.", _WAIT, again=True),
    70043: EntraCode("The sign-in has expired: a policy limits its age.", _AGAIN, again=True),
    90002: EntraCode("There is no such tenant in this cloud.", "Check the tenant's id or domain name, and the cloud."),
    500011: EntraCode(
        "The tenant does not know the resource that a token was asked for.", "Check the tenant and the cloud."
    ),
    700016: EntraCode(
        "The tenant does not know the application.", "Check the application's id and the tenant it is registered in."
    ),
    700024: EntraCode("The certificate's proof is outside its time.", "Set the clock of this machine, then try again."),
    700027: EntraCode(
        "The certificate is not one of the application's, or has expired there.",
        "Upload its public part to the application, or use the right certificate.",
    ),
    700082: EntraCode("The sign-in has expired: it was not used for too long.", _AGAIN, again=True),
    7000112: EntraCode("The application is disabled in the tenant.", "Have its service principal enabled."),
    7000215: EntraCode(
        "The application's secret is wrong.", "Give the secret's value, not its id, or make a new secret."
    ),
    7000222: EntraCode("The application's secret has expired.", "Make a new secret for the application."),
    7000229: EntraCode(
        "The application has no service principal in the tenant.",
        "Have one created (az ad sp create --id ...), or check the tenant.",
    ),
}
"""Every code azsconfig has words for."""
