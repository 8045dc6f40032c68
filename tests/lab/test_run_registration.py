"""What a registration changes in the lab, on the nodes and in Azure, and what it is refused for."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.lab.patience import wait_until
from tests.lab.runs_lab import AUDIENCE, RunsLab
from tui.lab.azure.roles import CONTRIBUTOR, OWNER, READER, USER_ACCESS_ADMINISTRATOR
from tui.lab.cluster_state import SUBSCRIPTION_ID_2

pytestmark = pytest.mark.usefixtures("no_threads_left")

Labs = Callable[..., RunsLab]


def ids(claim: dict[str, Any]) -> set[int]:
    return {event["Id"] for event in claim["Events"]}


def step(lines: list[str], name: str) -> list[str]:
    events = [json.loads(line) for line in lines]
    return [event["status"] for event in events if event["type"] == "step" and event["step"] == name]


def test_names_groups_region_and_tags_are_as_given(runs_labs: Labs) -> None:
    lab = runs_labs()
    claim = lab.claim(
        "register",
        {
            "ResourceName": "Edge",
            "ResourceGroupName": "edge-rg",
            "ArcServerResourceGroupName": "edge-arc-rg",
            "Region": "West Europe",
            "Tag": {"cost": "4711"},
        },
    )
    assert claim["Claimed"] == "Success"
    azure = lab.cluster.azure
    assert azure.cluster is not None
    assert (azure.cluster.resource_name, azure.cluster.resource_group) == ("Edge", "edge-rg")
    assert (azure.cluster.region, azure.tags) == ("westeurope", {"cost": "4711"})
    assert set(azure.groups) == {"edge-rg", "edge-arc-rg"}
    assert {machine.resource_group for machine in azure.machines.values()} == {"edge-arc-rg"}
    registration = lab.fact("get-registration", "HCI-N3")
    assert (registration["AzureResourceName"], registration["Region"]) == ("Edge", "westeurope")
    assert registration["AzureResourceUri"] == claim["AzureResourceId"]
    assert lab.fact("get-connected-machine-agent")["Show"]["resourceGroup"] == "edge-arc-rg"


def test_every_step_and_the_cmdlets_own_bars_are_told(runs_labs: Labs) -> None:
    lab = runs_labs()
    _, lines = lab.follow(lab.start()["Id"])
    events = [json.loads(line) for line in lines]
    steps = [(event["step"], event["status"]) for event in events if event["type"] == "step"]
    assert steps == [
        ("identity", "started"),
        ("identity", "done"),
        ("install-modules", "skipped"),
        ("cmdlet", "started"),
        ("cmdlet", "done"),
        ("evidence", "started"),
        ("evidence", "done"),
    ]
    bars = [(event["id"], event.get("parent"), event["percent"]) for event in events if event["type"] == "progress"]
    assert [percent for bar, parent, percent in bars if (bar, parent) == (1, None)] == sorted(
        percent for bar, _, percent in bars if bar == 1
    )
    assert [percent for bar, parent, percent in bars if (bar, parent) == (2, 1)] == [1, 10, 30, 40, 50, 100]
    assert (events[0]["type"], events[-1]["type"]) == ("started", "ended")


def test_the_list_is_written_and_its_values_are_the_results(runs_labs: Labs) -> None:
    lab = runs_labs()
    state, lines = lab.follow(lab.start()["Id"])
    printed = [event["text"] for event in map(json.loads, lines) if event["type"] == "output"]
    told = dict(line.split(" : ", 1) for line in printed)
    assert {name.strip(): value for name, value in told.items()} == state["Result"]["Properties"]
    assert state["Result"]["LogFile"].startswith("C:\\ProgramData\\AzureStackHCI\\Registration\\RegisterHCI_")
    assert ids(state["Result"]) >= {9001, 9004}


REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "region": ("fresh", {"Region": "Mars"}, 9108, "not yet available in region mars"),
    "repair before register": ("fresh", {"Mode": "Repair"}, 9101, "Can't repair registration because"),
    "certificate": ("fresh", {"CertificateThumbprint": "AB"}, 9109, "Certificate with thumbprint AB"),
    "another subscription": ("healthy", {"SubscriptionId": SUBSCRIPTION_ID_2}, 9128, "already registered"),
    "another group": ("healthy", {"ResourceGroupName": "other-rg"}, 9125, "already registered"),
    "another name": ("healthy", {"ResourceName": "other"}, 9127, "already registered"),
    "another arc group": ("healthy", {"ArcServerResourceGroupName": "other-rg"}, 9129, "already registered"),
    "another region": ("healthy", {"Mode": "Repair", "Region": "westeurope"}, 9104, "in region eastus"),
    "deleted in the portal": ("resource-deleted", {}, 9106, "doesn't exist"),
    "repair of what was deleted": ("resource-deleted", {"Mode": "Repair"}, 9106, "doesn't exist"),
    "half unregistered": ("half-unregistered", {"Mode": "EnableArc"}, 9113, "Unregister of Azure Arc integration"),
    "foreign machine": ("drift", {"Mode": "EnableArc"}, 9105, "Arc machine(s) with names: HCI-N1"),
    "no way out": ("offline", {"Mode": "Repair"}, 9114, "No such host is known"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_cmdlet_refuses_is_told_by_the_host_alone_with_its_code(runs_labs: Labs, case: str) -> None:
    scenario, parameters, code, words = REFUSED[case]
    lab = runs_labs(scenario)
    before = lab.cluster.azure.cluster, set(lab.cluster.azure.machines), lab.statuses()
    state, lines = lab.follow(lab.start("register", parameters)["Id"])
    claim = state["Result"]
    assert code in ids(claim)
    assert 9004 not in ids(claim)
    assert words in claim["HostErrors"][0]
    assert claim["Claimed"] == (None if code == 9114 else "Failed")
    assert claim["LogErrors"]
    assert (state["Reason"], state["Exit"], step(lines, "cmdlet")) == ("failed", 1, ["started", "failed"])
    assert (lab.cluster.azure.cluster, set(lab.cluster.azure.machines), lab.statuses()) == before


def test_a_module_of_1x_prints_how_it_means_to_find_the_result(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.cluster.node("HCI-N1").modules["Az.StackHCI"] = "1.4.1"
    state, lines = lab.follow(lab.start("register", {"Region": "mars"})["Id"])
    assert state["Result"]["Claimed"] == "Failed"
    assert any("Result  : [OperationStatus]::Failed" in line for line in lines)


def test_a_name_that_is_taken_in_another_region_is_refused(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    for node in lab.cluster.nodes():
        node.registration = node.agent = None
    assert 9104 in ids(lab.claim("register", {"Region": "westeurope"}))
    assert lab.statuses() == ["OutOfPolicy"] * 4


def test_a_module_of_1x_calls_every_other_registration_another_id(runs_labs: Labs) -> None:
    lab = runs_labs("healthy")
    lab.cluster.node("HCI-N1").modules["Az.StackHCI"] = "1.4.1"
    assert 9107 in ids(lab.claim("register", {"ResourceName": "other"}))


def test_without_the_right_to_assign_roles_only_arc_fails(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.grant(CONTRIBUTOR)
    claim = lab.claim()
    assert (claim["Claimed"], claim["ErrorDetail"]) == ("RegisterSucceededButArcFailed", "ArcPermissionsMissing")
    assert "successfully registered" in claim["Details"]
    assert ids(claim) >= {9004, 9006}
    assert lab.statuses() == ["Registered"] * 4
    assert set(lab.arc_statuses().values()) == {"Disabled"}
    assert lab.cluster.azure.machines == {}


@pytest.mark.parametrize("role", [READER, USER_ACCESS_ADMINISTRATOR])
def test_without_the_right_to_make_a_cluster_nothing_is_made(runs_labs: Labs, role: Any) -> None:
    lab = runs_labs()
    lab.cluster.azure.groups["hci-cl01-rg"] = ("HCI-CL01-rg", "eastus")
    lab.grant(role)
    claim = lab.claim()
    assert (claim["Claimed"], ids(claim) >= {9130}) == ("Failed", True)
    assert lab.cluster.azure.cluster is None
    assert lab.statuses() == ["NotYet"] * 4


def test_an_account_of_another_subscription_gets_nowhere(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.grant(OWNER, f"/subscriptions/{SUBSCRIPTION_ID_2}")
    claim = lab.claim()
    assert claim["Claimed"] is None
    assert "AuthorizationFailed" in claim["HostErrors"][0]


def test_a_token_that_expires_in_the_middle_is_swallowed(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.faults["HCI-N1"]["hold-at"] = "credential"
    run_id = lab.start()["Id"]
    wait_until(lambda: "application credential" in "".join(lab.call("read-run", {"Id": run_id})["Lines"]))
    lab.tokens.revoke()
    lab.faults["HCI-N1"].clear()
    state, _ = lab.follow(run_id)
    claim = state["Result"]
    assert (claim["Claimed"], claim["Properties"]) == (None, {})
    assert "ExpiredAuthenticationToken" in claim["HostErrors"][0]
    assert 9114 in ids(claim)
    assert lab.cluster.azure.cluster is not None, "what was made before stays"
    assert lab.statuses() == ["NotYet"] * 4


def test_a_token_of_another_audience_is_not_accepted(runs_labs: Labs) -> None:
    lab = runs_labs()
    claim = lab.claim(secrets={"ArmAccessToken": lab.token().replace(".", "x", 1)})
    assert "InvalidAuthenticationToken" in claim["HostErrors"][0]
    assert AUDIENCE not in json.dumps(claim)


def test_a_node_that_is_down_leaves_arc_for_later(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.cluster.stop("HCI-N4")
    claim = lab.claim("register", {"Peers": ["HCI-N2", "HCI-N3"]})
    assert (claim["Claimed"], claim["ErrorDetail"]) == ("RegisterSucceededButArcFailed", "ArcIntegrationFailedOnNodes")
    assert lab.statuses() == ["Registered"] * 3 + ["NotYet"]
    assert [status for _, status in sorted(lab.arc_statuses().items())] == ["Enabled"] * 3 + ["Disabled"]


def test_a_node_that_stops_in_the_middle_leaves_arc_for_later_too(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.faults["HCI-N1"]["hold-at"] = "arc-nodes"
    run_id = lab.start()["Id"]
    wait_until(lambda: "every clustered node." in "".join(lab.call("read-run", {"Id": run_id})["Lines"]))
    lab.cluster.stop("HCI-N2")
    lab.faults["HCI-N1"].clear()
    assert lab.follow(run_id)[0]["Result"]["ErrorDetail"] == "ArcIntegrationFailedOnNodes"
    lab.cluster.start("HCI-N2")
    assert lab.claim("enable-arc", {"Mode": "EnableArc"})["Claimed"] == "Success"


def test_a_node_that_is_arc_enabled_elsewhere_stops_it_before_anything_is_made(runs_labs: Labs) -> None:
    lab = runs_labs("arc-elsewhere")
    claim = lab.claim()
    assert claim["Claimed"] == "Failed"
    assert "already Arc enabled with a different ARM Resource Id" in claim["HostErrors"][0]
    assert "HCI-N3" in claim["HostErrors"][0]
    assert lab.cluster.azure.cluster is None
    assert lab.call("disconnect-agent", node="HCI-N3")["Disconnected"] is True
    assert lab.claim()["Claimed"] == "Success"


def test_repair_makes_the_nodes_trusted_again_and_keeps_the_names(runs_labs: Labs) -> None:
    lab = runs_labs("repair-required")
    registered = lab.fact("get-registration")["RegistrationDate"]
    assert lab.fact("get-registration")["ConnectionStatus"] == "RepairRegistrationRequired"
    claim = lab.claim("repair", {"Mode": "Repair", "ResourceName": "ignored", "ResourceGroupName": "ignored"})
    assert claim["Claimed"] == "Success"
    after = lab.fact("get-registration")
    assert (after["ConnectionStatus"], after["RegistrationDate"]) == ("Connected", registered)
    assert after["AzureResourceName"] == "HCI-CL01"


def test_a_node_that_does_not_reach_azure_cannot_be_repaired(runs_labs: Labs) -> None:
    lab = runs_labs("repair-required")
    lab.faults["HCI-N3"]["endpoints-blocked"] = ["dp.stackhci.azure.com"]
    claim = lab.claim("repair", {"Mode": "Repair"})
    assert 9110 in ids(claim)
    assert "registration certificate on node(s) {HCI-N3}" in claim["HostErrors"][0]
    assert lab.fact("get-registration")["ConnectionStatus"] == "RepairRegistrationRequired"


def test_enabling_arc_again_leaves_the_registration_alone(runs_labs: Labs) -> None:
    lab = runs_labs("arc-missing")
    before = lab.fact("get-registration")
    assert lab.claim("enable-arc", {"Mode": "EnableArc"})["Claimed"] == "Success"
    assert lab.fact("get-registration") == before
    assert set(lab.arc_statuses().values()) == {"Enabled"}
    assert len(lab.cluster.azure.machines) == 4


def test_an_agent_whose_identity_expired_needs_to_be_disconnected_first(runs_labs: Labs) -> None:
    lab = runs_labs("arc-expired")
    stale = lab.cluster.azure.machines["hci-n3"].vm_id
    assert lab.claim("enable-arc", {"Mode": "EnableArc"})["ErrorDetail"] == "ArcIntegrationFailedOnNodes"
    lab.call("disconnect-agent", node="HCI-N3")
    show = lab.fact("get-connected-machine-agent", "HCI-N3")["Show"]
    assert (show["resourceName"], show["status"]) == ("", "Disconnected")
    assert lab.cluster.azure.machines["hci-n3"].vm_id == stale, "the resource in Azure stays"
    assert lab.claim("enable-arc", {"Mode": "EnableArc"})["Claimed"] == "Success"
    assert lab.cluster.azure.machines["hci-n3"].vm_id != stale


@pytest.mark.parametrize("host", ["gbl.his.arc.azure.com", "*.guestconfiguration.azure.com", "download.microsoft.com"])
def test_arc_needs_its_own_endpoints_on_every_node(runs_labs: Labs, host: str) -> None:
    lab = runs_labs()
    lab.faults["HCI-N2"]["endpoints-blocked"] = [host]
    assert lab.claim()["ErrorDetail"] == "ArcIntegrationFailedOnNodes"
    assert lab.arc_statuses()["hci-n2"] == "Disabled"


def test_an_application_with_its_roles_enables_arc_for_somebody_who_may_not_assign_any(runs_labs: Labs) -> None:
    lab = runs_labs()
    app_id, secret = lab.application(CONTRIBUTOR)
    lab.grant(CONTRIBUTOR)
    lab.cluster.node("HCI-N1").modules["Az.StackHCI"] = "1.4.1"
    secrets = {"ArmAccessToken": lab.token(), "ArcSpnSecret": secret}
    assert lab.claim("register", {"ArcSpnApplicationId": app_id}, secrets=secrets)["Claimed"] == "Success"


@pytest.mark.parametrize(
    ("version", "role", "right", "problem"),
    [
        ("2.6.0", CONTRIBUTOR, True, "ArcFailed"),
        ("1.4.1", None, True, "ArcPermissionsMissing"),
        ("1.4.1", CONTRIBUTOR, False, "ArcIntegrationFailedOnNodes"),
    ],
)
def test_an_application_that_will_not_do_makes_arc_fail(
    runs_labs: Labs, version: str, role: Any, right: bool, problem: str
) -> None:
    lab = runs_labs()
    app_id, secret = lab.application(role)
    lab.grant(CONTRIBUTOR)
    lab.cluster.node("HCI-N1").modules["Az.StackHCI"] = version
    secrets = {"ArmAccessToken": lab.token(), "ArcSpnSecret": secret if right else "a guess"}
    claim = lab.claim("register", {"ArcSpnApplicationId": app_id}, secrets=secrets)
    assert (claim["Claimed"], claim["ErrorDetail"]) == ("RegisterSucceededButArcFailed", problem)


def test_a_provider_is_registered_if_the_account_may(runs_labs: Labs) -> None:
    lab = runs_labs()
    lab.cluster.azure.providers["microsoft.hybridcompute"] = "NotRegistered"
    lab.cluster.azure.providers["microsoft.azurestackhci"] = "NotRegistered"
    lab.grant(READER)
    assert "register/action" in lab.claim()["HostErrors"][0]
    lab.grant(OWNER)
    assert lab.claim()["Claimed"] == "Success"
    assert set(lab.cluster.azure.providers.values()) == {"Registered"}


def test_modules_are_installed_before_from_the_gallery_or_a_folder(runs_labs: Labs) -> None:
    for source in ("gallery", r"D:\modules"):
        lab = runs_labs("modules-missing")
        wanted = [{"Name": "Az.StackHCI", "Version": "2.3.0"}, {"Name": "Az.Resources", "Version": None}]
        _, lines = lab.follow(lab.start("register", {"InstallModules": wanted, "ModuleSource": source})["Id"])
        assert step(lines, "install-modules") == ["started", "done"]
        modules = {module["Name"]: module["Version"] for module in lab.fact("get-modules")}
        assert modules["Az.StackHCI"] == "2.3.0"
        assert modules["Az.Resources"] is not None
        assert lab.statuses() == ["Registered"] * 4


def test_the_version_that_the_plan_names_is_used_although_a_newer_one_is_there(runs_labs: Labs) -> None:
    lab = runs_labs()
    wanted = [{"Name": "Az.StackHCI", "Version": "1.4.1"}]
    assert lab.claim("register", {"InstallModules": wanted})["ModuleVersion"] == "1.4.1"
    found = lab.call("get-run-readiness")["Modules"][0]
    assert found == {"Name": "Az.StackHCI", "Versions": ["2.6.0", "1.4.1"]}


@pytest.mark.parametrize(
    ("source", "blocked"), [("gallery", ["www.powershellgallery.com"]), ("modules", []), ("gallery", True)]
)
def test_modules_that_cannot_be_got_end_the_run_before_the_cmdlet(
    runs_labs: Labs, source: str, blocked: object
) -> None:
    lab = runs_labs("modules-missing")
    lab.faults["HCI-N1"]["endpoints-blocked"] = blocked
    parameters = {"InstallModules": [{"Name": "Az.StackHCI"}], "ModuleSource": source}
    state, lines = lab.follow(lab.start("register", parameters)["Id"])
    assert (state["Reason"], state["Result"], step(lines, "cmdlet")) == ("failed", None, [])


def test_without_az_stackhci_the_job_is_refused_and_without_its_companions_the_cmdlet_fails(runs_labs: Labs) -> None:
    lab = runs_labs("modules-missing")
    state = lab.run()
    assert (state["Reason"], state["Result"]) == ("refused", None)
    lab.cluster.node("HCI-N1").install_module("Az.StackHCI", "2.6.0")
    claim = lab.claim()
    assert claim["Claimed"] is None
    assert "Can't find PowerShell module(s): Az.Resources 6.2.0" in claim["HostErrors"][0]


@pytest.mark.parametrize(
    ("parameters", "secrets", "words"),
    [
        ({"Mode": "Rename"}, {}, "Mode is 'Rename'"),
        ({"AccountId": None}, {}, "needs -AccountId"),
        ({"SubscriptionId": ""}, {}, "needs -SubscriptionId"),
        ({"Region": None}, {}, "needs -Region"),
        ({"EnableAzureArcServer": True}, {}, "has no -EnableAzureArcServer"),
        ({"ArcSpnApplicationId": "an id"}, {}, "the secret ArcSpnSecret"),
        ({"CredentialUser": "somebody"}, {}, "the secret CredentialPassword"),
        ({}, {"ArmAccessToken": ""}, "needs -ArmAccessToken"),
    ],
)
def test_a_job_that_lacks_something_is_refused(
    runs_labs: Labs, parameters: dict[str, Any], secrets: dict[str, str], words: str
) -> None:
    lab = runs_labs()
    started = lab.start("register", parameters, secrets={"ArmAccessToken": lab.token(), **secrets})
    state, lines = lab.follow(started["Id"])
    assert (state["Reason"], state["Result"]) == ("refused", None)
    assert words in "".join(lines)
    assert lab.statuses() == ["NotYet"] * 4


def test_a_certificate_of_ones_own_has_to_be_on_every_node_and_good_for_60_days(runs_labs: Labs) -> None:
    lab = runs_labs()
    for days, claimed in ((59, "Failed"), (61, "Success")):
        for node in lab.cluster.nodes():
            node.certificates["AB"] = lab.clock.now() + timedelta(days=days)
        assert lab.claim("register", {"CertificateThumbprint": "AB"})["Claimed"] == claimed
