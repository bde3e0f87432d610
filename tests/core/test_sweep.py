"""What a sweep keeps of what it judged: findings by subject, registries by subscription, one of each."""

from __future__ import annotations

from datetime import UTC, datetime

from remediator.cli.bench.drifts import no_endpoint, record_missing
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.desired import DesiredState
from remediator.core.finding import Severity
from remediator.core.fleet import RegistryState, part_of
from remediator.core.fleet import together as fleet_of
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.sweep import OpenedPart, Seen, Swept, judged, together
from remediator.facts import snapshot_from
from remediator.sandbox.estates.fleet import Fleet, fleet
from remediator.views.sweep import states

ZONE = ResourceId("/subscriptions/d/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z")
SHOP = ResourceId("/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/shop")
CART = ResourceId("/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/cart")


def seen(rule: str = "vnet-link", severity: Severity = Severity.BROKEN, *registries: ResourceId) -> Seen:
    return Seen(rule, ZONE, severity, f"{rule} is wrong", (rule, ZONE.key), registries)


def part(made: Fleet, shared: frozenset[str] = frozenset()) -> OpenedPart:
    return OpenedPart(snapshot_from(made.resources(), AZURE_PUBLIC), shared)


def test_registries_are_counted_by_how_they_stand() -> None:
    """Those without a finding are a number, those with one are named with the rules that concern them."""
    made = fleet(20)
    no_endpoint(made, made.sites[3])
    record_missing(made, made.sites[5])
    found = judged(DesiredState(), part(made))
    assert found.registries == 20
    assert sum(found.fine.values()) == 18
    named = {rid.name: rules for rid, rules in found.named.items()}
    assert named[made.sites[3].registry.rsplit("/", 1)[-1]] == (("private-endpoint", Severity.BROKEN),)
    assert found.paths == {Verdict.OK: 20, Verdict.BROKEN: 2}


def test_a_registry_that_cannot_be_read_is_unknown() -> None:
    """It is counted with the others, by name, and is neither fine nor left out."""
    made = fleet(20)
    hidden = made.sites[3].registry
    refused = {"code": "AuthorizationFailed", "message": "no right to read it"}
    made.bodies[hidden] = {"id": hidden, "type": "Microsoft.ContainerRegistry/registries", "error": refused}
    found = judged(DesiredState(), part(made))
    assert found.registries == 20
    assert sum(found.fine.values()) == 19
    assert [(rid.text, severity) for rid, rules in found.named.items() for _, severity in rules] == [
        (hidden, Severity.UNKNOWN)
    ]
    assert states(found)[RegistryState.UNKNOWN] == 1


def test_a_finding_of_two_parts_is_one() -> None:
    """The same rule about the same target, with the registries of both, and the worse of two severities."""
    whole = together(
        (Swept(seen=(seen("vnet-link", Severity.RISK, SHOP),)), Swept(seen=(seen("vnet-link", Severity.BROKEN, CART),)))
    )
    (one,) = whole.seen
    assert one.registries == (SHOP, CART)
    assert one.severity is Severity.BROKEN


def test_a_registry_of_two_parts_is_one() -> None:
    """Whoever is judged in several parts is counted once, with what each of them says."""
    one = Swept({"s": 3}, {SHOP: ()})
    other = Swept({"s": 2}, {SHOP: (("dns-record", Severity.BROKEN),)})
    whole = together((one, other))
    assert whole.registries == 6
    assert whole.named == {SHOP: (("dns-record", Severity.BROKEN),)}


def test_a_shared_registry_is_named_though_it_is_fine() -> None:
    """Another part may know more about it: it is not among the numbers."""
    made = fleet(4)
    found = judged(DesiredState(), part(made, frozenset({made.sites[0].registry.lower()})))
    assert sum(found.fine.values()) == 3
    assert [rid.key for rid in found.named] == [made.sites[0].registry.lower()]


def test_sightings_are_by_subject_and_the_worst_come_first() -> None:
    """A record's finding belongs to its zone; what is only unknown is worth no incident."""
    record = Seen("dns-record", ZONE.child("A", "shop"), Severity.BROKEN, "", ("dns-record", ZONE.key))
    drift = Seen("ip-rules", SHOP, Severity.DRIFT, "", ("ip-rules", SHOP.key))
    unknown = Seen("route", CART, Severity.UNKNOWN, "", ("route", CART.key))
    sightings = Swept(seen=(unknown, drift, seen(), record)).sightings()
    assert [one.subject for one in sightings] == [ZONE, SHOP, CART]
    assert len(sightings[0].seen) == 2
    assert [(one.broken, one.worth_an_incident) for one in sightings] == [(True, True), (False, True), (False, False)]


def test_a_sighting_is_recognised_by_its_findings() -> None:
    """The fingerprint changes with what is found, and not with its order, words or registries."""
    first = Swept(seen=(seen("vnet-link"), seen("dns-zone"))).sightings()[0]
    again = Swept(seen=(seen("dns-zone", Severity.BROKEN, SHOP), seen("vnet-link", Severity.RISK))).sightings()[0]
    other = Swept(seen=(seen("vnet-link"),)).sightings()[0]
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_the_fleet_has_every_registry_once() -> None:
    """What is kept by subscription adds up to all registries, fine ones included."""
    made = fleet(20)
    no_endpoint(made, made.sites[3])
    found = judged(DesiredState(), part(made))
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    summary = fleet_of(part_of(name, noon, held) for name, held in found.by_subscription().items())
    assert summary.total == 20
    assert dict(summary.rules) == {"private-endpoint": 1}
