"""What a refused sign-in means: Microsoft Entra ID's answer, or azure-identity's own words."""

from collections.abc import Sequence
from typing import Any, cast

from azure.core.exceptions import ClientAuthenticationError

from tui.azure.answer_errors import body_of, shortened, unauthorized
from tui.azure.answers import mapping, text_of
from tui.azure.entra_codes import CODES, codes_in
from tui.azure.errors import AzureError, SignInNeeded, SignInRefused, Unreadable


def sign_in_failed(error: ClientAuthenticationError, chain: Sequence[BaseException]) -> AzureError:
    """Return what it means for an administrator; `chain` is the error and all that caused it."""
    body = body_of(error)
    code = text_of(mapping(body.get("error")).get("code"))
    if code is not None:
        # Not Microsoft Entra ID: Azure Resource Manager answered 401.
        return unauthorized(error, code)
    numbers = _numbers(body, chain)
    claims = text_of(body.get("claims"))
    return _by_code(numbers, claims) or _by_words(error, chain, claims) or _as_it_came(error, body, numbers)


def _numbers(body: dict[str, Any], chain: Sequence[BaseException]) -> list[int]:
    given = cast("list[object]", body.get("error_codes") or [])
    numbers = [number for number in given if isinstance(number, int)]
    return numbers + [number for link in chain for number in codes_in(str(link))]


def _by_code(numbers: list[int], claims: str | None) -> AzureError | None:
    number = next((number for number in numbers if number in CODES), None)
    if number is None:
        return None
    known, code = CODES[number], f"AADSTS{number}"
    if known.again:
        return SignInNeeded(known.message, claims=claims, code=code)
    return SignInRefused(known.message, remedy=known.remedy, code=code)


def _by_words(
    error: ClientAuthenticationError, chain: Sequence[BaseException], claims: str | None
) -> AzureError | None:
    text = " ".join(str(link) for link in chain)
    if "Timed out waiting for user" in text:
        return SignInNeeded("Nobody entered the code in time.")
    if "authority configuration" in text:
        remedy = "Check the tenant and the cloud; a proxy or a sign-in page of the network may have answered instead."
        return Unreadable("The place to sign in could not be read.", remedy=remedy)
    if type(error).__name__ == "AuthenticationRequiredError":
        return SignInNeeded("The sign-in has ended; sign in again.", claims=claims)
    if type(error).__name__ == "CredentialUnavailableError":
        return SignInRefused(shortened(error.message), remedy="Sign in another way.")
    return None


def _as_it_came(error: ClientAuthenticationError, body: dict[str, Any], numbers: list[int]) -> AzureError:
    said = shortened(text_of(body.get("error_description")) or error.message)
    code = f"AADSTS{numbers[0]}" if numbers else None
    return SignInRefused(f"Microsoft Entra ID refused the sign-in: {said}", code=code)
