"""Which Azure is meant and who signs in: the command line before the configuration, and nothing by guess."""

from pathlib import Path

import pytest

from tui.azure.identity import Method
from tui.azure_choice import azure_target
from tui.cluster.clouds import CLOUDS, Cloud
from tui.configuration.error import ConfigurationError
from tui.configuration.model import AzureConfiguration
from tui.secret import Secret

APP = "6d2a9c0e-1f3b-4b58-9a55-0d7a7f3f2c11"
OWN = {"authority": "https://login.test", "resource_manager": "https://arm.test/", "graph": "https://graph.test"}


def test_nobody_signs_in_unless_somebody_said_how() -> None:
    assert azure_target(None, auth=None, tenant=None, secret=None) is None
    assert azure_target(AzureConfiguration(tenant="contoso.test"), auth=None, tenant=None, secret=None) is None
    for tenant, secret in (("contoso.test", None), (None, Secret("x"))):
        with pytest.raises(ConfigurationError, match="how to sign in"):
            azure_target(None, auth=None, tenant=tenant, secret=secret)


def test_the_command_line_holds_before_the_configuration() -> None:
    saved = AzureConfiguration(auth="device", tenant="saved.test", cloud="AzureUSGovernment", application=APP)
    target = azure_target(saved, auth="secret", tenant="given.test", secret=Secret("x"))
    assert target is not None
    assert (target.identity.method, target.identity.tenant) == (Method.SECRET, "given.test")
    assert target.cloud.name == "AzureUSGovernment"
    assert target.identity.application == APP


def test_a_secret_is_read_from_its_file_which_nobody_else_may_read(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("the-secret\n", encoding="utf-8")
    saved = AzureConfiguration(auth="secret", tenant="t", application=APP, secret_file=str(file))
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="read by others"):
        azure_target(saved, auth=None, tenant=None, secret=None)
    file.chmod(0o600)
    target = azure_target(saved, auth=None, tenant=None, secret=None)
    assert target is not None
    assert target.identity.secret == Secret("the-secret")
    assert "the-secret" not in repr(target)


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
def test_each_of_microsofts_clouds_is_known_by_its_name_in_any_case(cloud: Cloud) -> None:
    target = azure_target(AzureConfiguration(cloud=cloud.name.lower()), auth="device", tenant=None, secret=None)
    assert target is not None
    assert target.cloud is cloud
    assert len(cloud.hosts) == 3


def test_a_cloud_of_ones_own_has_its_own_endpoints_and_scopes() -> None:
    target = azure_target(AzureConfiguration(cloud="Azure.local", **OWN), auth="device", tenant=None, secret=None)
    assert target is not None
    assert target.cloud.resource_manager == "https://arm.test"
    assert target.cloud.resource_manager_scope == "https://arm.test/.default"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cloud": "AzureMoon"}, "AzureMoon"),
        ({"authority": "https://login.test"}, "resource_manager, graph"),
        ({**OWN, "graph": "http://graph.test"}, "graph of the azure table is no https"),
    ],
)
def test_a_cloud_that_cannot_be_is_refused(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        azure_target(AzureConfiguration(**changes), auth="device", tenant=None, secret=None)


@pytest.mark.parametrize(("auth", "words"), [("secret", "secret of the application"), ("token", "access token")])
def test_what_proves_it_must_be_given(auth: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as raised:
        azure_target(AzureConfiguration(tenant="t", application=APP), auth=auth, tenant=None, secret=None)
    assert "--secrets-stdin" in raised.value.remedy


def test_who_said_nothing_may_sign_in_with_a_code_and_the_cloud_of_the_command_line_holds() -> None:
    target = azure_target(None, auth=None, tenant="contoso.test", secret=None, cloud="azurechinacloud", unsaid="device")
    assert target is not None
    assert (target.identity.method, target.cloud.name, target.unasked) == (Method.DEVICE, "AzureChinaCloud", True)
    said = azure_target(None, auth="device", tenant=None, secret=None)
    assert said is not None
    assert not said.unasked
    own = AzureConfiguration(cloud="Azure.local", **OWN)
    with pytest.raises(ConfigurationError, match=r"has the endpoints of Azure\.local"):
        azure_target(own, auth="device", tenant=None, secret=None, cloud="AzureCloud")
