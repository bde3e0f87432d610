"""Who took the link away is named and cannot approve; taken away again and again, the program stops and says so."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.town import Program, Town, links_in, subjects_in

TERRAFORM = {"appid": "33333333-4444-5555-6666-777777777777", "idtyp": "app"}
FIRST = "privatednszones/privatelink.azurecr.io/virtualnetworklinks/to-vnet-orders"
OPERATION = "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete"


def link_of_orders(place: Town) -> str:
    """The link of the zone to the network of the app, whatever its name."""
    found = [one for one in place.azure.estate()["resources"] if one["type"].endswith("/virtualNetworkLinks")]
    return next(
        str(one["id"])
        for one in found
        if one["properties"]["virtualNetwork"]["id"].lower().endswith("virtualnetworks/vnet-orders")
    )


def taken_away(place: Town, program: Program, claims: dict[str, str] | None = None, **data: object) -> str:
    """Somebody takes the link away behind our back, and its event comes in; the incident."""
    program.runtime.clock.sleep(3600)
    link = link_of_orders(place)
    place.azure.remove(link)
    assert not place.pulls("orders")
    incident = program.event(link, OPERATION, TERRAFORM if claims is None else claims, correlationId="c-7", **data)
    program.settle()
    return incident


def approved(place: Town, program: Program, incident: str) -> dict[str, object]:
    """Somebody says yes to the newest question; the incident afterwards."""
    assert program.status(incident) == "AWAITING_APPROVAL"
    assert program.decide(links_in(place.postbox)[-1], "lin", "fabrikamorders") == 200
    program.settle()
    return program.incident(incident)


def test_mended_twice_and_then_left_to_people(town: Callable[[str], Town]) -> None:
    """Removed, approved and mended; removed and mended; removed: no plan is proposed, and the accounts are named."""
    place = town("healthy-hub")
    with place.program() as program:
        first = taken_away(place, program)
        found = approved(place, program, first)
        assert (found["status"], place.pulls("orders")) == ("RESOLVED", True)
        cause = found["caused_by"]
        assert isinstance(cause, dict)
        assert cause["resource"].lower().endswith(FIRST)
        assert (cause["actor"], cause["correlation"]) == ({"id": TERRAFORM["appid"], "kind": "application"}, "c-7")

        second = program.incident(taken_away(place, program))
        assert second["caused_by"]["resource"].endswith("/virtualNetworkLinks/vnet-orders")
        assert approved(place, program, str(second["id"]))["status"] == "RESOLVED"
        questions, writes = len(links_in(place.postbox)), len(place.azure.writes)

        stopped = program.incident(taken_away(place, program))
        assert (stopped["status"], stopped["request"]) == ("NEEDS_HUMAN", None)
        assert stopped["error"]["code"] == "two-owners"
        assert TERRAFORM["appid"] in stopped["error"]["message"]
        assert "vnet-orders (virtualNetworkLinks) of privatelink.azurecr.io" in stopped["error"]["message"]
        assert (len(links_in(place.postbox)), len(place.azure.writes)) == (questions, writes)
        assert subjects_in(place.postbox)[-1] == "[remediator] Needs you: privatelink.azurecr.io"


def test_a_person_who_took_it_away_cannot_approve(town: Callable[[str], Town]) -> None:
    """The event of a person who worked through the portal names the person, not the portal; that person may not
    approve, and somebody else may."""
    place = town("healthy-hub")
    person = "66666666-7777-8888-9999-000000000000"
    claims = {
        "appid": "c44b4083-0000-49c1-b47d-974e53cbdf3c",
        "oid": person,
        "name": "Ann Doe",
        "ipaddr": "198.51.100.7",
    }
    with place.program() as program:
        incident = taken_away(place, program, claims)
        found = program.incident(incident)
        assert found["caused_by"]["actor"] == {"id": person, "kind": "person"}
        assert "Ann" not in str(found) and "198.51" not in str(found)
        (link,) = links_in(place.postbox)
        assert program.decide(link, person, "fabrikamorders") == 403
        assert approved(place, program, incident)["status"] == "RESOLVED"


def test_an_alert_and_the_activity_log(town: Callable[[str], Town]) -> None:
    """An alert names nobody; the activity log tells who took the link away, and the mail and the terminal's journal say
    it."""
    place = town("healthy-hub")
    with place.program() as program:
        link = link_of_orders(place)
        at = program.runtime.clock.now().timestamp() - 600
        place.azure.history(link, OPERATION, appid=TERRAFORM["appid"], at=at, correlation_id="c-9")
        place.azure.remove(link)
        incident = program.alert(place.network.pull_app(place.app("orders")).text)
        program.settle()
        cause = program.incident(incident)["caused_by"]
        assert (cause["source"], cause["correlation"], cause["resource"]) == ("activity-log", "c-9", link)
        assert cause["actor"] == {"id": TERRAFORM["appid"], "kind": "application"}
        mail = place.postbox.mail(1, timeout=0)
        assert mail is not None
        body = mail.get_body(("plain",))
        assert body is not None
        assert f"Who did it: application {TERRAFORM['appid']} deleted to-vnet-orders" in body.get_content()
        found = approved(place, program, incident)
        assert (found["status"], place.pulls("orders")) == ("RESOLVED", True)


def test_terraform_against_a_zone_group(town: Callable[[str], Town]) -> None:
    """The log shows Terraform and Azure's DNS platform overwriting one record in turn: the program does not join in."""
    place = town("healthy-hub")
    with place.program() as program:
        bodies = place.azure.estate()["resources"]
        record = next(one for one in bodies if one["id"].endswith("/A/fabrikamorders"))
        now = program.runtime.clock.now().timestamp()
        for hours in range(8, 0, -1):
            who = {"appid": TERRAFORM["appid"]} if hours % 2 else {"caller": "Azure Traffic Manager and DNS"}
            place.azure.history(record["id"], f"{record['type']}/write", at=now - 3600 * hours, **who)
        place.azure.put({**record, "properties": {"ttl": 3600, "aRecords": [{"ipv4Address": "10.9.9.9"}]}})
        assert not place.pulls("orders")
        incident = program.request(place.registry("fabrikamorders"))
        program.settle()
        stopped = program.incident(incident)
    assert (stopped["status"], stopped["error"]["code"]) == ("NEEDS_HUMAN", "two-owners")
    assert stopped["caused_by"]["actor"]["id"] == TERRAFORM["appid"]
    for owner in (TERRAFORM["appid"], "Azure itself"):
        assert owner in stopped["error"]["message"]
    assert any("ttl 3600, no creator" in line["what"] for line in stopped["journal"])
    assert (links_in(place.postbox), place.azure.writes) == ([], [])
