"""What was approved is applied, or nothing is: worlds that move, worlds that are well, worlds that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from remediator.bootstrap import Runtime
from tests.scenarios.town import Program, Town, links_in


def asked(place: Town, program: Program, app: str) -> str:
    """An incident whose plan waits for an approval."""
    incident = program.alert(place.network.pull_app(place.app(app)).text)
    program.settle()
    assert program.status(incident) == "AWAITING_APPROVAL"
    return incident


def opened(place: Town) -> None:
    """Somebody opens contosoalbum to everybody."""
    registry = place.azure.resource(place.registry("contosoalbum"))
    assert registry is not None
    registry["properties"]["publicNetworkAccess"] = "Enabled"
    registry["properties"]["networkRuleSet"] = {"defaultAction": "Allow", "ipRules": []}
    place.azure.put(registry)


def zone_made(place: Town) -> dict[str, Any]:
    """Somebody makes the private zone in another group and links it to the app's network."""
    app = place.app("album")
    group = app.split("/providers/")[0]
    zone = f"{group.replace('rg-album', 'rg-dns')}/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn"
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-album"
    common = {"location": "global", "tags": {}}
    place.azure.put(
        {
            "id": zone,
            "name": "privatelink.azurecr.cn",
            "type": "Microsoft.Network/privateDnsZones",
            "properties": {"provisioningState": "Succeeded"},
            **common,
        }
    )
    link = {
        "id": f"{zone}/virtualNetworkLinks/by-hand",
        "name": "by-hand",
        "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "properties": {
            "provisioningState": "Succeeded",
            "virtualNetworkLinkState": "Completed",
            "registrationEnabled": False,
            "virtualNetwork": {"id": network},
        },
        **common,
    }
    place.azure.put(link)
    return link


def test_an_approved_plan_is_void_once_the_world_has_moved(town: Callable[[str], Town]) -> None:
    """Approved, then somebody links a zone of the same name: nothing is written, and a new plan is asked for."""
    place = town("first-incident")
    with place.program() as program:
        incident = asked(place, program, "album")
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        before = program.incident(incident)["request"]["digest"]
        zone_made(place)
        program.settle()
        found = program.incident(incident)
        assert (found["status"], place.azure.writes) == ("AWAITING_APPROVAL", [])
        assert found["approvals"] == []
        assert found["request"]["digest"] != before
        first, second = links_in(place.postbox)
        assert program.decide(first, "lin", "contosoalbum") == 404
        assert program.decide(second, "lin", "contosoalbum") == 200
        program.settle()
        assert program.status(incident) == "RESOLVED"
    assert place.pulls("album")
    assert not any("rg-album" in path and path.endswith("privatelink.azurecr.cn") for _, path in place.azure.writes)


def test_what_mended_itself_is_left_alone(town: Callable[[str], Town]) -> None:
    """Approved, then the registry is opened: the case is closed and nothing was written."""
    place = town("first-incident")
    with place.program() as program:
        incident = asked(place, program, "album")
        (link,) = links_in(place.postbox)
        program.decide(link, "lin", "contosoalbum")
        opened(place)
        program.settle()
        found = program.incident(incident)
    assert found["status"] in ("NO_DRIFT", "REPORTED")
    assert (found["diagnosis"]["plan"], found["approvals"], place.azure.writes) == (None, [], [])


def test_a_first_endpoint_takes_nobody_elses_registry_away(town: Callable[[str], Town]) -> None:
    """The registry's first endpoint would make its name private where kiosk pulls it: the plan says so, and after it
    both apps pull."""
    place = town("shadow")
    assert (place.pulls("press"), place.pulls("kiosk")) == (False, True)
    with place.program() as program:
        incident = asked(place, program, "press")
        plan = program.incident(incident)["diagnosis"]["plan"]
        assert any("kiosk" in change["target"] for change in plan["changes"])
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "northwindpress") == 200
        program.settle(1200)
        assert program.status(incident) == "RESOLVED"
    assert (place.pulls("press"), place.pulls("kiosk")) == (True, True)


def test_a_healthy_registry_is_left_alone(town: Callable[[str], Town]) -> None:
    """A request about a registry that is well ends as NO_DRIFT: no plan, no question, no write."""
    place = town("healthy-hub")
    with place.program() as program:
        incident = program.request(place.registry("fabrikamorders"))
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["diagnosis"]["plan"]) == ("NO_DRIFT", None)
    assert (links_in(place.postbox), place.azure.writes) == ([], [])


@pytest.mark.parametrize(
    ("refused", "verdict"),
    [
        ("Microsoft.Network/privateDnsZones", "broken"),
        ("Microsoft.Network/virtualNetworks", "unknown"),
        ("Microsoft.ContainerRegistry/registries", "unknown"),
        ("Microsoft.App/managedEnvironments", "unknown"),
    ],
)
def test_what_cannot_be_read_is_not_changed(town: Callable[[str], Town], refused: str, verdict: str) -> None:
    """Where a kind of resource may not be read, nothing is planned, nobody is asked and nothing is written."""
    place = town("first-incident")
    place.azure.faults.refuse(refused)
    with place.program() as program:
        incident = program.alert(place.network.pull_app(place.app("album")).text)
        program.settle()
        found = program.incident(incident)
    assert {path["verdict"] for path in found["diagnosis"]["paths"] if "album" in path["consumer"]} == {verdict}
    assert (found["diagnosis"]["plan"], links_in(place.postbox), place.azure.writes) == (None, [], [])


def test_throttling_is_waited_out(town: Callable[[str], Town]) -> None:
    """A 429 in the middle of applying delays the plan and nothing else."""
    place = town("first-incident")
    with place.program() as program:
        incident = asked(place, program, "album")
        (link,) = links_in(place.postbox)
        program.decide(link, "lin", "contosoalbum")
        place.azure.faults.throttle(1, retry_after=0)
        program.settle()
        assert program.status(incident) == "RESOLVED"
    assert len(place.azure.writes) == 4


def fail_next(place: Town) -> None:
    """The operation that is started next ends as refused, without its effect."""
    place.azure.faults.on_write = None
    place.azure.faults.fail_operation(1, "BadRequest", "The subnet has no room for it.")


def test_a_change_that_fails_is_taken_back(town: Callable[[str], Town]) -> None:
    """When an operation of Azure ends as failed, our own writes are undone and the estate is as it was."""
    place = town("first-incident")
    before = {one["id"]: one["type"] for one in place.azure.estate()["resources"]}
    with place.program() as program:
        incident = asked(place, program, "album")
        (link,) = links_in(place.postbox)
        program.decide(link, "lin", "contosoalbum")
        place.azure.faults.on_write = lambda _, path: fail_next(place) if path.endswith("azurecr.cn") else None
        program.settle(1200)
        assert program.status(incident) == "ROLLED_BACK"
    assert {one["id"]: one["type"] for one in place.azure.estate()["resources"]} == before


@pytest.mark.parametrize(("failures", "status", "writes"), [(2, "RESOLVED", 6), (3, "ROLLED_BACK", 4)])
def test_an_operation_that_fails_for_no_reason(
    town: Callable[[str], Town], failures: int, status: str, writes: int
) -> None:
    """An operation that ends with an internal error of Azure is tried three times in all; then ours is taken back."""
    place = town("first-incident")
    before = {one["id"]: one["type"] for one in place.azure.estate()["resources"]}

    def fail_the_endpoint(_: str, path: str) -> None:
        if path.endswith("azurecr.cn"):
            place.azure.faults.on_write = None
            place.azure.faults.fail_operation(failures)

    with place.program() as program:
        incident = asked(place, program, "album")
        (link,) = links_in(place.postbox)
        program.decide(link, "lin", "contosoalbum")
        place.azure.faults.on_write = fail_the_endpoint
        began = place.clock.now()
        program.settle(1200)
        found = program.incident(incident)
    assert found["status"] == status, found["journal"]
    assert place.clock.now() - began < timedelta(minutes=5)
    assert len([path for method, path in place.azure.writes if method == "PUT"]) == writes
    assert any("InternalServerError" in line["what"] for line in found["journal"])
    if status == "ROLLED_BACK":
        assert {one["id"]: one["type"] for one in place.azure.estate()["resources"]} == before


def test_a_stop_holds_every_write_back(town: Callable[[str], Town]) -> None:
    """While somebody has stopped the program an approved plan waits; once it is resumed the plan is applied."""
    place = town("first-incident")
    with place.program() as program:
        incident = asked(place, program, "album")
        (link,) = links_in(place.postbox)
        program.decide(link, "lin", "contosoalbum")
        runtime: Runtime = program.runtime
        runtime.switch.stop("a freeze", "somebody")
        program.settle()
        assert (program.status(incident), place.azure.writes) == ("APPROVED", [])
        runtime.switch.resume()
        program.settle()
        assert program.status(incident) == "RESOLVED"
