"""An approver's own address is let in for a while: asked for on the page, approved by another, closed by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from remediator.cli.web_app import app_of
from tests.scenarios.town import SITE, Program, Town, links_in

MINE = "20.50.1.2"
REGISTRY = "fabrikamorders"
HOUR = 3600.0


def switches(place: Town) -> tuple[str, str, list[str]]:
    """Public access, default action and addresses of the registry, as Azure has them."""
    registry = place.azure.resource(place.registry(REGISTRY))
    assert registry is not None
    found: dict[str, Any] = registry["properties"]
    rules = found.get("networkRuleSet") or {}
    listed = [rule["value"] for rule in rules.get("ipRules") or []]
    return found["publicNetworkAccess"], rules.get("defaultAction", ""), listed


def page_of(program: Program, incident: str, person: str = "kim", address: str = MINE) -> tuple[TestClient, str]:
    """The incident's page, as a person sees it who comes from that address."""
    browser = TestClient(app_of(program.runtime), base_url=SITE, client=(address, 40000), follow_redirects=False)
    browser.post("/signin", data={"user": person, "next": "/incidents"})
    page = browser.get(f"/incidents/{incident}")
    assert page.status_code == 200
    return browser, page.text


def asked(program: Program, place: Town, minutes: int = 60) -> str:
    """The incident of an opening that kim has asked for."""
    about = program.request(place.registry(REGISTRY))
    program.settle()
    browser, page = page_of(program, about)
    (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', page)
    form = {"csrf": csrf, "registry": place.registry(REGISTRY), "minutes": str(minutes)}
    answer = browser.post(f"/incidents/{about}/openings", data=form)
    assert answer.status_code == 303, answer.text
    program.settle()
    return str(answer.headers["location"].rpartition("/")[2])


def approved(program: Program, place: Town, minutes: int = 60) -> str:
    incident = asked(program, place, minutes)
    assert program.status(incident) == "AWAITING_APPROVAL"
    assert program.decide(links_in(place.postbox)[-1], "lin", REGISTRY) == 200
    program.settle(60)
    return incident


def test_it_is_opened_and_closed_again(town: Callable[[str], Town]) -> None:
    """Default Deny, the address, then public access; after the time the same in reverse, and Azure is as it was."""
    place = town("healthy-hub")
    before = switches(place)
    with place.program() as program:
        incident = approved(program, place)
        assert program.status(incident) == "APPLIED"
        assert switches(place) == ("Enabled", "Deny", sorted([*before[2], MINE]))
        place.clock.sleep(HOUR - 120)
        program.settle(30)
        assert program.status(incident) == "APPLIED"
        place.clock.sleep(300)
        program.settle()
        found = program.incident(incident)
    assert (found["status"], switches(place)) == ("ROLLED_BACK", before)
    told = [line["what"] for line in found["journal"]]
    assert any("it will be closed at" in line for line in told)
    assert told.index(next(line for line in told if "it will be closed at" in line)) < told.index(
        next(line for line in told if line.startswith("started"))
    )


def test_whoever_asks_does_not_approve(town: Callable[[str], Town]) -> None:
    """The opening is a plan like any other: its asker's yes does not count, and nothing is written."""
    place = town("healthy-hub")
    with place.program() as program:
        incident = asked(program, place)
        assert program.decide(links_in(place.postbox)[-1], "kim", REGISTRY) == 403
        program.settle()
        assert program.status(incident) == "AWAITING_APPROVAL"
    assert place.azure.writes == []


def test_a_dead_program_does_not_leave_it_open(town: Callable[[str], Town]) -> None:
    """A program that ends right after the opening was made: the next one closes it when its time is over."""
    place = town("healthy-hub")
    before = switches(place)
    with place.program() as program:
        incident = approved(program, place, 15)
    assert switches(place)[0] == "Enabled"
    place.clock.sleep(HOUR)
    with place.program() as program:
        program.runtime.take_up()
        program.settle()
        assert program.status(incident) == "ROLLED_BACK"
    assert switches(place) == before


def test_meanwhile_it_is_nobodys_drift(town: Callable[[str], Town], tmp_path: Path) -> None:
    """Whoever looks at the registry while it is open finds nothing to do, though the document wants it closed."""
    place = town("healthy-hub")
    place.desired = tmp_path / "desired.yaml"
    place.desired.write_text(
        "apiVersion: remediator/v1\nkind: DesiredState\nregistries:\n"
        f"  - match: {REGISTRY}\n    publicNetworkAccess: Disabled\n    ipRules: []\n",
        encoding="utf-8",
    )
    with place.program() as program:
        approved(program, place)
        other = program.request(place.registry(REGISTRY))
        program.settle(60)
        assert program.status(other) in ("NO_DRIFT", "JOINED")
        assert switches(place)[0] == "Enabled"


def test_an_opening_that_cannot_be_closed_calls_a_person(town: Callable[[str], Town]) -> None:
    """Somebody who changes the rules meanwhile keeps theirs; what could not be taken back is told to a person."""
    place = town("healthy-hub")
    with place.program() as program:
        incident = approved(program, place, 15)
        registry = place.azure.resource(place.registry(REGISTRY))
        assert registry is not None
        registry["properties"]["networkRuleSet"]["ipRules"].append({"action": "Allow", "value": "20.60.1.1"})
        place.azure.put(registry)
        place.clock.sleep(HOUR)
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["error"]["code"]) == ("NEEDS_HUMAN", "opening-not-closed")
    assert switches(place)[0] == "Disabled"


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.1.9", "2001:4860::1", "testclient", "127.0.0.1"])
def test_only_public_addresses_are_offered(town: Callable[[str], Town], address: str) -> None:
    """A private address, IPv6 or a name cannot be let in: the page has no form for it."""
    place = town("healthy-hub")
    with place.program() as program:
        about = program.request(place.registry(REGISTRY))
        program.settle()
        assert "Let my address in" not in page_of(program, about, address=address)[1]


def test_the_policy_may_forbid_it(town: Callable[[str], Town], tmp_path: Path) -> None:
    """Where the document allows no openings the page offers none."""
    place = town("healthy-hub")
    place.desired = tmp_path / "desired.yaml"
    place.desired.write_text(
        "apiVersion: remediator/v1\nkind: DesiredState\nlimits:\n  maxOpeningMinutes: 0\n", encoding="utf-8"
    )
    with place.program() as program:
        about = program.request(place.registry(REGISTRY))
        program.settle()
        assert "Let my address in" not in page_of(program, about)[1]


def test_a_closed_export_policy_forbids_it(town: Callable[[str], Town]) -> None:
    """A registry whose exports are off has no public access in Azure: nobody is asked, nothing is changed."""
    place = town("healthy-hub")
    registry = place.azure.resource(place.registry(REGISTRY))
    assert registry is not None
    registry["properties"]["policies"] = {"exportPolicy": {"status": "disabled"}}
    place.azure.put(registry)
    before = switches(place)
    with place.program() as program:
        found = program.incident(asked(program, place))
    assert (found["status"], found["error"]["code"]) == ("NEEDS_HUMAN", "opening-forbidden")
    assert "export policy" in found["error"]["message"]
    assert (switches(place), links_in(place.postbox)) == (before, [])


def test_an_opening_that_somebody_made_by_hand_is_closed(town: Callable[[str], Town], tmp_path: Path) -> None:
    """Whoever let an address in past this program: where the document wants it closed, the plan closes it."""
    place = town("healthy-hub")
    place.desired = tmp_path / "desired.yaml"
    place.desired.write_text(
        "apiVersion: remediator/v1\nkind: DesiredState\nregistries:\n"
        f"  - match: {REGISTRY}\n    publicNetworkAccess: Disabled\n    ipRules: []\n",
        encoding="utf-8",
    )
    registry = place.azure.resource(place.registry(REGISTRY))
    assert registry is not None
    rules = {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "20.60.1.1"}]}
    registry["properties"] |= {"publicNetworkAccess": "Enabled", "networkRuleSet": rules}
    place.azure.put(registry)
    with place.program() as program:
        found = program.request(place.registry(REGISTRY))
        program.settle()
        assert program.status(found) == "AWAITING_APPROVAL"
        assert program.decide(links_in(place.postbox)[-1], "lin", REGISTRY) == 200
        program.settle(60)
        assert program.status(found) == "RESOLVED"
    assert switches(place) == ("Disabled", "Deny", [])
