"""Entries of the activity log become writes: what happened, by whom, and nothing personal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from remediator.core.actor import Actor, ActorKind
from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.core.resource_id import ResourceId
from remediator.facts.activity_log import writes_in

RECORD = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/privatednszones/privatelink.azurecr.io/A/shop"
OPERATION = "Microsoft.Network/privateDnsZones/A/write"
APP = "11111111-2222-3333-4444-555555555555"
PERSON = "66666666-7777-8888-9999-000000000000"


def entry(status: str = "Succeeded", minute: int = 0, **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "resourceId": RECORD,
        "operationName": {"value": OPERATION, "localizedValue": "Create or update record set"},
        "status": {"value": status, "localizedValue": status},
        "eventTimestamp": f"2026-08-01T08:{minute:02}:00.1234567Z",
        "correlationId": "c-1",
        "operationId": "o-1",
        "caller": "ann@contoso.example",
        "claims": {"appid": APP, "http://schemas.microsoft.com/identity/claims/objectidentifier": PERSON},
        "authorization": {"action": OPERATION, "scope": RECORD},
        "httpRequest": {"clientIpAddress": "198.51.100.7"},
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def test_a_write_of_a_person() -> None:
    """An entry names resource, operation, moment, correlation and the person's object id, and no address."""
    (write,) = writes_in([entry()])
    assert write == AzureWrite(
        ResourceId(RECORD),
        OPERATION,
        datetime(2026, 8, 1, 8, 0, 0, 123456, tzinfo=UTC),
        Actor(PERSON, ActorKind.PERSON),
        "c-1",
        WriteSource.ACTIVITY_LOG,
    )
    assert "ann" not in repr(write)
    assert "198.51" not in repr(write)


def test_claims_as_text_and_other_spellings() -> None:
    """Claims and authorization may be JSON text, names bare texts, the resource elsewhere."""
    claims = json.dumps({"appid": APP})
    for changes in (
        {"resourceId": None, "resourceUri": RECORD},
        {"resourceId": None},
        {"resourceId": None, "authorization": json.dumps({"scope": RECORD})},
        {"operationName": OPERATION, "status": "Succeeded"},
    ):
        (write,) = writes_in([entry(**{"claims": claims, "caller": APP, **changes})])
        assert (write.resource, write.actor) == (ResourceId(RECORD), Actor(APP, ActorKind.APPLICATION))


def test_the_dns_platform() -> None:
    """Records that a zone group writes have Azure's own DNS platform as their caller."""
    (write,) = writes_in([entry(caller="Azure Traffic Manager and DNS", claims=None)])
    assert write.actor == Actor(None, ActorKind.PLATFORM)


def test_one_write_has_several_entries() -> None:
    """Started, accepted and succeeded are one write, at the moment at which it was accepted."""
    entries = [entry("Succeeded", 5), entry("Accepted", 1, claims={}), entry("Started", 0, claims={}, caller="")]
    (write,) = writes_in(entries)
    assert (write.at.minute, write.actor.id) == (1, PERSON)
    assert len(writes_in([entry("Succeeded", 5), entry("Succeeded", 9, operationId="o-2")])) == 2


@pytest.mark.parametrize(
    ("statuses", "count"),
    [
        (["Started"], 0),
        (["Failed"], 0),
        (["Accepted"], 1),
        (["Accepted", "Failed"], 0),
        (["Accepted", "Canceled"], 0),
        (["Failed", "Succeeded"], 1),
        (["In Progress", "Resolved", ""], 0),
    ],
)
def test_what_did_not_happen_is_left_out(statuses: list[str], count: int) -> None:
    """Only what succeeded counts, and what was accepted and did not fail afterwards."""
    assert len(writes_in([entry(status, minute) for minute, status in enumerate(statuses)])) == count


@pytest.mark.parametrize(
    "changes",
    [
        {"operationName": {"value": "Microsoft.ContainerRegistry/registries/listCredentials/action"}},
        {"operationName": {"value": "Microsoft.Authorization/policies/audit/action"}},
        {"operationName": None},
        {"operationName": {"value": 7}},
        {"resourceId": "shop", "authorization": "nonsense"},
        {"resourceId": 7},
        {"resourceId": RECORD.replace("/A/", "//A/")},
        {"eventTimestamp": "yesterday"},
        {"eventTimestamp": None},
    ],
)
def test_what_is_no_write_is_left_out(changes: dict[str, Any]) -> None:
    """Actions, and entries without operation, resource or moment, name no write and do no harm."""
    assert writes_in([entry(**changes), entry(minute=3)]) == writes_in([entry(minute=3)])


def test_the_oldest_comes_first() -> None:
    """Writes come in the order of time, whatever the order of the log."""
    entries = [entry(minute=number, operationId=f"o-{number}") for number in (7, 2, 5)]
    assert [write.at.minute for write in writes_in(entries)] == [2, 5, 7]
