"""What every node has to reach, by cloud."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cluster.clouds import CLOUDS, Cloud, custom_cloud, find_cloud
from tui.cluster.endpoints import GALLERY, Endpoint, registration_endpoints

PUBLIC, CHINA, GOVERNMENT = CLOUDS
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
OWN = custom_cloud(
    "Azure.local",
    authority="https://login.hub.contoso.test:8443/adfs",
    resource_manager="https://management.hub.contoso.test/",
    graph="https://graph.hub.contoso.test",
)
REGIONS = st.none() | st.sampled_from(["eastus", "East US", "usgovvirginia", "china east 2"])


def asked(cloud: Cloud, *, region: str | None = None, arc: bool = False, gallery: bool = False) -> tuple[Endpoint, ...]:
    return registration_endpoints(cloud, region=region, arc=arc, gallery=gallery)


def hosts(endpoints: Sequence[Endpoint], *, required: bool = True) -> set[str]:
    return {one.host for one in endpoints if one.required is required}


@pytest.mark.parametrize(
    ("name", "registering", "arc"),
    [
        (
            "AzureCloud",
            {"login.microsoftonline.com", "management.azure.com", "dp.stackhci.azure.com"},
            {
                "gbl.his.arc.azure.com",
                "agentserviceapi.guestconfiguration.azure.com",
                "pas.windows.net",
                "download.microsoft.com",
            },
        ),
        (
            "AzureChinaCloud",
            {"login.chinacloudapi.cn", "management.chinacloudapi.cn", "dp.stackhci.azure.cn"},
            set[str](),
        ),
        (
            "AzureUSGovernment",
            {"login.microsoftonline.us", "management.usgovcloudapi.net", "dp.azurestackhci.azure.us"},
            {
                "gbl.his.arc.azure.us",
                "agentserviceapi.guestconfiguration.azure.us",
                "pasff.usgovcloudapi.net",
                "download.microsoft.com",
            },
        ),
    ],
)
def test_a_registration_fails_without_what_microsoft_lists_and_without_nothing_else(
    name: str, registering: set[str], arc: set[str]
) -> None:
    cloud = find_cloud(name)
    assert cloud is not None
    assert hosts(asked(cloud)) == registering
    assert hosts(asked(cloud, arc=True)) == registering | arc


@pytest.mark.parametrize(
    ("cloud", "arc", "optional"),
    [
        (PUBLIC, False, set[str]()),
        (PUBLIC, True, {"guestnotificationservice.azure.com"}),
        (CHINA, True, {"login.partner.microsoftonline.cn"}),
        (GOVERNMENT, True, set[str]()),
    ],
)
def test_what_a_registration_does_without_is_asked_all_the_same(cloud: Cloud, arc: bool, optional: set[str]) -> None:
    assert hosts(asked(cloud, arc=arc), required=False) == optional


@pytest.mark.parametrize(
    ("cloud", "region", "host"),
    [
        (PUBLIC, "eastus", "eastus-gas.guestconfiguration.azure.com"),
        (PUBLIC, "West US 3", "westus3-gas.guestconfiguration.azure.com"),
        (GOVERNMENT, "US Gov Virginia", "usgovvirginia-gas.guestconfiguration.azure.us"),
    ],
)
def test_policies_come_from_the_regions_own_host(cloud: Cloud, region: str, host: str) -> None:
    assert host in hosts(asked(cloud, region=region, arc=True))
    assert host not in hosts(asked(cloud, region=region, arc=False))


@pytest.mark.parametrize("region", [None, ""])
def test_a_region_that_is_not_known_is_no_host(region: str | None) -> None:
    assert not [one.host for one in asked(PUBLIC, region=region, arc=True) if "-gas." in one.host]


@given(st.sampled_from(CLOUDS), REGIONS, st.booleans(), st.booleans())
def test_every_host_is_one_name_asked_once_and_says_what_for(
    cloud: Cloud, region: str | None, arc: bool, gallery: bool
) -> None:
    endpoints = asked(cloud, region=region, arc=arc, gallery=gallery)
    names = [one.host for one in endpoints]
    assert len(set(names)) == len(names)
    assert all(HOST.fullmatch(name) for name in names)
    assert all(re.match(r"(to|for) ", one.purpose) for one in endpoints)
    assert cloud.hosts - {"graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"} <= set(names)


@given(st.sampled_from([*CLOUDS, OWN]), REGIONS, st.booleans())
def test_the_gallery_is_one_more_host_and_the_last(cloud: Cloud, region: str | None, arc: bool) -> None:
    without = asked(cloud, region=region, arc=arc, gallery=False)
    assert GALLERY not in hosts(without)
    assert asked(cloud, region=region, arc=arc, gallery=True) == (
        *without,
        Endpoint(GALLERY, "to install PowerShell modules"),
    )


def test_a_cloud_of_ones_own_is_asked_at_its_own_hosts_alone() -> None:
    assert [(one.host, one.purpose) for one in asked(OWN, region="eastus", arc=True)] == [
        ("login.hub.contoso.test:8443", "to sign in"),
        ("management.hub.contoso.test", "to manage Azure's resources"),
    ]


def test_a_cloud_of_ones_own_keeps_its_hosts_although_it_has_microsofts_name() -> None:
    own = replace(OWN, name="AzureCloud", data_plane="https://dp.hub.contoso.test")
    assert hosts(asked(own, region="eastus", arc=True)) == {
        "login.hub.contoso.test:8443",
        "management.hub.contoso.test",
        "dp.hub.contoso.test",
    }


def test_a_host_that_does_everything_is_asked_once() -> None:
    url = "https://127.0.0.1:4433/"
    own = custom_cloud("Azure.local", authority=url + "tenant", resource_manager=url, graph=url)
    assert [one.host for one in asked(own)] == ["127.0.0.1:4433"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://arm.contoso.test:443", "arm.contoso.test"),
        ("https://ARM.Contoso.test", "arm.contoso.test"),
        ("https://arm.contoso.test:8443/path", "arm.contoso.test:8443"),
        ("https://[fd00::1]:8443", "[fd00::1]:8443"),
        ("https://[fd00::1]", "[fd00::1]"),
    ],
)
def test_a_port_is_named_where_it_is_not_that_of_https(url: str, host: str) -> None:
    own = custom_cloud("Azure.local", authority=url, resource_manager=url, graph=url)
    assert [one.host for one in asked(own)] == [host]
