"""What a node says of itself before a run, as its scripts write it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cluster.cluster_strategies import patient
from tui.cluster.decode import DecodeError, decode, decode_all
from tui.cluster.readiness import EndpointAnswer, ModuleVersions, Readiness

TOLD: dict[str, Any] = {
    "Identity": "CONTOSO\\ann",
    "Elevated": True,
    "ScriptBlockLogging": False,
    "ModuleLogging": False,
    "Transcription": False,
    "PasswordStorageForbidden": False,
    "FreeBytes": 68_719_476_736,
    "Modules": [
        {"Name": "Az.StackHCI", "Versions": ["2.6.0", "1.4.1"]},
        {"Name": "Az.Accounts", "Versions": []},
        {"Name": "Az.Resources", "Versions": ["7.5.0"]},
    ],
    "RegisterParameters": ["SubscriptionId", "Region", "Confirm"],
    "UnregisterParameters": ["Force"],
    "GalleryReachable": False,
}


def test_what_the_script_writes_is_read() -> None:
    told = decode(Readiness, TOLD)
    assert (told.identity, told.elevated, told.free_bytes) == ("CONTOSO\\ann", True, 68_719_476_736)
    assert told.modules[0] == ModuleVersions("Az.StackHCI", ("2.6.0", "1.4.1"))
    assert told.installed == {"Az.StackHCI": ("2.6.0", "1.4.1"), "Az.Accounts": (), "Az.Resources": ("7.5.0",)}
    assert told.register_parameters == ("SubscriptionId", "Region", "Confirm")
    assert told.gallery_reachable is False


def test_what_could_not_be_told_is_not_taken_for_no() -> None:
    told = decode(Readiness, dict.fromkeys(TOLD))
    assert told == Readiness()
    assert (told.elevated, told.password_storage_forbidden, told.gallery_reachable) == (None, None, None)
    assert dict(told.installed) == {}


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ({}, ()),
        ({"ScriptBlockLogging": True}, ("script block logging",)),
        ({"ModuleLogging": True}, ("module logging",)),
        ({"Transcription": True}, ("transcription",)),
        ({"Transcription": None, "ModuleLogging": None}, ()),
        (
            {"ScriptBlockLogging": True, "ModuleLogging": True, "Transcription": True},
            ("module logging", "script block logging", "transcription"),
        ),
    ],
)
def test_policies_that_would_record_a_token_are_named(policies: dict[str, Any], words: tuple[str, ...]) -> None:
    assert decode(Readiness, {**TOLD, **policies}).recording == words


def test_a_lone_module_is_a_list_of_one() -> None:
    told = decode(Readiness, {"Modules": {"Name": "Az.StackHCI", "Versions": ["1.4.1"]}})
    assert told.installed == {"Az.StackHCI": ("1.4.1",)}


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ({"Elevated": "yes"}, "$.elevated"),
        ({"FreeBytes": "plenty"}, "$.free_bytes"),
        ({"Modules": [{"Versions": ["1.4.1"]}]}, "`name`"),
        ({"Modules": [{"Name": "Az.StackHCI", "Versions": "1.4.1"}]}, "Modules[0].Versions"),
        (["Identity"], "expected an object"),
    ],
)
def test_an_answer_that_is_none_says_where(answer: object, where: str) -> None:
    with pytest.raises(DecodeError) as refused:
        decode(Readiness, answer)
    assert where in str(refused.value)


def test_answers_of_endpoints_are_read_with_what_stood_in_the_way() -> None:
    answers = decode_all(
        EndpointAnswer,
        [
            {"Endpoint": "management.azure.com", "Reachable": True, "Proxy": None, "Error": None},
            {"Endpoint": "a:8443", "Reachable": False, "Proxy": "http://proxy:8080", "Error": "It asks for a sign-in."},
        ],
    )
    assert answers == (
        EndpointAnswer("management.azure.com", reachable=True),
        EndpointAnswer("a:8443", reachable=False, proxy="http://proxy:8080", error="It asks for a sign-in."),
    )


@patient
@given(st.lists(st.tuples(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=3)), max_size=4))
def test_modules_of_any_names_are_kept_as_they_came(modules: list[tuple[str, list[str]]]) -> None:
    told = decode(Readiness, {"Modules": [{"Name": name, "Versions": versions} for name, versions in modules]})
    assert [(module.name, list(module.versions)) for module in told.modules] == modules
    assert {name: tuple(versions) for name, versions in modules} == told.installed
