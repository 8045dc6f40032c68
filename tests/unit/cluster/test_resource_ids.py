"""Resource ids, as nodes and Azure spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cluster.resource_id import ResourceId, parse_resource_id, same_resource

_ID = (
    "/Subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hci-rg"
    "/providers/Microsoft.AzureStackHCI/clusters/HCI-CL01"
)
_PART = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._()", min_size=1, max_size=20)


def _resource_id(subscription: str, group: str, provider: str, pairs: list[tuple[str, str]]) -> ResourceId:
    kinds, names = zip(*pairs, strict=True)
    return ResourceId(subscription, group, provider, kinds, names)


_IDS = st.builds(_resource_id, _PART, _PART, _PART, st.lists(st.tuples(_PART, _PART), min_size=1, max_size=3))


def test_an_id_as_a_node_spells_it_has_all_parts():
    found = parse_resource_id(_ID)
    assert found.subscription == "11111111-2222-3333-4444-555555555555"
    assert (found.resource_group, found.provider, found.type, found.name) == (
        "hci-rg",
        "Microsoft.AzureStackHCI",
        "clusters",
        "HCI-CL01",
    )


def test_a_child_has_the_types_of_its_parents():
    found = parse_resource_id(_ID + "/arcSettings/default/")
    assert (found.type, found.name, found.names) == ("clusters/arcSettings", "default", ("HCI-CL01", "default"))


@given(_IDS)
def test_an_id_survives_being_written_and_read(found: ResourceId):
    again = parse_resource_id(str(found))
    assert again == found
    assert (again.types, again.names) == (found.types, found.names)


@given(_IDS)
def test_case_makes_no_difference(found: ResourceId):
    for spelled in (str(found).upper(), str(found).lower(), str(found).swapcase()):
        assert parse_resource_id(spelled) == found
        assert hash(parse_resource_id(spelled)) == hash(found)
        assert same_resource(spelled, str(found))


@given(_IDS, _IDS)
def test_ids_of_different_resources_differ(one: ResourceId, other: ResourceId):
    assert (one == other) == (str(one).lower() == str(other).lower())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a resource id starts with /subscriptions/"),
        ("subscriptions/x", "a resource id starts with /subscriptions/"),
        ("/", "/subscriptions/ with the subscription is missing"),
        ("/groups/x", "expected /subscriptions/ where 'groups' stands"),
        ("/subscriptions/", "the subscription is missing after /subscriptions/"),
        ("/subscriptions/s/groups/g", "expected /resourceGroups/ where 'groups' stands"),
        ("/subscriptions/s/resourceGroups/g", "/providers/ with the provider is missing"),
        ("/subscriptions/s/resourceGroups//providers/p/t/n", "the resource group is missing after /resourceGroups/"),
        ("/subscriptions/s/resourceGroups/g/providers/p", "no type and name after the provider"),
        ("/subscriptions/s/resourceGroups/g/providers/p/clusters", "no name after the type 'clusters'"),
        ("/subscriptions/s/resourceGroups/g/providers/p/clusters/ /a/b", "an empty type or name"),
        ("/subscriptions/s/resourceGroups/g/providers/p/clusters/c?x=1", "a resource id has no '?'"),
        ("/subscriptions/s/resourceGroups/g/providers/p/clusters/c\n", r"a resource id has no '\n'"),
    ],
)
def test_what_is_no_id_says_what_is_wrong(text: str, message: str):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        parse_resource_id(text)
    assert str(caught.value).startswith(message)


def test_a_long_text_is_shortened_in_the_message():
    with pytest.raises(ValueError, match=r"\.\.\.'$"):
        parse_resource_id("x" * 5000)


def test_texts_that_are_no_ids_are_compared_without_case():
    assert same_resource("Something", "something/ ".strip())
    assert not same_resource("something", _ID)


@pytest.mark.parametrize(
    ("cloud", "portal"),
    [
        ("AzureCloud", "https://portal.azure.com/"),
        ("AzureChinaCloud", "https://portal.azure.cn/"),
        ("azureusgovernment", "https://portal.azure.us/"),
    ],
)
def test_the_portal_link_is_that_of_the_cloud(cloud: str, portal: str):
    link = parse_resource_id(_ID).portal_link("contoso.test", cloud)
    assert link == f"{portal}#@contoso.test/resource{_ID.replace('/Subscriptions', '/subscriptions')}/overview"


def test_a_cloud_without_a_known_portal_has_no_link():
    assert parse_resource_id(_ID).portal_link(cloud="Azure.local") is None
