"""Arbitrary facts: anything a node might say, known or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.unit.cluster.cluster_builders import NOW, dead
from tui.cluster.arc import AgentStatus, ArcExtension, ArcIntegration, ArcStatus, ConnectedMachineAgent
from tui.cluster.events import AdminEvent, EventLevel
from tui.cluster.facts import ClusterFacts, NodeFacts, Problem, ProblemKind, Reading
from tui.cluster.firmware import Firmware, VbsStatus
from tui.cluster.membership import Member, Membership, NodeState
from tui.cluster.open_enum import OpenEnum
from tui.cluster.registration import ClusterStatus, ConnectionStatus, Registration, RegistrationStatus
from tui.cluster.system import PowerShellModule, Service, ServiceStatus, System

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A loaded machine is no failure."""

_TEXT = st.text(max_size=12)
_MAYBE_TEXT = st.none() | _TEXT
_MAYBE_BOOL = st.none() | st.booleans()
_TIME = st.datetimes(datetime(1700, 1, 1), timezones=st.just(UTC)) | st.sampled_from(  # noqa: DTZ001
    [NOW - timedelta(days=days, minutes=5) for days in (0, 1, 8, 25, 29, 31, 46, 91)]
)
_MAYBE_TIME = st.none() | _TIME
_NAMES = ("HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4", "HCI-N5")
_NAME = st.sampled_from(_NAMES) | st.sampled_from(_NAMES).map(str.lower) | _TEXT


def _enum(kind: type[OpenEnum]) -> st.SearchStrategy[Any]:
    """Values of an enumeration, and now and then one it does not know."""
    return st.none() | st.sampled_from(list(kind)) | st.text(min_size=1, max_size=6).map(kind)


def _listed(kind: type[OpenEnum]) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(kind)) | st.just(kind("Never heard of"))


_OTHER = st.dictionaries(_TEXT, _TEXT, max_size=3).map(lambda pairs: tuple(pairs.items()))
registrations = st.builds(
    Registration,
    available=st.booleans() | st.just(True),
    cluster_status=_enum(ClusterStatus),
    registration_status=_enum(RegistrationStatus),
    registration_date=_MAYBE_TIME,
    azure_resource_name=_MAYBE_TEXT,
    azure_resource_uri=_MAYBE_TEXT,
    connection_status=_enum(ConnectionStatus),
    last_connected=_MAYBE_TIME,
    next_sync=_MAYBE_TIME,
    region=_MAYBE_TEXT,
    other=_OTHER,
)
arc_integrations = st.builds(
    ArcIntegration,
    available=st.booleans(),
    cluster_arc_status=_enum(ArcStatus),
    nodes_arc_status=st.dictionaries(_NAME, _listed(ArcStatus), max_size=4).map(
        lambda pairs: tuple(sorted(pairs.items()))
    ),
)
agents = st.builds(
    ConnectedMachineAgent,
    installed=st.booleans() | st.just(True),
    version=_MAYBE_TEXT | st.sampled_from(["1.40.02664.1629", "1.61.03319.2737"]),
    status=_enum(AgentStatus),
    resource_name=_MAYBE_TEXT,
    last_heartbeat=_MAYBE_TIME,
    error_code=_MAYBE_TEXT,
    error_time=_MAYBE_TIME,
    extensions=st.lists(st.builds(ArcExtension, name=_TEXT, version=_MAYBE_TEXT), max_size=2).map(tuple),
    other=_OTHER,
)
systems = st.builds(
    System,
    computer_name=_NAME,
    product_name=st.none() | st.sampled_from(["Azure Stack HCI", "Windows Server 2022 Datacenter"]),
    build=st.none() | st.sampled_from([17784, 20348, 20349, 25398]) | st.integers(0, 99999),
    revision=st.none() | st.integers(0, 9999),
    install_date=_MAYBE_TIME,
    boot_time=_MAYBE_TIME,
    utc_now=_MAYBE_TIME,
    elevated=_MAYBE_BOOL,
)
memberships = st.builds(
    Membership,
    clustered=st.booleans(),
    name=_MAYBE_TEXT,
    functional_level=st.none() | st.integers(0, 20),
    nodes=st.lists(st.builds(Member, name=_NAME, state=_listed(NodeState)), max_size=5).map(tuple),
)
firmwares = st.builds(
    Firmware,
    bios_version=st.none() | st.sampled_from(["1", "2", "3"]),
    secure_boot=_MAYBE_BOOL,
    tpm_ready=_MAYBE_BOOL,
    vbs=_enum(VbsStatus),
)
modules = st.builds(
    PowerShellModule, name=st.sampled_from(["Az.Accounts", "Az.StackHCI"]), version=_MAYBE_TEXT | st.just("2.0.0")
)
services = st.builds(
    Service,
    name=st.sampled_from(["hcisvc", "himds", "arcproxy", "other"]),
    present=st.booleans(),
    status=_enum(ServiceStatus),
    start_type=_MAYBE_TEXT | st.just("Automatic"),
)
events = st.builds(
    AdminEvent,
    event_id=st.sampled_from([585, 591, 592, 594, 700]),
    level=_listed(EventLevel),
    time=_TIME,
    message=st.text(max_size=80),
)
problems = st.builds(Problem, kind=st.sampled_from(list(ProblemKind)), node=st.just("N"), message=_TEXT, remedy=_TEXT)


def _fact(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return problems | st.builds(Reading, value=values, read_at=st.just(NOW) | _TIME)


def _several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3).map(tuple)


nodes: st.SearchStrategy[NodeFacts] = st.builds(
    NodeFacts,
    name=_TEXT,
    registration=_fact(registrations),
    arc_integration=_fact(arc_integrations),
    agent=_fact(agents),
    system=_fact(systems),
    membership=_fact(memberships),
    firmware=_fact(firmwares),
    modules=_fact(_several(modules)),
    services=_fact(_several(services)),
    events=_fact(_several(events)),
)


def _named(listed: list[NodeFacts]) -> ClusterFacts:
    return ClusterFacts(
        tuple(replace(node, name=name) for name, node in zip(_NAMES, listed, strict=False)),
        NOW,
    )


clusters: st.SearchStrategy[ClusterFacts] = st.lists(nodes | st.just(dead("N")), max_size=4).map(_named)
"""Up to four nodes named HCI-N1 to HCI-N4; HCI-N5 is never among them."""
