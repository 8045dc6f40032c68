"""Which modules a registration needs, and which of what is there will do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cluster.agent_version import parse_version
from tui.cluster.module_versions import ModuleNeed, choose_modules

GOOD = {"Az.Accounts": ("2.19.0",), "Az.Resources": ("7.5.0",)}
_VERSIONS = {
    "Az.StackHCI": ("1.1.0", "1.2.0", "1.3.1", "1.4.1", "1.4.2", "1.4.3", "2.0.0", "2.6.0", "no version", ""),
    "Az.Accounts": ("2.7.5", "2.7.6", "2.11.1", "2.11.2", "5.0.0", "?"),
    "Az.Resources": ("5.5.9", "5.6.0", "6.1.9", "6.2.0", "6.6.1", "7.5.0"),
}
INSTALLED = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.sampled_from(versions), max_size=4) for name, versions in _VERSIONS.items()}
)


def needed(installed: dict[str, tuple[str, ...]], **how: bool) -> list[str]:
    return [need.text for need in choose_modules(installed, **how).needs]


def test_a_node_without_modules_gets_the_newest_of_all_three() -> None:
    chosen = choose_modules({})
    assert chosen.version is None
    assert not chosen.pinned
    assert [need.text for need in chosen.needs] == [
        "the newest Az.StackHCI",
        "the newest Az.Accounts",
        "the newest Az.Resources",
    ]
    assert {need.reason for need in chosen.needs} == {"is not installed"}


@pytest.mark.parametrize(
    ("version", "used", "needs"),
    [
        ("1.1.0", None, ["the newest Az.StackHCI"]),
        ("1.1.99", None, ["the newest Az.StackHCI"]),
        ("1.2", "1.2", list[str]()),
        ("1.2.0", "1.2.0", list[str]()),
        ("2.6.0", "2.6.0", list[str]()),
        ("99.0", "99.0", list[str]()),
        ("preview", None, ["the newest Az.StackHCI"]),
    ],
)
def test_az_stackhci_has_to_be_1_2_0_at_least(version: str, used: str | None, needs: list[str]) -> None:
    chosen = choose_modules({**GOOD, "Az.StackHCI": (version,)})
    assert chosen.version == used
    assert [need.text for need in chosen.needs] == needs


def test_the_newest_of_several_is_used_by_number_and_not_by_text() -> None:
    several = {**GOOD, "Az.StackHCI": ("2.10.0", "1.4.1", "2.9.0", "not a version")}
    assert choose_modules(several).version == "2.10.0"


@pytest.mark.parametrize(
    ("stack_hci", "accounts", "resources", "arc_secret", "lacking"),
    [
        ("2.0.0", "2.11.2", "6.2.0", False, set[str]()),
        ("2.0.0", "2.11.1", "6.2.0", False, {"Az.Accounts"}),
        ("2.0.0", "2.11.2", "6.1.9", False, {"Az.Resources"}),
        ("2.0.0", "2.7.6", "5.6.0", True, {"Az.Accounts", "Az.Resources"}),
        ("2.0.0", "2.11.2", "6.6.1", False, set[str]()),
        ("1.4.3", "1.0.0", "1.0.0", False, set[str]()),
        ("1.4.3", "2.7.5", "5.5.9", True, {"Az.Accounts", "Az.Resources"}),
        ("1.4.3", "2.7.6", "5.6.0", True, set[str]()),
        ("1.4.3", "2.11.2", "6.6.1", False, {"Az.Resources"}),
        ("1.4.3", "2.11.2", "6.6.1", True, {"Az.Resources"}),
        ("1.4.3", "2.11.2", "6.6.2", False, set[str]()),
    ],
)
def test_what_az_stackhci_stands_on_has_to_be_new_enough_for_it(
    stack_hci: str, accounts: str, resources: str, arc_secret: bool, lacking: set[str]
) -> None:
    installed = {"Az.StackHCI": (stack_hci,), "Az.Accounts": (accounts,), "Az.Resources": (resources,)}
    chosen = choose_modules(installed, arc_secret=arc_secret)
    assert {need.name for need in chosen.needs} == lacking
    assert all(need.version is None for need in chosen.needs)


def test_of_a_bad_az_resources_an_older_one_beside_it_is_no_help() -> None:
    installed = {"Az.StackHCI": ("1.4.3",), "Az.Accounts": ("2.11.2",), "Az.Resources": ("6.6.1", "6.2.0")}
    assert needed(installed) == ["the newest Az.Resources"]
    assert needed({**installed, "Az.Resources": ("6.6.1", "7.0.0")}) == []


def test_modules_are_found_whatever_the_case_of_their_names() -> None:
    assert needed({"az.stackhci": ("2.6.0",), "AZ.ACCOUNTS": ("2.19.0",), "Az.resources": ("7.5.0",)}) == []


@pytest.mark.parametrize(
    ("found", "used", "pinned", "needs"),
    [
        ((), "1.4.1", False, ["Az.StackHCI 1.4.1"]),
        (("1.1.0",), "1.4.1", False, ["Az.StackHCI 1.4.1"]),
        (("1.2.0",), "1.2.0", False, list[str]()),
        (("1.3.1", "1.4.1"), "1.4.1", False, list[str]()),
        (("1.4.2",), "1.4.1", True, ["Az.StackHCI 1.4.1"]),
        (("2.6.0", "1.4.1"), "1.4.1", True, list[str]()),
        (("2.6.0", "1.1.0"), "1.4.1", True, ["Az.StackHCI 1.4.1"]),
    ],
)
def test_a_service_principal_without_the_right_to_assign_roles_needs_an_old_module(
    found: tuple[str, ...], used: str, pinned: bool, needs: list[str]
) -> None:
    chosen = choose_modules({**GOOD, "Az.StackHCI": found}, arc_secret=True, may_assign_roles=False)
    assert (chosen.version, chosen.pinned) == (used, pinned)
    assert [need.text for need in chosen.needs] == needs


@pytest.mark.parametrize(("arc_secret", "may_assign_roles"), [(False, False), (False, True), (True, True)])
def test_an_old_module_is_for_nothing_else(arc_secret: bool, may_assign_roles: bool) -> None:
    installed = {**GOOD, "Az.StackHCI": ("2.6.0", "1.4.1")}
    chosen = choose_modules(installed, arc_secret=arc_secret, may_assign_roles=may_assign_roles)
    assert (chosen.version, chosen.pinned, chosen.needs) == ("2.6.0", False, ())


def test_a_reason_goes_on_after_the_name_and_says_what_is_there() -> None:
    old = choose_modules({**GOOD, "Az.StackHCI": ("1.0.0",), "Az.Accounts": ("2.0.0",)})
    assert [f"{need.name} {need.reason}." for need in old.needs] == [
        "Az.StackHCI is 1.0.0, and 1.2.0 is the oldest that azsconfig can use.",
        "Az.Accounts is 2.0.0, and 2.11.2 is needed.",
    ]
    (need,) = choose_modules({**GOOD, "Az.StackHCI": ("2.6.0",)}, arc_secret=True, may_assign_roles=False).needs
    assert need.reason.startswith("is 2.6.0, and ")


def _after(installed: dict[str, list[str]], needs: tuple[ModuleNeed, ...]) -> dict[str, list[str]]:
    """Return what is there once the needs are met by the newest there are."""
    newest = {"Az.StackHCI": "2.6.0", "Az.Accounts": "5.0.0", "Az.Resources": "7.5.0"}
    more = {need.name: need.version or newest[need.name] for need in needs}
    return {name: [*installed.get(name, []), *([more[name]] if name in more else [])] for name in newest}


@given(INSTALLED, st.booleans(), st.booleans())
def test_once_its_needs_are_met_nothing_is_needed_and_the_same_is_used(
    installed: dict[str, list[str]], arc_secret: bool, may_assign_roles: bool
) -> None:
    chosen = choose_modules(installed, arc_secret=arc_secret, may_assign_roles=may_assign_roles)
    again = choose_modules(_after(installed, chosen.needs), arc_secret=arc_secret, may_assign_roles=may_assign_roles)
    assert again.needs == ()
    assert again.version == (chosen.version or "2.6.0")
    assert again.pinned == chosen.pinned


@given(INSTALLED, st.booleans(), st.booleans())
def test_what_is_used_is_there_or_is_needed_and_is_pinned_only_below_a_newer_one(
    installed: dict[str, list[str]], arc_secret: bool, may_assign_roles: bool
) -> None:
    chosen = choose_modules(installed, arc_secret=arc_secret, may_assign_roles=may_assign_roles)
    needed_here = [need.version for need in chosen.needs if need.name == "Az.StackHCI"]
    there = installed.get("Az.StackHCI", [])
    assert needed_here == [chosen.version] if needed_here else chosen.version in there
    known = [version for text in there if (version := parse_version(text)).known]
    newer = chosen.version is not None and any(version > parse_version(chosen.version) for version in known)
    assert chosen.pinned == newer
    assert len({need.name for need in chosen.needs}) == len(chosen.needs)
