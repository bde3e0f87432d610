"""Which registries a change hides from which linked networks, whether we know a consumer there or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.effect import effect
from remediator.core.resource_id import ResourceId
from remediator.core.shadow import answers_alone, fall_back, find_link, newly_hidden
from remediator.core.snapshot import (
    EndpointConnection,
    EndpointTarget,
    MemberAddress,
    PrivateEndpoint,
    PrivateZone,
    Record,
    Registry,
    Snapshot,
    ZoneLink,
)
from tests.core.small_snapshots import DENIED, an_id, network, network_id, peered, snapshot, zone

REGISTRY = an_id("Microsoft.ContainerRegistry/registries", "shop")
ENDPOINT = an_id("Microsoft.Network/privateEndpoints", "pe-shop")
SUBNET = network_id("one").child("subnets", "snet-endpoints")
HOST = "shop.azurecr.io"


def registry(*, chained: bool = True, access: str = "Enabled", host: str = HOST) -> Registry:
    """A registry with public access, and an approved endpoint connection if `chained`."""
    connection = EndpointConnection(REGISTRY.child("privateEndpointConnections", "c"), ENDPOINT, "Approved")
    connections = (connection,) if chained else ()
    return Registry(
        REGISTRY, "westeurope", host, "Premium", public_network_access=access, connections=connections, regions=("x",)
    )


def endpoint() -> PrivateEndpoint:
    address = MemberAddress("registry", "10.1.4.5", (HOST,))
    return PrivateEndpoint(ENDPOINT, "westeurope", SUBNET, (EndpointTarget(REGISTRY, "Approved"),), (address,))


def with_record(held: PrivateZone) -> PrivateZone:
    return replace(held, records=(Record(held.id.child("A", "shop"), "shop", ("10.1.4.5",)),))


def estate(held: PrivateZone, one: Registry | None = None, *pairs: tuple[str, str], **more: Any) -> Snapshot:
    """Networks one (with the endpoint) and two, peered as `pairs` say, and a zone."""
    made = (network("one", "10.1.0.0/16"), network("two", "10.2.0.0/16"))
    given = one or registry()
    things = {"registries": {given.id: given}, "endpoints": {ENDPOINT: endpoint()}, **more}
    return snapshot(*peered(*pairs, networks=made), held, **things)


def link_of(name: str) -> ResourceId:
    return zone().id.child("virtualNetworkLinks", name)


def linking(name: str, policy: str = "Default") -> Change:
    """A new link of the zone to a network."""
    after = {"network": network_id(name).text, "resolutionPolicy": policy, "registration": False}
    return Change(ChangeKind.CREATE_LINK, link_of(name), "", None, after, "r")


def hidden(before: Snapshot, change: Change) -> list[str]:
    """The links behind which the change hides the registry."""
    return sorted(link.name for link, _ in newly_hidden(before, effect(before, change), (change,)))


LINKS = {
    "a zone without the record": (estate(zone()), linking("two"), ["two"]),
    "a link that falls back": (estate(zone()), linking("two", "NxDomainRedirect"), []),
    "a record whose endpoint is out of reach": (estate(with_record(zone())), linking("two"), ["two"]),
    "a record whose endpoint is peered": (estate(with_record(zone()), None, ("one", "two")), linking("two"), []),
    "a record whose endpoint is in the same network": (estate(with_record(zone())), linking("one"), []),
    "a registry without endpoints": (estate(zone(), registry(chained=False)), linking("two"), []),
    "a registry that is closed": (estate(zone(), registry(access="Disabled")), linking("two"), []),
    "a registry of another cloud": (estate(zone(), registry(host="shop.azurecr.cn")), linking("two"), []),
    "records that cannot be read": (estate(zone(records=DENIED)), linking("two"), []),
    "a network that links it already": (estate(zone("two")), linking("one"), ["one"]),
}


@pytest.mark.parametrize("name", LINKS)
def test_what_a_new_link_hides(name: str) -> None:
    """A linked zone answers alone: a registry that somebody could use in public is lost without a record in reach."""
    before, change, expected = LINKS[name]
    assert hidden(before, change) == expected


def creating() -> Change:
    """The first endpoint of the registry, in network one."""
    after = {"registry": REGISTRY.text, "subnet": SUBNET.text, "location": "westeurope", "manual": False}
    return Change(ChangeKind.CREATE_ENDPOINT, ENDPOINT, "", None, after, "r")


FIRST = [
    (zone("two"), ["two"]),
    (zone("one", "two"), ["one", "two"]),
    (zone(), []),
]


@pytest.mark.parametrize(("held", "expected"), FIRST)
def test_what_a_first_endpoint_hides(held: PrivateZone, expected: list[str]) -> None:
    """With it the public name leads into the zone: all networks that link one without a record lose the registry."""
    bare = estate(held, registry(chained=False), endpoints={})
    assert hidden(bare, creating()) == expected


def test_a_second_endpoint_hides_nothing_new() -> None:
    """What was hidden before is not the change's doing."""
    change = replace(creating(), target=an_id("Microsoft.Network/privateEndpoints", "pe-second"))
    assert hidden(estate(zone("two")), change) == []


def test_an_approval_is_a_first_endpoint_too() -> None:
    """An approved connection starts the chain of names."""
    pending = EndpointConnection(REGISTRY.child("privateEndpointConnections", "c"), ENDPOINT, "Pending")
    before = estate(zone("two"), replace(registry(chained=False), connections=(pending,)))
    change = Change(ChangeKind.APPROVE_CONNECTION, pending.id, "", {"status": "Pending"}, {"status": "Approved"}, "r")
    assert hidden(before, change) == ["two"]


def test_a_record_that_is_moved_out_of_reach_hides() -> None:
    """A record set to an address of an endpoint that the linked network does not reach takes the registry from it."""
    before = estate(zone("two"))
    after = {"addresses": ["10.1.4.5"], "ttl": 300}
    change = Change(ChangeKind.CREATE_RECORD, zone().id.child("A", "shop"), "", None, after, "r")
    # without the record it was hidden already; a link that fell back was the way to it
    falling = replace(zone("two").links[0], resolution_policy="NxDomainRedirect")  # type: ignore[index]
    assert hidden(before, change) == []
    assert hidden(estate(zone(links=(falling,))), change) == ["two"]


def test_falling_back_helps_where_the_record_is_missing() -> None:
    """NxDomainRedirect brings a name back that the zone lacks, not one that it answers wrongly."""
    pair = (link_of("two"), REGISTRY)
    assert answers_alone(estate(zone("two")), pair) == find_link(estate(zone("two")), link_of("two"))
    assert answers_alone(estate(with_record(zone("two"))), pair) is None
    assert answers_alone(estate(zone("one")), pair) is None
    assert answers_alone(estate(zone("two")), (link_of("two"), an_id("Microsoft.X/y", "gone"))) is None


def test_the_change_that_falls_back_keeps_the_rest_of_the_link() -> None:
    """Only the policy changes: the network and the registration stay as they are."""
    link = ZoneLink(link_of("two"), network_id("two"), registration_enabled=True)
    change = fall_back(link, "shadowed-registry")
    assert (change.kind, change.target, change.before) == (
        ChangeKind.UPDATE_LINK,
        link.id,
        {"network": network_id("two").text, "resolutionPolicy": "Default", "registration": True},
    )
    assert change.after == {**(change.before or {}), "resolutionPolicy": "NxDomainRedirect"}
    after = find_link(effect(estate(zone(links=(link,))), change), link.id)
    assert after is not None
    assert (after.falls_back, after.registration_enabled) == (True, True)
