"""A policy reopens sixty registries: one incident, one plan, a canary, and nothing more once something has stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.bench.drifts import public_access
from remediator.sandbox.estates.fleet import Fleet, Site, fleet
from tests.scenarios.town import Program, Town, links_in, subjects_in

POLICY = {"appid": "12121212-4444-5555-6666-777777777777", "idtyp": "app"}
WRITE = "Microsoft.ContainerRegistry/registries/write"
REOPENED = 60
DECLARED = """\
apiVersion: remediator/v1
kind: DesiredState
registries:
  - match: "*"
    publicNetworkAccess: Disabled
    defaultAction: Deny
limits:
  changesPerHour: 1000
"""


def reopened(place: Town, sites: list[Site], made: Fleet) -> None:
    """The assignment's identity opens the registries, one a minute, and the activity log has it."""
    now = place.clock.now().timestamp()
    for minutes, site in enumerate(sites, start=1):
        public_access(made, site)
        place.azure.put(made.bodies[site.registry])
        place.azure.history(site.registry, WRITE, appid=POLICY["appid"], at=now - 50 * minutes)


@pytest.fixture
def fleet_town(town: Callable[[Any], Town], tmp_path: Path) -> tuple[Town, Fleet]:
    made = fleet(REOPENED + 4)
    place = town(made.document())
    place.desired = tmp_path / "desired.yaml"
    place.desired.write_text(DECLARED)
    return place, made


def told_of_one(place: Town, program: Program, site: Site) -> str:
    incident = program.event(site.registry, WRITE, POLICY)
    program.settle()
    return incident


def test_sixty_registries_are_one_incident(fleet_town: tuple[Town, Fleet]) -> None:
    """One event leads to one plan for the registries that the account opened, and no other; one question is asked."""
    place, made = fleet_town
    sites = made.sites[:REOPENED]
    reopened(place, sites, made)
    stranger = made.sites[REOPENED]
    public_access(made, stranger)
    place.azure.put(made.bodies[stranger.registry])
    with place.program() as program:
        incident = told_of_one(place, program, sites[7])
        found = program.incident(incident)
        assert found["status"] == "AWAITING_APPROVAL", found["journal"]
        planned = {change["target"] for change in found["diagnosis"]["plan"]["changes"]}
        assert planned == {site.registry for site in sites}
        again = told_of_one(place, program, sites[9])
        assert program.status(again) == "JOINED"
        assert len(links_in(place.postbox)) == 1


def decided(program: Program, place: Town, incident: str) -> None:
    """Somebody types what the plan asks for and says yes."""
    word = str(program.incident(incident)["registries"][0]).rpartition("/")[2]
    assert program.decide(links_in(place.postbox)[-1], "lin", word) == 200


def written(place: Town) -> set[str]:
    """The registries that were written to."""
    return {path for _, path, *_ in place.azure.writes}


def minutes_of(program: Program, place: Town, minutes: int) -> list[set[str]]:
    """Let so many minutes pass, one after the other; what was written to after each."""
    found = []
    for _ in range(minutes):
        program.runtime.clock.sleep(60)
        program.settle(60)
        found.append(written(place))
    return found


def test_the_canary_goes_first(fleet_town: tuple[Town, Fleet]) -> None:
    """One registry is closed; nothing else is written before it has stood for five minutes; then the rest follows in
    waves, and all are closed."""
    place, made = fleet_town
    reopened(place, made.sites[:30], made)
    with place.program() as program:
        incident = told_of_one(place, program, made.sites[0])
        decided(program, place, incident)
        program.settle(60)
        sizes = [len(one) for one in (written(place), *minutes_of(program, place, 13))]
        assert sorted(set(sizes)) == [1, 21, 30]
        assert sizes[:4] == [1] * 4
        assert program.status(incident) == "RESOLVED"


def test_nothing_follows_a_canary_that_hurts(fleet_town: tuple[Town, Fleet]) -> None:
    """Where a pull that worked stops while the canary stands, no other registry is written to, the canary is opened
    again, and people hear of it."""
    place, made = fleet_town
    reopened(place, made.sites[:4], made)
    with place.program() as program:
        incident = told_of_one(place, program, made.sites[0])
        decided(program, place, incident)
        program.settle(60)
        (canary,) = written(place)
        site = next(one for one in made.sites if one.registry.lower() == canary.lower())
        place.azure.remove(site.login_record)
        assert all(one == {canary} for one in minutes_of(program, place, 10))
        found = program.incident(incident)
        assert found["status"] == "ROLLED_BACK"
        assert any("the wave failed" in line["what"] for line in found["journal"])
    opened = next(one for one in place.azure.estate()["resources"] if one["id"].lower() == canary.lower())
    assert opened["properties"]["publicNetworkAccess"] == "Enabled"
    assert "Undone" in subjects_in(place.postbox)[-1]


def test_nothing_follows_a_canary_of_which_nobody_can_tell(fleet_town: tuple[Town, Fleet]) -> None:
    """Where nobody can say any more whether the canary is pulled from, no other registry is written to and nothing is
    taken back; once it can be told again, the rest follows."""
    place, made = fleet_town
    reopened(place, made.sites[:4], made)
    with place.program() as program:
        incident = told_of_one(place, program, made.sites[0])
        decided(program, place, incident)
        program.settle(60)
        (canary,) = written(place)
        site = next(one for one in made.sites if one.registry.lower() == canary.lower())
        spoke = made.bodies[site.spoke]
        asked = {**spoke, "properties": {**spoke["properties"], "dhcpOptions": {"dnsServers": ["192.168.10.4"]}}}
        place.azure.put(asked)
        assert all(one == {canary} for one in minutes_of(program, place, 10))
        found = program.incident(incident)
        assert found["status"] == "APPLYING"
        assert any("cannot be told" in line["what"] for line in found["journal"])
        place.azure.put(spoke)
        assert len(minutes_of(program, place, 20)[-1]) == 4


def test_what_waited_for_the_hour_is_looked_at_again(fleet_town: tuple[Town, Fleet]) -> None:
    """A registry that was to be closed an hour ago stays open where its pulls are not private any more."""
    place, made = fleet_town
    assert place.desired is not None
    place.desired.write_text(DECLARED.replace("1000", "1"))
    site = made.sites[0]
    reopened(place, [site], made)
    with place.program() as program:
        incident = told_of_one(place, program, site)
        decided(program, place, incident)
        program.settle(60)
        assert len(place.azure.writes) == 1
        assert program.status(incident) == "APPLYING"
        place.azure.remove(site.login_record)
        minutes_of(program, place, 70)
        assert len(place.azure.writes) == 1, program.incident(incident)["journal"][-6:]
        assert any("not every pull arrives privately" in line["what"] for line in program.incident(incident)["journal"])
