"""Resource Graph in the sandbox: flat queries, pages, quota, refusals, and rows that are not shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remediator.sandbox import Azure, estates
from remediator.sandbox.estates.fleet import fleet
from remediator.sandbox.identity import token

URL = "https://arm/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"
ALL = "resources | project id, type | order by id asc"
REGISTRIES = "resources | where type =~ 'Microsoft.ContainerRegistry/registries' | project id, name | order by id asc"
RECORDS = "dnsresources | where type =~ 'microsoft.network/privatednszones/a' | project id | order by id asc"


@pytest.fixture
def azure() -> Azure:
    """A fleet of 60 registries."""
    return Azure.from_estate(fleet(60, roles=False).document(), clock=lambda: 1_000.0)


def ask(azure: Azure, query: str, options: Any = None, *, subscriptions: Any = None) -> tuple[int, Any, Any]:
    """Status, headers and document of one question."""
    asked = {"query": query, "subscriptions": subscriptions or list(azure.world.state.subscriptions)}
    body = json.dumps({**asked, "options": options or {}}).encode()
    answer = azure.handle("POST", URL, {"Authorization": "Bearer x"}, body)
    return answer.status, answer.headers, json.loads(answer.body)


def ids(azure: Azure, query: str, size: int = 1000) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        _, _, page = ask(azure, query, {"$top": size, **token})
        found += [row["id"] for row in page["data"]]
        if "$skipToken" not in page:
            return found
        token = {"$skipToken": page["$skipToken"]}


def test_rows_come_in_pages_in_the_order_of_their_ids(azure: Azure) -> None:
    """Pages of any size together are what one page holds: each row once, ordered."""
    whole = ids(azure, REGISTRIES)
    assert len(whole) == 60
    assert ids(azure, REGISTRIES, size=7) == whole == sorted(whole, key=str.lower)
    status, _, page = ask(azure, REGISTRIES, {"$top": 7})
    assert (status, page["totalRecords"], page["count"], page["resultTruncated"]) == (200, 60, 7, "false")


def test_a_page_without_an_order_cannot_be_followed(azure: Azure) -> None:
    """Without an order by id there is no token, and the answer says that it was cut."""
    _, _, page = ask(azure, REGISTRIES.replace(" | order by id asc", ""), {"$top": 7})
    assert page["resultTruncated"] == "true"
    assert "$skipToken" not in page


def test_a_row_has_what_get_shows(azure: Azure) -> None:
    """A network's row has its subnets and peerings inline; its type is in lower case, its id as Azure gave it."""
    query = "resources | where type in~ ('Microsoft.Network/virtualNetworks') | project id, type, location, properties"
    _, _, page = ask(azure, query)
    row = page["data"][0]
    assert row["type"] == "microsoft.network/virtualnetworks"
    shown = azure.resource(row["id"])
    assert shown is not None
    assert row["properties"] == shown["properties"]
    assert row["properties"]["subnets"]


def test_records_stand_in_a_table_of_their_own_and_zone_groups_in_none(azure: Azure) -> None:
    """Record sets are in dnsresources; of zone groups, subnets and connections there are no rows."""
    assert len(ids(azure, RECORDS)) == 120
    _, _, page = ask(azure, ALL)
    kinds = {row["type"] for row in page["data"]}
    assert "microsoft.network/privatednszones/virtualnetworklinks" in kinds
    assert not any("zonegroups" in kind or "subnets" in kind or kind.endswith("/a") for kind in kinds)


def test_a_write_shows_in_the_next_answer(azure: Azure) -> None:
    """Rows that were made once are made anew after a change."""
    before = ids(azure, REGISTRIES)
    azure.remove(before[0])
    assert ids(azure, REGISTRIES) == before[1:]


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("isnotempty(properties.privateEndpointConnections[0].id)", 60),
        ("isempty(properties.privateEndpointConnections[0].id)", 0),
        ("not(sku.name =~ 'premium') or name !contains 'a'", None),
        ("tostring(properties.publicNetworkAccess) == 'Disabled' and sku.name != 'Basic'", 60),
        ("properties.nothing.there[3] =~ ''", 60),
    ],
)
def test_conditions_narrow_down_what_is_sent(azure: Azure, condition: str, left: int | None) -> None:
    """Paths, functions, and, or and not decide row by row; a path that leads nowhere is empty."""
    found = ids(azure, REGISTRIES.replace(" | project", f" | where {condition} | project"))
    assert len(found) == (
        left if left is not None else len([rid for rid in ids(azure, REGISTRIES) if "a" not in rid.rsplit("/", 1)[-1]])
    )


@pytest.mark.parametrize(
    ("query", "code", "token"),
    [
        ("resources | summarize count() by type", "InvalidQueryLanguage", "summarize"),
        ("resources | join (dnsresources) on id", "InvalidQueryLanguage", "join"),
        ("resources | where type = 'x'", "ParserFailure", "="),
        ("resources | project id, nothing", "UnresolvedColumn", "nothing"),
        ("nowhere | project id", "DisallowedLogicalTableName", "nowhere"),
        ("resources | where type =~ 'x' extra", "ParserFailure", "extra"),
        ("", "ParserFailure", "<EOF>"),
    ],
)
def test_what_is_not_understood_is_refused_as_the_service_does(azure: Azure, query: str, code: str, token: str) -> None:
    """400 BadRequest with two details: that the query is invalid, and which word."""
    status, _, document = ask(azure, query)
    outer, (first, second) = document["error"], document["error"]["details"]
    assert (status, outer["code"], first["code"]) == (400, "BadRequest", "InvalidQuery")
    assert (second["code"], second["token"]) == (code, token)


def test_rows_that_may_not_be_read_are_missing_without_a_word(azure: Azure) -> None:
    """A subscription that the identity cannot see has no rows and is not listed; asked alone, it is refused."""
    hidden = ids(azure, REGISTRIES)[0].split("/")[2]
    azure.faults.refuse(f"/subscriptions/{hidden}")
    assert not any(hidden in rid for rid in ids(azure, ALL))
    listed = json.loads(
        azure.handle("GET", "https://arm/subscriptions?api-version=2022-12-01", {"Authorization": "Bearer x"}, b"").body
    )
    assert hidden not in [row["subscriptionId"] for row in listed["value"]]
    status, _, document = ask(azure, ALL, subscriptions=[hidden])
    assert (status, document["error"]["details"][0]["code"]) == (400, "NoValidSubscriptionsInQueryRequest")


def test_a_resource_that_is_refused_has_no_row(azure: Azure) -> None:
    """What a listing would leave out for lack of rights is left out here too."""
    first = ids(azure, REGISTRIES)[0]
    azure.faults.refuse(first)
    assert first not in ids(azure, REGISTRIES)


def test_a_client_gets_rows_of_the_types_that_it_may_read(azure: Azure) -> None:
    """Resource Graph needs no action of its own: what a client may read is there, the rest is missing."""
    azure.permissions["reader"] = {"Microsoft.ContainerRegistry/registries/read"}
    bearer = {"Authorization": f"Bearer {token('arm', 1_000.0, 'reader')}"}
    asked = json.dumps({"query": ALL, "subscriptions": list(azure.world.state.subscriptions)}).encode()
    rows = json.loads(azure.handle("POST", URL, bearer, asked).body)["data"]
    assert {row["type"] for row in rows} == {"microsoft.containerregistry/registries"}
    assert len(rows) == 60


def test_the_quota_is_fifteen_in_five_seconds() -> None:
    """Every answer says what is left; the sixteenth is refused until the window is over."""
    moment = [1_000.0]
    azure = Azure.from_estate(estates.load("healthy-hub"), clock=lambda: moment[0])
    azure.graph_quota.on = True
    left = [ask(azure, ALL)[1]["x-ms-user-quota-remaining"] for _ in range(15)]
    assert left == [str(one) for one in range(14, -1, -1)]
    moment[0] += 2
    status, headers, document = ask(azure, ALL)
    assert (status, document["error"]["details"][0]["code"]) == (429, "RateLimiting")
    assert (headers["Retry-After"], headers["x-ms-user-quota-resets-after"]) == ("3", "00:00:03")
    moment[0] += 3
    assert ask(azure, ALL)[0] == 200


def test_every_fifth_request_can_be_throttled_and_bursts_lost(azure: Azure) -> None:
    """Faults by count: each fifth is 429, and two in a row of each six are 503."""
    azure.faults.throttle_every(5)
    assert [ask(azure, ALL)[0] for _ in range(10)] == [200, 200, 200, 200, 429] * 2
    azure.faults.clear()
    azure.faults.break_down(2, after=4)
    assert [ask(azure, ALL)[0] for _ in range(12)] == [200, 200, 200, 200, 503, 503] * 2


@pytest.mark.parametrize("options", [{"$top": 1001}, {"$top": 0}, {"$skipToken": "mine"}])
def test_options_out_of_range_are_refused(azure: Azure, options: dict[str, Any]) -> None:
    """A page has at most a thousand rows, and only tokens that were given out lead on."""
    assert ask(azure, ALL, options)[0] == 400


def test_rows_can_be_made_beforehand(azure: Azure) -> None:
    """What was prepared is what a question gets; a change after it shows all the same."""
    azure.prepare()
    made: dict[str, Any] = azure.world.remember("graph rows", dict)
    assert made
    first = ids(azure, REGISTRIES)[0]
    azure.remove(first)
    assert first not in ids(azure, REGISTRIES)
