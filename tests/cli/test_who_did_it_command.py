"""Who caused a drift, on the terminal: from an event at hand, and from a case file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remediator.sandbox import estates
from tests.cli.running import document, run

PIPELINE = "33333333-4444-5555-6666-777777777777"
PERSON = "66666666-7777-8888-9999-000000000000"


def without_a_link(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The healthy estate after somebody took a link of the zone away, and the link."""
    estate = estates.load("healthy-hub")
    link = next(one for one in estate["resources"] if one["id"].endswith("virtualNetworkLinks/to-vnet-orders"))
    estate["resources"].remove(link)
    path = folder / "estate.json"
    path.write_text(json.dumps(estate), encoding="utf-8")
    return path, link


def event_file(folder: Path, link: dict[str, Any], **claims: str) -> Path:
    """The event of that write, as Event Grid posts it."""
    event = {
        "id": "e-1",
        "eventType": "Microsoft.Resources.ResourceDeleteSuccess",
        "eventTime": "2026-08-01T08:00:00.1234567Z",
        "subject": link["id"],
        "data": {
            "resourceUri": link["id"],
            "operationName": f"{link['type']}/delete",
            "correlationId": "c-1",
            "claims": claims,
        },
    }
    path = folder / "event.json"
    path.write_text(json.dumps([event]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("claims", "actor"),
    [
        ({"appid": PIPELINE, "idtyp": "app"}, {"id": PIPELINE, "kind": "application"}),
        ({"appid": PIPELINE, "oid": PERSON, "name": "Ann Doe"}, {"id": PERSON, "kind": "person"}),
    ],
)
def test_an_event_names_who_did_it(tmp_path: Path, claims: dict[str, str], actor: dict[str, str]) -> None:
    """Offline, the event itself tells who took the link away, when, and in which deployment."""
    estate, link = without_a_link(tmp_path)
    asked = ("diagnose", "--estate", estate, "--signal", event_file(tmp_path, link, **claims))
    found = document(*asked, "--json")
    assert found["findings"][0]["rule"] == "vnet-link"
    assert found["caused_by"] == {
        "operation": "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
        "resource": link["id"],
        "at": "2026-08-01T08:00:00.123456Z",
        "actor": actor,
        "correlation": "c-1",
        "source": "event",
    }
    said = " ".join(run(*asked).stdout.split())
    assert f"{actor['id']}" in said
    assert "deleted to-vnet-orders" in said
    assert "Ann" not in said + json.dumps(found)


def test_a_record_with_two_writers_is_told(tmp_path: Path) -> None:
    """Without any history, a record made by hand beside a policy's zone group is told, where asked for."""
    estate = estates.load("healthy-hub")
    for one in estate["resources"]:
        if one["id"].endswith("/A/fabrikamorders"):
            one["properties"] = {"ttl": 3600, "aRecords": one["properties"]["aRecords"]}
    text = json.dumps(estate).replace("privateDnsZoneGroups/default", "privateDnsZoneGroups/deployedByPolicy")
    path = tmp_path / "estate.json"
    path.write_text(text, encoding="utf-8")
    told = [
        "two writers: the zone group deployedByPolicy of pe-fabrikamorders, which a policy deployed, should write the "
        "record fabrikamorders of privatelink.azurecr.io, and it is kept by hand or by a tool (ttl 3600, no creator)"
    ]
    asked = ("diagnose", "--estate", path, "--json")
    assert document(*asked)["notes"] == told
    assert document(*asked, "--registry", "fabrikamorders")["notes"] == told
    assert "notes" not in document(*asked, "--registry", "fabrikambilling")


def test_nobody_is_named_without_a_reason(tmp_path: Path) -> None:
    """An event about something that is whole names nobody, and neither does a question without an event."""
    estate, link = without_a_link(tmp_path)
    whole = {**link, "id": link["id"].replace("/to-vnet-orders", "/to-vnet-hub")}
    healthy = tmp_path / "healthy.json"
    healthy.write_text(json.dumps(estates.load("healthy-hub")), encoding="utf-8")
    asked = ("--signal", event_file(tmp_path, whole, appid=PIPELINE), "--json")
    assert "caused_by" not in document("diagnose", "--estate", healthy, *asked)
    assert "caused_by" not in document("diagnose", "--estate", estate, "--json")
