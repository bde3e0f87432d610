"""The semantics of an estate's bodies: where children stand, what is unknown, what is gone (house, section 6)."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import arm_bodies as arm
import arm_surroundings as around
import pytest

from remediator.core.cloud import AZURE_CHINA, cloud_named
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap, Snapshot, Unknown
from remediator.facts import snapshot_from

CHECKS = Path(__file__).parents[2].parent / "shared" / "checks"


def observed(resources: list[Any], *gaps: Gap) -> Snapshot:
    return snapshot_from(resources, AZURE_CHINA, gaps)


def without(resources: list[Any], rid: str) -> list[Any]:
    return [r for r in resources if r["id"] != rid]


def zone_of(snapshot: Snapshot) -> Any:
    return snapshot.zones[ResourceId(arm.ZONE)]


def test_a_healthy_estate_has_nothing_unknown() -> None:
    """An estate whose bodies were all read has no unknown fact and nothing gone."""
    snapshot = observed([*arm.healthy(), *around.surroundings()])
    assert (dict(snapshot.unreadable), snapshot.gone, snapshot.gaps) == ({}, frozenset(), ())
    assert "Unknown" not in repr(snapshot)


def test_children_stand_alone_or_inline_alike() -> None:
    """A link inside its zone's body gives the same snapshot as a link that stands alone."""
    resources = arm.healthy()
    link = next(r for r in resources if r["id"] == arm.LINK)
    inline = without(resources, arm.LINK)
    next(r for r in inline if r["id"] == arm.ZONE)["properties"]["virtualNetworkLinks"] = [link]
    assert repr(observed(inline)) == repr(observed(resources))


def test_a_child_that_stands_twice_is_one_child_and_its_own_body_wins() -> None:
    """A connection inline as Approved and alone as Rejected, its id in another case, is one Rejected connection."""
    alone = arm.connection("Rejected")
    alone["id"] = alone["id"].upper()
    connections = observed([*arm.healthy(), alone]).registries[ResourceId(arm.REGISTRY)].connections
    assert [c.status for c in connections] == ["Rejected"]  # type: ignore[union-attr]


def test_an_inline_child_belongs_to_where_it_stands() -> None:
    """A link inside a zone is that zone's, by its name, also when its id is missing or names another zone."""
    resources = without(arm.healthy(), arm.LINK)
    zone = next(r for r in resources if r["id"] == arm.ZONE)
    link = {"name": "to-shop", "properties": {"virtualNetwork": {"id": arm.NETWORK}}}
    for odd in ({}, {"id": arm.LINK.replace("rg-Shop", "rg-other")}):
        zone["properties"]["virtualNetworkLinks"] = [{**link, **odd}]
        assert [one.id for one in zone_of(observed(resources)).links] == [ResourceId(arm.LINK)]


@pytest.mark.parametrize("odd", ["text", {}, [7], [{}]])
def test_inline_children_that_are_no_list_are_unknown(odd: Any) -> None:
    """Links that stand in their zone as something else are Unknown, and the records stay known."""
    resources = without(arm.healthy(), arm.LINK)
    next(r for r in resources if r["id"] == arm.ZONE)["properties"]["virtualNetworkLinks"] = odd
    zone = zone_of(observed(resources))
    assert isinstance(zone.links, Unknown)
    assert len(zone.records) == 2


def test_an_interface_may_stand_inside_its_endpoint() -> None:
    """An interface whose whole body stands in the endpoint's `networkInterfaces` is read from there."""
    resources = without(arm.healthy(), arm.INTERFACE)
    endpoint = next(r for r in resources if r["id"] == arm.ENDPOINT)
    endpoint["properties"]["networkInterfaces"] = [arm.interface()]
    found = observed(resources).endpoints[ResourceId(arm.ENDPOINT)]
    assert found.address_of("shop.azurecr.cn") == "10.1.2.5"


def test_a_resource_in_error_is_unknown() -> None:
    """A zone that could not be read is Unknown with the other side's words, and not among the zones."""
    resources = [*without(arm.healthy(), arm.ZONE), arm.stub(arm.ZONE)]
    snapshot = observed(resources)
    found = snapshot.look_up(snapshot.zones, ResourceId(arm.ZONE.upper()))
    assert isinstance(found, Unknown)
    assert "AuthorizationFailed" in found.reason
    assert "may not read it" in found.reason


@pytest.mark.parametrize("code", ["ResourceNotFound", "NotFound", "ResourceGroupNotFound", "ParentResourceNotFound"])
def test_a_resource_that_is_not_there_is_gone(code: str) -> None:
    """A 404 is knowledge: the resource is absent and not Unknown."""
    snapshot = observed([arm.stub(arm.HUB, code)])
    assert snapshot.look_up(snapshot.networks, ResourceId(arm.HUB)) is None


def test_an_error_outranks_a_body_of_the_same_resource() -> None:
    """A resource that was listed and then could not be read is Unknown."""
    snapshot = observed([*arm.healthy(), arm.stub(arm.ZONE), arm.stub(arm.NETWORK, "ResourceNotFound")])
    assert isinstance(snapshot.look_up(snapshot.zones, ResourceId(arm.ZONE)), Unknown)
    assert snapshot.look_up(snapshot.networks, ResourceId(arm.NETWORK)) is None


@pytest.mark.parametrize("rid", [arm.LINK, arm.LINK.rpartition("/")[0]])
def test_a_link_in_error_makes_the_links_unknown(rid: str) -> None:
    """One unreadable link, or an unreadable listing of links, makes the zone's links Unknown; records stay known."""
    zone = zone_of(observed([*without(arm.healthy(), rid), arm.stub(rid)]))
    assert isinstance(zone.links, Unknown)
    assert len(zone.records) == 2


def test_a_link_that_is_gone_is_absent() -> None:
    """A link that answers 404 leaves the zone's other links known."""
    zone = zone_of(observed([*without(arm.healthy(), arm.LINK), arm.stub(arm.LINK, "ResourceNotFound")]))
    assert zone.links == ()


@pytest.mark.parametrize(
    ("rid", "where"),
    [
        (arm.RECORD, lambda s: zone_of(s).records),
        (arm.ZONE_GROUP, lambda s: s.endpoints[ResourceId(arm.ENDPOINT)].zone_groups),
        (arm.REPLICATION, lambda s: s.registries[ResourceId(arm.REGISTRY)].regions),
        (arm.CONNECTION, lambda s: s.registries[ResourceId(arm.REGISTRY)].connections),
        (arm.PEERING, lambda s: s.networks[ResourceId(arm.NETWORK)].peerings),
        (arm.ENDPOINT_SUBNET, lambda s: s.look_up(s.networks, ResourceId(arm.NETWORK))),
        (f"{arm.ROUTES}/routes/out", lambda s: s.look_up(s.route_tables, ResourceId(arm.ROUTES))),
        (arm.INTERFACE, lambda s: s.endpoints[ResourceId(arm.ENDPOINT)].addresses),
    ],
)
def test_a_child_in_error_is_never_absent(rid: str, where: Any) -> None:
    """An unreadable child makes what its parent would say of it Unknown."""
    assert isinstance(where(observed([*without(arm.healthy(), rid), arm.stub(rid)])), Unknown)


def test_a_child_whose_parent_was_not_read_makes_the_parent_unknown() -> None:
    """A link of a zone that is not in the file says that there is such a zone: it is Unknown, not absent."""
    snapshot = observed(without(arm.healthy(), arm.ZONE))
    assert [why.reason for why in snapshot.unknown_of_type("Microsoft.Network/privateDnsZones")]


def test_a_failed_listing_is_a_gap() -> None:
    """An error whose id ends with a collection of a subscription becomes a gap of that type."""
    scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
    snapshot = observed([arm.stub(f"{scope}/providers/Microsoft.Network/privateEndpoints")])
    assert [(g.scope.text, g.resource_type) for g in snapshot.gaps] == [(scope, "Microsoft.Network/privateEndpoints")]


def test_a_gap_of_children_covers_the_parents_below_it() -> None:
    """When links could not be listed in a subscription, the links of its zones are Unknown."""
    scope = ResourceId("/subscriptions/00000000-0000-0000-0000-000000000001")
    gap = Gap(scope, "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "403")
    assert zone_of(observed(arm.healthy(), gap)).links == Unknown("403")


@pytest.mark.parametrize("oddity", [None, 7, "text", [], {}, {"id": 3}, {"id": "nonsense"}])
def test_a_body_without_an_id_is_a_gap(oddity: Any) -> None:
    """Something that is not a resource is reported as a gap and hides nothing else."""
    snapshot = observed([oddity, *arm.healthy()])
    assert len(snapshot.gaps) == 1
    assert len(snapshot.registries) == 1


def test_zones_of_other_names_are_none_of_ours() -> None:
    """Neither a readable nor an unreadable zone of another name is in the snapshot."""
    other = arm.ZONE.replace("azurecr.cn", "blob.core.chinacloudapi.cn")
    assert observed([arm.body(other, {"x": 1})]).zones == {}
    assert observed([arm.stub(other)]).unknown_of_type("Microsoft.Network/privateDnsZones") == ()


def test_zones_are_known_in_any_case_and_of_any_cloud() -> None:
    """`Privatelink.AzureCR.US` is a registry zone also where the estate says another cloud."""
    rid = arm.ZONE.replace("privatelink.azurecr.cn", "Privatelink.AzureCR.US")
    assert [zone.name for zone in observed([arm.body(rid, {"x": 1})]).zones.values()] == ["privatelink.azurecr.us"]


def test_the_order_of_bodies_does_not_matter() -> None:
    """The same bodies in another order give the same snapshot."""
    resources = [*arm.healthy(), *around.surroundings()]
    assert repr(observed(list(reversed(copy.deepcopy(resources))))) == repr(observed(resources))


@pytest.mark.parametrize("name", ["example-healthy.json", "example-link-removed.json"])
def test_the_example_estates_are_wholly_known(name: str) -> None:
    """The two published example estates are read without anything unknown, but what they hold none of."""
    if not CHECKS.is_dir():
        pytest.skip("the shared examples are not beside this checkout")
    document = json.loads((CHECKS / name).read_text())
    snapshot = snapshot_from(document["resources"], cloud_named(document["cloud"]))
    unread = {"inbound_endpoints": {}, "rulesets": {}}
    assert all(isinstance(getattr(snapshot, name), Unknown) for name in unread)
    assert "Unknown" not in repr(replace(snapshot, **unread))
    assert len(snapshot.endpoints) == len(snapshot.registries) == len(snapshot.zones) == 1
