"""What somebody gave to register with, checked before anything is asked of Azure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from tui.cluster.azure_names import group_fault, is_guid, is_tenant, parse_tag, resource_fault, thumbprint
from tui.cluster.azure_resources import region_key
from tui.runs.plan import Check, CheckLevel
from tui.secret import Secret


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to register with; what is wrong is left out and a check."""

    subscription: str | None = None
    """Id of the subscription; `None` where none was given."""
    region: str | None = None
    """Region in lower case without blanks."""
    resource_name: str | None = None
    """Name of the resource; `None` for the cluster's."""
    resource_group: str | None = None
    """Its group; `None` for the resource's name with `-rg`."""
    arc_resource_group: str | None = None
    """Group of the Arc machines; `None` for the same."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Tags of the resource."""
    tenant: str | None = None
    """Tenant, by id or domain."""
    cloud: str | None = None
    """Cloud, as PowerShell spells it."""
    certificate_thumbprint: str | None = None
    """Certificate to register with."""
    arc_spn_id: str | None = None
    """Service principal that Arc-enables the nodes."""
    arc_spn_secret: Secret | None = None
    """Its secret."""
    logs_directory: str | None = None
    """Folder for the cmdlet's logs."""
    install_modules: str | None = None
    """`gallery` or a folder."""
    password: Secret | None = None
    """Password of the user the run is."""
    run_node: str | None = None
    """Node the run is started on."""
    checks: tuple[Check, ...] = ()
    """What is wrong."""


def read_inputs(given: Mapping[str, Any]) -> Inputs:
    """Return what was given, by the names of the options with underscores, and everything that is wrong with it."""
    wrong = tuple(_faults(given))
    bad = {check.id.removeprefix("input-") for check in wrong}
    kept = {name: value for name, value in given.items() if name.replace("_", "-") not in bad and value is not None}
    region = _text(kept, "region")
    return Inputs(
        subscription=_text(kept, "subscription"),
        region=region_key(region) if region else None,
        resource_name=_text(kept, "resource_name"),
        resource_group=_text(kept, "resource_group"),
        arc_resource_group=_text(kept, "arc_resource_group"),
        tags=dict(parse_tag(tag) for tag in _texts(kept.get("tag"))),
        tenant=_text(kept, "tenant"),
        cloud=_text(kept, "cloud"),
        certificate_thumbprint=thumbprint(_text(kept, "certificate_thumbprint") or ""),
        arc_spn_id=_text(kept, "arc_spn_id"),
        arc_spn_secret=_secret(kept, "arc_spn_secret"),
        logs_directory=_text(kept, "logs_directory"),
        install_modules=_text(kept, "install_modules"),
        password=_secret(kept, "password"),
        run_node=_text(kept, "run_node"),
        checks=wrong,
    )


def _faults(given: Mapping[str, Any]) -> Iterator[Check]:
    for name, what in (("subscription", "a subscription"), ("arc_spn_id", "an application")):
        value = _text(given, name)
        if value and not is_guid(value):
            yield _wrong(
                name, value, f"it is no id of {what}", "Copy it from the portal: 8-4-4-4-12 hexadecimal digits."
            )
    tenant = _text(given, "tenant")
    if tenant and not is_tenant(tenant):
        yield _wrong("tenant", tenant, "it is no tenant", "Give the tenant's id or one of its domain names.")
    for name, fault in (
        ("resource_name", resource_fault),
        ("resource_group", group_fault),
        ("arc_resource_group", group_fault),
    ):
        value = _text(given, name)
        why = fault(value) if value else None
        if value and why:
            yield _wrong(name, value, why, "Choose another name.")
    mark = _text(given, "certificate_thumbprint")
    if mark and thumbprint(mark) is None:
        yield _wrong("certificate_thumbprint", mark, "it is no thumbprint", "It has 40 hexadecimal digits.")
    for tag in _texts(given.get("tag")):
        try:
            parse_tag(tag)
        except ValueError as error:
            yield _wrong("tag", tag, str(error), "Write NAME=VALUE.")
    if given.get("arc_spn_id") and not given.get("arc_spn_secret"):
        yield Check(
            "input-arc-spn-secret",
            CheckLevel.BLOCKER,
            "A service principal for Arc was named, and its secret was not given.",
            'Give {"arc_spn_secret": "..."} with --secrets-stdin.',
        )


def _wrong(name: str, value: str, why: str, remedy: str) -> Check:
    option = name.replace("_", "-")
    return Check(f"input-{option}", CheckLevel.BLOCKER, f"--{option} {value[:80]}: {why}.", remedy)


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return [str(item) for item in cast("Sequence[object]", value)] if isinstance(value, list | tuple) else ()


def _secret(given: Mapping[str, Any], name: str) -> Secret | None:
    value = given.get(name)
    return value if isinstance(value, Secret) else None
