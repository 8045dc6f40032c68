"""What the errors of Azure's packages mean: each becomes one of ours, with its cause and remedy."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from azure.core.exceptions import AzureError as PackageError
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from tui.azure.answer_errors import answered, shortened
from tui.azure.errors import AzureError, Misconfigured, TimedOut, TlsNotTrusted, Unreachable, Unreadable
from tui.azure.sign_in_errors import sign_in_failed

_TLS_WORDS = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "SSLError", "SSLCertVerificationError")
_PROXY_WORDS = ("Cannot connect to proxy", "Unable to connect to proxy", "Tunnel connection failed", "ProxyError")
_NAME_WORDS = ("Name or service not known", "getaddrinfo failed", "NameResolutionError", "nodename nor servname")
_HOST = re.compile(r"host='([^']+)'")


def understood(error: Exception) -> AzureError:
    """Return what any exception of azure-identity, azure-core or a management client means for an administrator."""
    chain = tuple(_chain(error))
    own = next((link for link in chain if isinstance(link, AzureError)), None)
    if own is not None:
        return own
    for link in chain:
        if isinstance(link, (ServiceRequestError, ServiceResponseError)):
            return _not_reached(link)
    if isinstance(error, ClientAuthenticationError):
        return sign_in_failed(error, chain)
    meaning = next((meaning for kind, meaning in _MEANINGS if isinstance(error, kind)), None)
    return meaning(error) if meaning else Unreadable(f"The request to Azure failed: {shortened(repr(error))}")


_MEANINGS: tuple[tuple[type[Exception], Callable[[Any], AzureError]], ...] = (
    (HttpResponseError, answered),
    (json.JSONDecodeError, lambda _: Unreadable("What answered in place of Azure sent no JSON.")),
    (FileNotFoundError, lambda error: Misconfigured(f"There is no file {error.filename}.")),
    (OSError, lambda error: Misconfigured(f"Azure's client cannot be used so: {shortened(str(error))}")),
    (ValueError, lambda error: Misconfigured(f"Azure's client cannot be used so: {shortened(str(error))}")),
    (PackageError, lambda error: Unreadable(f"Azure's answer could not be used: {shortened(str(error))}")),
)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and everything that caused it, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__]


def _not_reached(error: ServiceRequestError | ServiceResponseError) -> AzureError:
    text = str(error)
    found = _HOST.search(text)
    host = found.group(1) if found else "Azure"
    asked = isinstance(error, ServiceResponseError)
    if isinstance(error, (ServiceRequestTimeoutError, ServiceResponseTimeoutError)) or "timed out" in text:
        return TimedOut(f"{host} did not answer in time.", may_have_run=asked)
    if any(word in text for word in _PROXY_WORDS):
        remedy = "Check the proxy's address and whether it wants a sign-in (407)."
        return Unreachable(f"The proxy did not let us through to {host}.", remedy=remedy)
    if any(word in text for word in _TLS_WORDS):
        return TlsNotTrusted(f"The certificate of {host} is not trusted.")
    if any(word in text for word in _NAME_WORDS):
        return Unreachable(f"The name {host} cannot be resolved.")
    if asked:
        return Unreachable(f"The connection to {host} broke before the answer came.", may_have_run=True)
    return Unreachable(f"{host} does not answer.")
