"""An estate read in rows is judged as one that was read resource by resource; what cannot be seen is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.azure.wide_reading import GraphReader
from remediator.cli.bench.drifts import DRIFTS
from remediator.core.cloud import cloud_named
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import diagnose
from remediator.core.errors import Misconfigured, Transient
from remediator.core.pull_path import Verdict
from remediator.core.snapshot import Unknown
from remediator.core.sweep import SweepScope, Swept, WideEstate, together
from remediator.flow.sweeping import judge_part
from remediator.sandbox import Azure, SandboxCredential, SandboxTransport, estates
from remediator.sandbox.estates.fleet import Fleet, fleet

# What a sweep leaves to the incident's own diagnosis: role assignments are not read.
LEFT_OUT = {"broken-pull-credential"}
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def reader(azure: Azure, part: int = 1000, naps: list[float] | None = None) -> GraphReader:
    """A reader that asks a sandbox in process; it waits without taking time."""
    slept = naps if naps is not None else []
    arm = Arm(ArmAccess(SandboxCredential(), cloud_named(azure.cloud), transport=SandboxTransport(azure)))
    return GraphReader(lambda: arm, cloud_named(azure.cloud), slept.append, part)


def nobody(_: str) -> None:
    """Hears how far a sweep is."""


def swept(azure: Azure, part: int = 1000, scope: SweepScope | None = None) -> tuple[WideEstate, Swept]:
    """What was read, and what was found in it."""
    eyes = reader(azure, part)
    read = eyes.read(scope or SweepScope(), nobody)
    return read, together(judge_part(eyes, packed, DesiredState())[0] for packed in read.parts)


def drifted(registries: int = 100) -> tuple[Fleet, Azure]:
    """A fleet of which a registry each has drifted in one of nine ways."""
    made = fleet(registries)
    for site, drift in zip(made.sites[11::9], DRIFTS.values(), strict=False):
        drift(made, site)
    return made, Azure.from_estate(made.document())


def keys(found: Swept) -> dict[tuple[str, str], str]:
    return {one.key: one.severity.value for one in found.seen}


@pytest.mark.parametrize("name", [one for one in estates.names() if one not in LEFT_OUT])
def test_every_estate_is_judged_as_by_a_whole_diagnosis(name: str) -> None:
    """The same findings and the same verdicts come from rows, in parts as small as they get."""
    azure = Azure.from_estate(estates.load(name))
    arm = reader(azure).arm()
    whole = diagnose(DesiredState(), AzureObserver(arm, cloud_named(azure.cloud)).observe())
    _, found = swept(azure, part=1)
    assert keys(found) == {one.key: one.severity.value for one in whole.findings}
    assert found.paths == Counter(path.verdict for path in whole.paths)


@pytest.mark.parametrize("part", [3, 40, 1000])
def test_nine_drifts_are_found_however_the_fleet_is_cut(part: int) -> None:
    """All nine kinds, and each registry counted once, in parts of any size."""
    made, azure = drifted()
    read, found = swept(azure, part)
    rules = Counter(one.rule for one in found.seen)
    assert rules == {
        "public-network-access": 2,
        "default-action": 1,
        "private-endpoint": 1,
        "endpoint-connection": 2,
        "registry-sku": 1,
        "dns-record": 2,
        "vnet-link": 1,
        "peering": 1,
    }
    assert found.registries == read.registries == len(made.sites)
    assert sum(found.paths.values()) == 110


def test_few_requests_read_many_registries() -> None:
    """A page of a thousand rows is a request: what a registry costs is its rows, and nothing is asked one by one."""
    _, azure = drifted(200)
    read, _ = swept(azure)
    assert read.rows < 200 * 7
    assert read.requests <= read.rows // 1000 + 5
    assert {path for _, path in azure.requests} == {"/subscriptions", GRAPH}


def test_a_record_that_no_known_app_asks_for_is_missed_all_the_same() -> None:
    """A registry without known consumers lost its record: its endpoint's zone group is read, and the loss is found."""
    made = fleet(20)
    for site in made.sites:
        del made.bodies[site.app]
    lost = made.sites[7]
    del made.bodies[lost.login_record]
    azure = Azure.from_estate(made.document())
    _, found = swept(azure)
    assert [(one.rule, one.target.key) for one in found.seen] == [("dns-record", lost.login_record.lower())]
    looks = [path for _, path in azure.requests if path.lower().endswith("/privatednszonegroups")]
    assert looks == [f"{lost.endpoint}/privateDnsZoneGroups"]


def test_throttling_and_outages_change_nothing() -> None:
    """With every fifth request refused and bursts of failures the result is the same."""
    _, azure = drifted()
    _, before = swept(azure)
    azure.faults.throttle_every(5, retry_after=2)
    azure.faults.break_down(3, after=4)
    _, after = swept(azure)
    assert keys(after) == keys(before)
    assert after == before


def test_the_quota_is_waited_for() -> None:
    """When an answer says that nothing is left, nobody asks before it is there again: no query is refused."""
    moment, naps = [1_000.0], list[float]()
    azure = Azure.from_estate(estates.load("healthy-hub"), clock=lambda: moment[0])
    azure.graph_quota.on = True

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        moment[0] += seconds

    eyes = reader(azure)
    eyes.sleep = sleep
    refused = []
    handle = azure.handle

    def watched(method: str, url: str, headers: Any, body: bytes) -> Any:
        answer = handle(method, url, headers, body)
        refused.append(answer.status == 429)
        return answer

    azure.handle = watched  # type: ignore[method-assign]
    for _ in range(6):
        eyes.read(SweepScope(), nobody)
    assert naps
    assert not any(refused)


def test_only_what_was_asked_for_is_looked_at() -> None:
    """With a subscription given, registries elsewhere are not judged."""
    made, azure = drifted()
    first = made.sites[0].registry.split("/")[2]
    read, _ = swept(azure, scope=SweepScope((made.sites[0].app.split("/")[2],)))
    assert read.registries == 0
    assert swept(azure, scope=SweepScope((first.upper(),)))[0].registries == 100
    assert swept(azure, scope=SweepScope(management_groups=("all",)))[0].registries == 100


def hidden(made: Fleet, azure: Azure, of: Callable[[Any], str]) -> str:
    """Hide the subscription of something from the identity."""
    name = of(made.sites[0]).split("/")[2]
    azure.faults.refuse(f"/subscriptions/{name}")
    return name


def test_a_hub_that_cannot_be_seen_makes_its_registries_unknown() -> None:
    """Endpoints, zones and networks in a hidden subscription are not taken for missing ones."""
    made = fleet(40)
    azure = Azure.from_estate(made.document())
    name = hidden(made, azure, lambda site: str(site.hub))
    read, found = swept(azure)
    assert read.unseen == (name,)
    assert set(found.paths) == {Verdict.UNKNOWN}
    assert not [one for one in found.seen if one.severity.value == "broken"]
    assert not found.fine


def test_apps_that_cannot_be_seen_leave_the_registries_judged() -> None:
    """Without its consumers a registry is checked all the same, and nobody invents a path."""
    made = fleet(40)
    azure = Azure.from_estate(made.document())
    name = hidden(made, azure, lambda site: str(site.app))
    read, found = swept(azure)
    assert name in read.unseen
    assert found.registries == 40
    assert not found.paths


def test_a_subscription_that_was_asked_for_and_is_hidden_is_told() -> None:
    """What was asked for and cannot be seen is named."""
    made = fleet(40)
    azure = Azure.from_estate(made.document())
    name = hidden(made, azure, lambda site: str(site.app))
    read, _ = swept(azure, scope=SweepScope((name, made.sites[0].registry.split("/")[2])))
    assert name in read.unseen


def test_records_that_cannot_be_read_are_unknown() -> None:
    """When the table of records is refused, no registry is said to lack its record."""
    made, azure = drifted()
    handle = azure.handle

    def without_records(method: str, url: str, headers: Any, body: bytes) -> Any:
        asked = body.replace(b"dnsresources", b"nowhere") if url.lower().find("resourcegraph") > 0 else body
        return handle(method, url, headers, asked)

    azure.handle = without_records  # type: ignore[method-assign]
    read, found = swept(azure)
    assert any("records" in note for note in read.notes)
    assert not [one for one in found.seen if one.rule == "dns-record"]
    assert found.paths[Verdict.OK] == 1  # its registry is open to everybody
    assert found.paths[Verdict.UNKNOWN] > 80
    assert made.sites


def test_registries_that_cannot_be_asked_for_end_the_sweep() -> None:
    """Without the first query there is nothing to judge: the error is raised, and no thread is left waiting."""
    _, azure = drifted()
    azure.faults.refuse(GRAPH, status=503, code="ServiceUnavailable")
    with pytest.raises(Transient):
        swept(azure)
    azure.faults.clear()
    azure.faults.refuse(GRAPH)
    with pytest.raises(Misconfigured):
        swept(azure)


def test_links_whose_rows_lack_their_policy_are_read_from_resource_manager() -> None:
    """A row without resolutionPolicy does not say that names end there: the zone's links are listed once."""
    azure = Azure.from_estate(estates.load("healthy-hub"))
    handle = azure.handle

    def without_policy(method: str, url: str, headers: Any, body: bytes) -> Any:
        answer = handle(method, url, headers, body)
        if "resourcegraph" not in url.lower():
            return answer
        text = answer.body.replace(b'"resolutionPolicy"', b'"left"')
        return type(answer)(answer.status, answer.headers, text)

    azure.handle = without_policy  # type: ignore[method-assign]
    eyes = reader(azure)
    read = eyes.read(SweepScope(), nobody)
    zones = [path for _, path in azure.requests if path.lower().endswith("/virtualnetworklinks")]
    assert zones
    assert len(zones) == len(set(zones))
    links = [body["id"] for body in azure.world.state.of_type("microsoft.network/privatednszones/virtualnetworklinks")]
    policies = {
        link.resolution_policy
        for packed in read.parts
        for zone in eyes.open(packed).snapshot.zones.values()
        for link in (zone.links if not isinstance(zone.links, Unknown) else ())
    }
    shown = {(azure.resource(one) or {})["properties"]["resolutionPolicy"] for one in links}
    assert policies == shown
