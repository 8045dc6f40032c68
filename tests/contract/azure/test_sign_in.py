"""Signing in to the simulated Azure with azure-identity, every way, and everything that can go wrong."""

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.contract.azure.azure_world import AzureWorld
from tui.azure.errors import (
    Cancelled,
    Misconfigured,
    SignInNeeded,
    SignInRefused,
    TlsNotTrusted,
    Unreachable,
    Unreadable,
)
from tui.azure.identity import AccountKind, DeviceCode, Identity, Method
from tui.azure.network import DIRECT, Network
from tui.azure.sign_in import sign_in
from tui.cluster.clouds import CLOUDS, Cloud, custom_cloud
from tui.lab.azure.faults import CUT
from tui.lab.azure.service import DOMAIN, USER
from tui.lab.cluster_state import TENANT_ID
from tui.secret import Secret


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "azsconfig")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


def pem(folder: Path, key: rsa.RSAPrivateKey, shown: x509.Certificate) -> Path:
    file = folder / "application.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + shown.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_a_person_signs_in_with_a_code_that_was_shown(world: AzureWorld) -> None:
    signed_in = world.person()
    assert signed_in.account.name == USER
    assert signed_in.account.kind is AccountKind.USER
    assert signed_in.account.tenant == TENANT_ID
    assert [len(code.code) for code in world.codes] == [9]
    assert world.codes[0].url == f"{world.lab.endpoint.authority}/devicelogin"
    assert timedelta(minutes=70) < signed_in.expires_at - datetime.now(UTC) < timedelta(minutes=80)


@pytest.mark.parametrize("tenant", [None, DOMAIN, TENANT_ID])
def test_the_tenant_may_be_left_out_or_named_by_its_domain(tenant: str | None, world: AzureWorld) -> None:
    assert world.sign_in(Identity(tenant=tenant)).account.tenant == TENANT_ID


def test_one_sign_in_serves_graph_too_and_asks_nobody_again(world: AzureWorld) -> None:
    signed_in = world.person()
    assert (
        signed_in.get_token(world.cloud.graph_scope).token
        != signed_in.get_token(world.cloud.resource_manager_scope).token
    )
    assert len(world.codes) == 1


def test_a_code_can_be_approved_by_hand_on_the_page(world: AzureWorld) -> None:
    world.lab.codes.approve_after = None
    answers: list[int] = []

    def approve(code: DeviceCode) -> None:
        form = {"code": code.code.lower(), "user": USER, "answer": "approve"}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(code.url, data=form, verify=str(world.network.ca_file), timeout=10)
        answers.append(answer.status_code)

    signed_in = sign_in(world.cloud, world.network, Identity(), show_code=approve)
    signed_in.close()
    assert answers == [200]
    assert signed_in.account.name == USER


def test_a_code_that_is_declined_says_so(world: AzureWorld) -> None:
    world.lab.codes.approve_after = None
    with pytest.raises(SignInNeeded, match="declined") as raised:
        sign_in(world.cloud, world.network, Identity(), show_code=lambda code: decline(world, code))
    assert raised.value.code == "AADSTS70018"


def decline(world: AzureWorld, code: DeviceCode) -> None:
    assert world.lab.codes.decline(code.code)


def test_a_code_that_nobody_entered_in_time_says_so(world: AzureWorld) -> None:
    world.lab.codes.approve_after = None
    world.lab.codes.expires_seconds = 1
    with pytest.raises(SignInNeeded):
        world.person()


def test_waiting_for_a_code_can_be_cancelled(world: AzureWorld) -> None:
    world.lab.codes.approve_after = None
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        sign_in(world.cloud, world.network, Identity(), show_code=lambda _: cancel.set(), cancel=cancel)


@pytest.mark.parametrize(
    ("code", "expected"), [(53003, SignInRefused), (50076, SignInNeeded)], ids=["conditional access", "second factor"]
)
def test_a_policy_of_the_tenant_is_told_with_a_way_out(code: int, expected: type[Exception], world: AzureWorld) -> None:
    user = world.lab.directory.user(USER)
    assert user is not None
    user.blocked = code
    with pytest.raises(expected) as raised:
        world.person()
    assert raised.value.__class__ is expected
    assert f"AADSTS{code}" in str(raised.value.__dict__)


def test_a_second_factor_that_is_wanted_later_names_what_is_wanted(world: AzureWorld) -> None:
    signed_in = world.person()
    user = world.lab.directory.user(USER)
    assert user is not None
    user.blocked = 50076
    with pytest.raises(SignInNeeded) as raised:
        signed_in.get_token(world.cloud.graph_scope)
    assert raised.value.code == "AADSTS50076"
    assert "acrs" in (raised.value.claims or "")


def test_a_sign_in_that_was_revoked_needs_a_new_one(world: AzureWorld) -> None:
    signed_in = world.person()
    world.lab.tokens.revoke()
    with pytest.raises(SignInNeeded):
        signed_in.get_token(world.cloud.graph_scope)


def test_a_service_principal_signs_in_with_its_secret(world: AzureWorld) -> None:
    account = world.application().account
    assert account.name == world.lab.application.app_id
    assert account.kind is AccountKind.SERVICE_PRINCIPAL
    assert account.object_id == world.lab.application.object_id


def test_a_wrong_secret_and_one_that_has_expired_are_told_apart(world: AzureWorld) -> None:
    with pytest.raises(SignInRefused, match="secret is wrong") as wrong:
        world.application("not-the-secret-value")
    assert "not-the-secret-value" not in f"{wrong.value} {wrong.value.__dict__}"
    past = world.cluster.clock.now() - timedelta(minutes=1)
    expired = world.lab.directory.add_secret(world.lab.application.app_id, past)
    with pytest.raises(SignInRefused, match="has expired"):
        world.application(expired)


def test_an_application_or_a_tenant_that_is_not_there_is_told(world: AzureWorld) -> None:
    unknown = Identity(Method.SECRET, TENANT_ID, "11111111-2222-4333-8444-555555555555", Secret("x" * 30))
    with pytest.raises(SignInRefused, match="does not know the application"):
        world.sign_in(unknown)
    with pytest.raises(SignInRefused, match="no such tenant"):
        world.sign_in(Identity(tenant="fabrikam.test"))


def test_a_service_principal_signs_in_with_a_certificate_that_is_its_own(
    world: AzureWorld, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    own = certificate(key)
    file = pem(tmp_path, key, own)
    identity = Identity(Method.CERTIFICATE, TENANT_ID, world.lab.application.app_id, certificate=file)
    with pytest.raises(SignInRefused) as raised:
        world.sign_in(identity)
    assert raised.value.code == "AADSTS700027"
    world.lab.application.certificates.append(own.public_bytes(serialization.Encoding.DER))
    assert world.sign_in(identity).account.name == world.lab.application.app_id


def test_a_token_that_was_brought_is_used_and_its_end_is_known(world: AzureWorld) -> None:
    token = world.person().get_token(world.cloud.resource_manager_scope).token
    brought = world.sign_in(Identity(Method.TOKEN, secret=Secret(token)))
    assert brought.account.name == USER
    world.lab.tokens.lifetime = timedelta(minutes=10)
    short = world.person().get_token(world.cloud.resource_manager_scope).token
    too_short = world.sign_in(Identity(Method.TOKEN, secret=Secret(short)))
    with pytest.raises(SignInNeeded, match="45 are needed"):
        too_short.token_for_powershell(timedelta(minutes=45))
    assert brought.token_for_powershell(timedelta(minutes=45)).token == token


def test_a_token_that_is_too_old_for_a_cmdlet_is_renewed_without_a_prompt(world: AzureWorld) -> None:
    world.lab.tokens.lifetime = timedelta(minutes=20)
    signed_in = world.person()
    world.lab.tokens.lifetime = timedelta(minutes=75)
    fresh = signed_in.token_for_powershell(timedelta(minutes=45))
    assert fresh.expires_on - datetime.now(UTC).timestamp() > 70 * 60
    assert len(world.codes) == 1


@pytest.mark.parametrize("text", ["", "no token", "a.b.c", "eyJhbGciOiJub25lIn0.e30.x"])
def test_a_text_that_is_no_token_is_refused_before_anything_is_sent(text: str, world: AzureWorld) -> None:
    with pytest.raises(Misconfigured):
        world.sign_in(Identity(Method.TOKEN, secret=Secret(text)))


def test_what_is_missing_is_named_before_anything_is_sent(world: AzureWorld, missing_file: Path) -> None:
    app = world.lab.application.app_id
    for identity, words in (
        (Identity(Method.SECRET, None, app, Secret("x")), "tenant"),
        (Identity(Method.SECRET, TENANT_ID, None, Secret("x")), "application"),
        (Identity(Method.SECRET, TENANT_ID, app), "secret"),
        (Identity(Method.CERTIFICATE, TENANT_ID, app), "certificate"),
        (Identity(Method.CERTIFICATE, TENANT_ID, app, certificate=missing_file), "nothing.pem"),
    ):
        with pytest.raises(Misconfigured, match=words):
            world.sign_in(identity)


def test_no_way_to_azure_is_told_apart(world: AzureWorld, missing_file: Path) -> None:
    identity = Identity()
    with pytest.raises(TlsNotTrusted):
        sign_in(world.cloud, Network(proxy=DIRECT), identity)
    with pytest.raises(Misconfigured, match="CA file"):
        sign_in(world.cloud, Network(ca_file=missing_file), identity)
    with pytest.raises(Misconfigured, match="proxy"):
        sign_in(world.cloud, Network(proxy="squid"), identity)
    with pytest.raises(Unreachable, match="proxy"):
        sign_in(world.cloud, Network(world.network.ca_file, "http://127.0.0.1:9"), identity)
    nowhere = custom_cloud(
        "AzureCloud",
        authority="https://localhost:9",
        resource_manager="https://localhost:9/arm",
        graph="https://x.test",
    )
    with pytest.raises(Unreachable, match="does not answer"):
        sign_in(nowhere, world.network, identity)


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
def test_signing_in_begins_at_the_clouds_own_authority_and_nowhere_else(cloud: Cloud) -> None:
    closed = Network(proxy="http://127.0.0.1:9")
    host = cloud.authority.removeprefix("https://")
    with pytest.raises(Unreachable, match=re.escape(host)):
        sign_in(cloud, closed, Identity(tenant=TENANT_ID))


def test_a_page_of_the_network_in_place_of_microsofts_is_told(world: AzureWorld) -> None:
    world.lab.faults.fail("openid-configuration", 200, body=b"<html>Please accept our terms</html>", count=9)
    with pytest.raises(Unreadable, match="could not be read"):
        world.person()


def test_a_connection_that_is_cut_once_while_signing_in_costs_nothing(world: AzureWorld) -> None:
    world.lab.faults.fail("openid-configuration", CUT)
    assert world.person().account.name == USER


def test_nothing_is_written_to_the_terminal_whatever_fails(
    world: AzureWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SignInRefused):
        world.application("wrong-secret-value")
    world.lab.faults.fail("openid-configuration", 503, count=9)
    with pytest.raises(Exception, match=r".+"):
        world.sign_in(Identity(tenant=DOMAIN))
    assert capfd.readouterr() == ("", "")
