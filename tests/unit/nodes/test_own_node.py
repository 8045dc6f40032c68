"""What azsconfig reads of its own machine without PowerShell."""

import sys
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import psutil
import pytest

from tui.cluster.system import Service, ServiceStatus
from tui.nodes import own_node
from tui.nodes.own_node import SERVICES, is_cluster_node, own_name, read_own_node


def test_this_machine_has_a_name_a_boot_time_and_reachable_addresses() -> None:
    node = read_own_node()
    assert node.name == own_name() == own_name().upper()
    assert node.boot_time.tzinfo is UTC
    assert node.boot_time < datetime.now(UTC)
    for entry in node.addresses:
        assert not ip_address(entry.address).is_loopback
        assert not ip_address(entry.address).is_link_local


@pytest.mark.skipif(sys.platform == "win32", reason="there are services")
def test_without_windows_services_there_are_none_and_this_is_no_node() -> None:
    assert read_own_node().services == ()
    assert not is_cluster_node()


class FakeService:
    """A service as psutil shows it."""

    def status(self) -> str:
        return "continue_pending"

    def start_type(self) -> str:
        return "automatic"

    def display_name(self) -> str:
        return "HCI"


def test_services_are_read_by_name_and_an_absent_one_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Any:
        if name == "hcisvc":
            return FakeService()
        raise psutil.NoSuchProcess(0, name)

    monkeypatch.setattr(own_node, "_service_reader", lambda: find)
    services = read_own_node().services
    assert tuple(service.name for service in services) == SERVICES
    assert services[0] == Service("hcisvc", True, "HCI", ServiceStatus("continue_pending"), "Automatic")
    assert not any(service.present for service in services[1:])
    assert is_cluster_node()
