"""Which Azure is meant and who signs in to it: from the command line and the configuration."""

from pathlib import Path

from tui.azure.errors import Misconfigured
from tui.azure.identity import Identity, Method
from tui.azure.target import AzureTarget
from tui.cluster.clouds import CLOUDS, Cloud, custom_cloud, find_cloud
from tui.configuration.error import ConfigurationError
from tui.configuration.model import AzureConfiguration, read_password
from tui.secret import Secret

SECRETS_REMEDY = 'Give {"azure_secret": "..."} on standard input with --secrets-stdin.'


def azure_target(
    saved: AzureConfiguration | None,
    *,
    auth: str | None,
    tenant: str | None,
    secret: Secret | None,
    cloud: str | None = None,
    unsaid: str | None = None,
) -> AzureTarget | None:
    """Return the Azure of a cluster and who signs in; `None` where nobody is to.

    `cloud` is what the command line says of the cloud; `unsaid` is how to sign in where nothing says it.

    Raises:
        ConfigurationError: what is meant does not fit together; nothing has been sent anywhere.
    """
    known = saved or AzureConfiguration()
    how = auth or known.auth or unsaid
    if how is None:
        if secret is not None or tenant is not None:
            message = "A tenant or a secret for Azure was given, but not how to sign in."
            raise ConfigurationError(message, "Say it with --auth.")
        return None
    method = Method(how)
    if secret is None and known.secret_file is not None and method in {Method.SECRET, Method.CERTIFICATE}:
        secret = Secret(read_password(Path(known.secret_file)))
    if secret is None and method in {Method.SECRET, Method.TOKEN}:
        what = "secret of the application" if method is Method.SECRET else "access token"
        raise ConfigurationError(f"There is no {what} to sign in to Azure with.", SECRETS_REMEDY)
    identity = Identity(
        method=method,
        tenant=tenant or known.tenant,
        application=known.application,
        secret=secret,
        certificate=Path(known.certificate_file) if known.certificate_file else None,
    )
    try:
        identity.check()
    except Misconfigured as error:
        raise ConfigurationError(error.message, error.remedy) from error
    return AzureTarget(
        _cloud(known, cloud),
        identity,
        Path(known.ca_file) if known.ca_file else None,
        known.proxy,
        unasked=auth is None and known.auth is None,
    )


def _cloud(known: AzureConfiguration, wanted: str | None) -> Cloud:
    """Return the cloud of a configuration: one of Microsoft's by name, or one of one's own by its endpoints."""
    endpoints = {"authority": known.authority, "resource_manager": known.resource_manager, "graph": known.graph}
    given = {name: url for name, url in endpoints.items() if url is not None}
    if given and wanted is not None and wanted.casefold() != known.cloud.casefold():
        message = f"--cloud names {wanted}, and the azure table has the endpoints of {known.cloud}."
        raise ConfigurationError(message, "Leave out --cloud, or use another configuration.")
    if not given:
        found = find_cloud(wanted or known.cloud)
        if found is None:
            message = f"There is no cloud {wanted or known.cloud} that azsconfig knows the endpoints of."
            names = ", ".join(cloud.name for cloud in CLOUDS)
            raise ConfigurationError(message, f"Clouds: {names}; or give authority, resource_manager and graph.")
        return found
    missing = [name for name in endpoints if name not in given]
    if missing:
        message = f"A cloud of one's own needs {', '.join(missing)} in the azure table as well."
        raise ConfigurationError(message, "Give authority, resource_manager and graph, all three.")
    bad = next((name for name, url in given.items() if not url.lower().startswith("https://")), None)
    if bad is not None:
        message = f"The {bad} of the azure table is no https URL."
        raise ConfigurationError(message, "Tokens are sent over TLS alone.")
    return custom_cloud(known.cloud, **given, portal=known.portal)
