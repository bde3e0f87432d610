"""The activity log: who wrote what, and when, as a subscription's log tells it."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from azure.core.exceptions import HttpResponseError

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load
from remediator.sandbox.identity import token
from tests.sandbox.conftest import ALBUM, ENDPOINT, REGISTRY, SUB, ZONE, ZONE_NAME, Story, story_of

START = "2026-01-01T00:00:00Z"
NOON = 1_767_355_200.0  # 2026-01-02T12:00:00Z
Entry = dict[str, Any]


class Clock:
    """A clock that a test moves."""

    at = NOON

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    """Noon, until somebody moves it."""
    return Clock()


@pytest.fixture
def story(clock: Clock) -> Story:
    """A fresh first incident at noon."""
    return story_of(Azure.from_estate(load("first-incident"), clock=clock))


def asked(story: Story, clauses: str, *, select: str = "", version: str = "2015-04-01", sub: str = SUB) -> Any:
    """The raw answer to a filter."""
    path = f"/subscriptions/{sub}/providers/Microsoft.Insights/eventtypes/management/values?$filter={quote(clauses)}"
    return story.raw("GET", path + (f"&$select={select}" if select else ""), version=version)


def log(story: Story, *more: str) -> list[Entry]:
    """Entries since the start that meet more clauses, newest first."""
    clauses = " and ".join((f"eventTimestamp ge '{START}'", *more))
    found: list[Entry] = json.loads(asked(story, clauses).body)["value"]
    return found


def told(entry: Entry) -> tuple[str, str, str]:
    """What an entry says in short."""
    return entry["resourceId"], entry["operationName"]["value"], entry["status"]["value"]


def test_a_write_is_told_with_its_writer(story: Story) -> None:
    """A PATCH: operation, resource, time, caller, application and the caller's own correlation id."""
    told_by_token = {"appid": "an-app", "oid": "an-object", "upn": "anna@contoso.example"}
    payload = base64.urlsafe_b64encode(json.dumps(told_by_token).encode()).decode().rstrip("=")
    story.raw(
        "PATCH",
        REGISTRY,
        b'{"tags":{"a":"b"}}',
        "2023-07-01",
        Authorization=f"Bearer e30.{payload}.x",
        x_ms_correlation_request_id="11111111-2222-4333-8444-555555555555",
    )
    (entry,) = log(story)
    assert told(entry) == (REGISTRY, "Microsoft.ContainerRegistry/registries/write", "Succeeded")
    assert entry["correlationId"] == "11111111-2222-4333-8444-555555555555"
    assert entry["eventTimestamp"] == "2026-01-02T12:00:00.0000000Z"
    assert (entry["caller"], entry["claims"]["appid"]) == ("anna@contoso.example", "an-app")
    assert entry["claims"]["http://schemas.microsoft.com/identity/claims/objectidentifier"] == "an-object"
    assert entry["id"] == f"{REGISTRY}/events/{entry['eventDataId']}/ticks/639029520000000000"
    assert (entry["resourceGroupName"], entry["subscriptionId"]) == ("rg-album", SUB)


@pytest.mark.parametrize("bearer", [token("https://management.azure.com", NOON), "sandbox", "a.b.c", "a.MQ.c"])
def test_the_sandboxs_own_tokens_are_one_application(story: Story, bearer: str) -> None:
    """A token of the identity endpoint, and one that cannot be read, belong to the sandbox's application."""
    story.raw("PATCH", REGISTRY, b'{"tags":{}}', "2023-07-01", Authorization=f"Bearer {bearer}")
    (entry,) = log(story)
    assert entry["claims"]["appid"] == entry["caller"] == "00000000-0000-0000-0000-0000000000c2"
    assert entry["claims"]["http://schemas.microsoft.com/identity/claims/objectidentifier"].endswith("c1")


def test_an_operation_is_accepted_and_then_ends(story: Story, clock: Clock) -> None:
    """A long-running write is Accepted at once; its end is a second entry with the same operation id."""
    assert story.raw("PUT", ENDPOINT, json.dumps(endpoint_body()).encode()).status == 201
    accepted = log(story, f"resourceUri eq '{ENDPOINT}'")
    assert [entry["status"]["value"] for entry in accepted] == ["Accepted"]
    clock.at += 60
    for _ in range(2):
        story.raw("GET", ENDPOINT)
    ended, began = log(story, f"resourceUri eq '{ENDPOINT}'")
    assert (began["status"]["value"], ended["status"]["value"]) == ("Accepted", "Succeeded")
    assert began["operationId"] == ended["operationId"]
    assert began["correlationId"] == ended["correlationId"]
    assert (began["eventTimestamp"][11:16], ended["eventTimestamp"][11:16]) == ("12:00", "12:01")


def endpoint_body() -> dict[str, Any]:
    """An endpoint to ask for."""
    connection = {"name": "pe", "properties": {"privateLinkServiceId": REGISTRY, "groupIds": ["registry"]}}
    subnet = {"id": f"{ALBUM}/Microsoft.Network/virtualNetworks/vnet-album/subnets/snet-endpoints"}
    return {"location": "chinaeast2", "properties": {"subnet": subnet, "privateLinkServiceConnections": [connection]}}


def test_a_failed_operation_says_why(story: Story) -> None:
    """The second entry is Failed, its statusMessage is JSON in a string."""
    story.azure.faults.fail_operation(code="SomethingBroke", message="no luck")
    with pytest.raises(HttpResponseError):
        story.zone()
    failed, accepted = log(story)
    assert told(accepted) == (ZONE, "Microsoft.Network/privateDnsZones/write", "Accepted")
    assert failed["status"]["value"] == "Failed"
    assert json.loads(failed["properties"]["statusMessage"])["error"]["code"] == "SomethingBroke"


def test_what_is_refused_or_read_is_not_told(story: Story) -> None:
    """Reads and refusals leave no entry."""
    story.raw("GET", REGISTRY)
    assert story.raw("PUT", f"{ZONE}/A/one", b'{"properties":{}}', "2020-06-01").status == 404
    assert log(story) == []


def test_the_platform_writes_a_zone_groups_records(story: Story) -> None:
    """Records of a zone group are written and deleted by "Azure Traffic Manager and DNS", by nobody's application."""
    story.zone()
    story.endpoint()
    story.zone_group()
    story.network.private_endpoints.begin_delete("rg-album", "pe-album").result()
    own = log(story, "caller eq 'Azure Traffic Manager and DNS'")
    assert {told(entry)[:2] for entry in own} == {
        (f"{ZONE}/A/{name}", f"Microsoft.Network/privateDnsZones/A/{verb}")
        for name in ("contosoalbum", "contosoalbum.chinaeast2.data")
        for verb in ("write", "delete")
    }
    assert all(entry["claims"] == {} for entry in own)


def test_a_filter_narrows(story: Story, clock: Clock) -> None:
    """By resource without case, group, provider, status, correlation id and time; newest first; `$select` cuts."""
    story.zone()
    clock.at += 3600
    story.raw("DELETE", ZONE.upper(), version="2024-06-01")
    one, other = log(story, f"resourceUri eq {ZONE.upper()}", "status eq 'Accepted'")
    assert (one["operationName"]["value"].lower(), other["eventTimestamp"][11:13]) == (
        "microsoft.network/privatednszones/delete",
        "12",
    )
    assert log(story, "resourceGroupName eq 'RG-catalog'") == []
    assert len(log(story, "resourceProvider eq 'microsoft.network'")) > 2
    assert log(story, "resourceProvider eq 'Microsoft.App'") == []
    assert {e["eventDataId"] for e in log(story, f"correlationId eq '{one['correlationId']}'")} == {one["eventDataId"]}
    early = log(story, "eventTimestamp le 2026-01-02T12:30:00.1234567+00:00", "status eq Accepted")
    assert [entry["eventDataId"] for entry in early] == [other["eventDataId"]]
    rows = json.loads(asked(story, f"eventTimestamp ge '{START}'", select="caller,status").body)["value"]
    assert {frozenset(row) for row in rows} == {frozenset({"caller", "status"})}


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        ("", "start time"),
        ("eventTimestamp le '2026-01-01T00:00:00Z'", "start time"),
        ("eventTimestamp ge '2025-01-01T00:00:00Z'", "The start time cannot be more than 90 days in the past."),
        ("eventTimestamp ge 'yesterday'", "no time"),
        (f"eventTimestamp ge '{START}' or caller eq 'x'", "not supported"),
        (f"eventTimestamp ge '{START}' and level eq 'Error'", "'level' is not supported"),
        (f"eventTimestamp ge '{START}' and caller ge 'x'", "'ge' is not supported"),
    ],
)
def test_a_filter_that_is_not_taken(story: Story, clauses: str, message: str) -> None:
    """No start, a start more than 90 days ago, and other syntax are 400 with a bare code and message."""
    story.zone()
    answer = asked(story, clauses)
    document = json.loads(answer.body)
    assert (answer.status, document["code"]) == (400, "BadRequest")
    assert message in document["message"]


def test_history_is_put_in_by_hand(story: Story) -> None:
    """A test says what somebody did before: caller, application, time, correlation id, status, claims."""
    link = f"{ZONE}/virtualNetworkLinks/to-vnet"
    story.azure.history(
        link,
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
        caller="anna@contoso.example",
        claims={"ipaddr": "203.0.113.7"},
        at=NOON - 3600,
        correlation_id="c",
        status="Succeeded",
    )
    story.azure.history(
        ZONE, "Microsoft.Network/privateDnsZones/write", appid="terraform", at=NOON - 60, status="Failed"
    )
    late, early = log(story)
    assert told(early) == (link, "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete", "Succeeded")
    assert (early["caller"], early["correlationId"], early["claims"]) == (
        "anna@contoso.example",
        "c",
        {"ipaddr": "203.0.113.7"},
    )
    assert (late["caller"], late["claims"], late["status"]["value"]) == ("terraform", {"appid": "terraform"}, "Failed")


def test_a_subscription_has_its_own_log(story: Story) -> None:
    """Entries of another subscription are not in it."""
    other = "99999999-0001-4a00-8b00-00000000c001"
    group = f"/subscriptions/{other}/resourceGroups/rg"
    story.azure.put({"id": f"{group}/providers/Microsoft.Network/routeTables/rt", "location": "x", "properties": {}})
    story.zone()
    assert json.loads(asked(story, f"eventTimestamp ge '{START}'", sub=other).body)["value"] == []


def test_a_long_log_comes_in_pages(story: Story) -> None:
    """With a page size the log has a nextLink."""
    story.mend()
    whole = log(story)
    story.azure.page_size = 5
    page = json.loads(asked(story, f"eventTimestamp ge '{START}'").body)
    assert (len(page["value"]), len(whole) > 5, "$skiptoken=5" in page["nextLink"]) == (5, True, True)
    assert page["value"] == whole[:5]
    assert ZONE_NAME in json.dumps(whole)
