"""Two writers of one record, as the record and the zone group themselves say."""

from __future__ import annotations

from remediator.core.private_dns import PrivateZone, Record
from remediator.core.private_link import EndpointTarget, MemberAddress, PrivateEndpoint, ZoneGroup
from remediator.core.record_writers import TwoWriters, creator_of, two_writers
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.snapshot import Snapshot
from remediator.core.unknown import Unknown

SUB = "00000000-0000-0000-0000-000000000001"
REGISTRY = resource_id(SUB, "rg", "Microsoft.ContainerRegistry/registries", "shop")
ZONE = resource_id(SUB, "rg", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
SUBNET = resource_id(SUB, "rg", "Microsoft.Network/virtualNetworks/subnets", "net", "pe")
RECORD = ZONE.child("A", "shop")
BY = "created by private endpoint {} with resource guid 4f2c1c1e-0000-0000-0000-000000000001"


def endpoint(name: str, group: str | None = "default", policy: bool = False) -> PrivateEndpoint:
    rid = resource_id(SUB, "rg", "Microsoft.Network/privateEndpoints", name)
    groups = (ZoneGroup(rid.child("privateDnsZoneGroups", group), (("acr", ZONE),), deployed_by_policy=policy),)
    return PrivateEndpoint(
        rid,
        "westeurope",
        SUBNET,
        (EndpointTarget(REGISTRY, "Approved"),),
        (MemberAddress("registry", "10.0.0.4", ("shop.azurecr.io",)),),
        zone_groups=groups if group else (),
    )


def estate(record: Record, *endpoints: PrivateEndpoint, records: tuple[Record, ...] | Unknown = ()) -> Snapshot:
    zone = PrivateZone(ZONE, ZONE.name, records=(record, *records) if isinstance(records, tuple) else records)
    return Snapshot(zones={ZONE: zone}, endpoints={one.id: one for one in endpoints})


def test_a_record_that_its_own_group_wrote() -> None:
    """A record whose creator is the endpoint, in any casing, has one writer."""
    record = Record(RECORD, "shop", ("10.0.0.4",), creator=BY.format("PE-shop"))
    assert creator_of(record) == "PE-shop"
    assert two_writers(estate(record, endpoint("pe-shop"))) == ()


def test_another_endpoint_wrote_it() -> None:
    """The zone group of one endpoint should write the record, and the record names another endpoint."""
    record = Record(RECORD, "shop", ("10.0.0.9",), creator=BY.format("pe-hub"))
    (found,) = two_writers(estate(record, endpoint("pe-shop")))
    assert (found.record, found.creator, found.by_policy) == (RECORD, "pe-hub", False)
    assert "its creator is the private endpoint pe-hub" in found.sentence


def test_a_record_by_hand_beside_a_group_of_a_policy() -> None:
    """A record without a creator beside a zone group that a policy deployed: both are named."""
    record = Record(RECORD, "shop", ("10.0.0.9",), ttl=3600)
    pe = endpoint("pe-shop", "deployedByPolicy", policy=True)
    (found,) = two_writers(estate(record, pe))
    assert found == TwoWriters(RECORD, pe.id, pe.id.child("privateDnsZoneGroups", "deployedByPolicy"), True, "", 3600)
    assert "deployedByPolicy of pe-shop, which a policy deployed, should write the record shop" in found.sentence
    assert "by hand or by a tool (ttl 3600, no creator)" in found.sentence


def test_two_endpoints_of_one_registry() -> None:
    """Where two groups write one record, the one that lost it is told."""
    record = Record(RECORD, "shop", ("10.0.0.4",), creator=BY.format("pe-b"))
    live = estate(record, endpoint("pe-b"), endpoint("pe-a"))
    assert [w.endpoint.name for w in two_writers(live)] == ["pe-a"]
    assert two_writers(live, REGISTRY) == two_writers(live)
    assert two_writers(live, ResourceId(f"{REGISTRY}-other")) == ()


def test_nothing_is_said_of_what_was_not_read() -> None:
    """Without a group, with unreadable records or addresses, or without the record nobody is said to be at odds."""
    record = Record(RECORD, "shop", ("10.0.0.9",), ttl=3600)
    pe = endpoint("pe-shop")
    assert two_writers(estate(record, endpoint("pe-shop", None))) == ()
    assert two_writers(estate(record, pe, records=Unknown("403"))) == ()
    assert two_writers(Snapshot(endpoints={pe.id: pe})) == ()
    other = Record(ResourceId(f"{ZONE}/A/other"), "other", ("10.0.0.9",), ttl=3600)
    assert two_writers(estate(other, pe)) == ()
