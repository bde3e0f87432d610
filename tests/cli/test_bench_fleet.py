"""The fleet that is measured: honest bodies, within Azure's limits, the same each time."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest

from remediator.cli.bench.drifts import DRIFTS
from remediator.core.cloud import AZURE_PUBLIC
from remediator.facts import snapshot_from
from remediator.sandbox import Azure, Network
from remediator.sandbox.estates.fleet import Fleet, fleet


@pytest.fixture(scope="module")
def large() -> Fleet:
    """A fleet of two hubs, not changed by any test."""
    return fleet(2000)


def test_a_fleet_is_as_large_as_was_asked(large: Fleet) -> None:
    """N registries, endpoints with interfaces and groups, apps; 2N records; N/2 networks, with two subnets each."""
    kinds = Counter(body["type"].rsplit("/", 1)[-1] for body in large.resources())
    wanted = {"registries": 2000, "privateEndpoints": 2000, "networkInterfaces": 2000, "privateDnsZoneGroups": 2000}
    assert {kind: kinds[kind] for kind in wanted} == wanted
    assert (kinds["containerApps"], kinds["A"], kinds["virtualNetworks"]) == (2000, 4000, 1000)
    assert (kinds["managedEnvironments"], kinds["privateDnsZones"]) == (1996, 2)
    networks = [body for body in large.resources() if body["type"].endswith("/virtualNetworks")]
    assert {len(network["properties"]["subnets"]) for network in networks} == {2}


def test_a_fleet_keeps_azures_limits(large: Fleet) -> None:
    """At most 500 peerings a network, 1,000 links a zone and 25,000 record sets (azure-facts 3.1); no id twice."""
    networks = [body for body in large.resources() if body["type"].endswith("/virtualNetworks")]
    assert max(len(network["properties"]["virtualNetworkPeerings"]) for network in networks) <= 500
    children = Counter(
        (b["id"].split("/A/")[0].split("/virtualNetworkLinks/")[0], b["type"]) for b in large.resources()
    )
    assert max(count for (_, kind), count in children.items() if kind.endswith("/virtualNetworkLinks")) <= 1000
    assert max(count for (_, kind), count in children.items() if kind.endswith("/A")) <= 25_000
    assert len({rid.lower() for rid in large.bodies}) == len(large.bodies)


def test_addresses_lie_where_they_belong(large: Fleet) -> None:
    """Networks do not overlap, subnets lie in their network, each endpoint has its own addresses in its subnet."""
    spaces, subnets = [], {}
    for body in large.resources():
        if body["type"].endswith("/virtualNetworks"):
            (space,) = map(ip_network, body["properties"]["addressSpace"]["addressPrefixes"])
            spaces.append(space)
            for subnet in body["properties"]["subnets"]:
                subnets[subnet["id"]] = ip_network(subnet["properties"]["addressPrefix"])
                assert subnets[subnet["id"]].subnet_of(space)
    spaces.sort(key=lambda space: int(space.network_address))
    assert all(a.broadcast_address < b.network_address for a, b in pairwise(spaces))
    interfaces = [large.bodies[site.interface]["properties"]["ipConfigurations"] for site in large.sites]
    held = [(c["properties"]["subnet"]["id"], c["properties"]["privateIPAddress"]) for i in interfaces for c in i]
    assert len(set(held)) == len(held) == 4000
    assert all(ip_address(address) in subnets[subnet] for subnet, address in held)


def test_a_fleet_is_the_same_for_the_same_seed() -> None:
    """The seed decides names and GUIDs, and nothing else does."""
    assert fleet(30, seed=7).document() == fleet(30, seed=7).document()
    assert set(fleet(30, seed=7).bodies).isdisjoint(fleet(30, seed=8).bodies)


def test_every_body_is_understood(large: Fleet) -> None:
    """Nothing of a fleet is unreadable, missing or in a gap, neither for us nor for the sandbox."""
    snapshot = snapshot_from(large.resources(), AZURE_PUBLIC)
    assert (dict(snapshot.unreadable), snapshot.gaps) == ({}, ())
    assert Azure.from_estate(fleet(40).document()).oddities == ()


@pytest.mark.parametrize("roles", [True, False])
def test_every_app_pulls(roles: bool) -> None:
    """In the sandbox each app's images can be pulled, those of the shared registry too."""
    made = fleet(40, roles=roles)
    network = Network(Azure.from_estate(made.document()))
    assert [site.app for site in made.sites if not network.pull_app(site.app).ok] == []
    assert [len(site.pulls) for site in made.sites].count(2) == 4


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_drift_leaves_honest_bodies(drift: str) -> None:
    """After a drift everything can still be read, and only the app that it hits, if any, pulls no more."""
    made = fleet(40)
    hit = made.sites[5]
    DRIFTS[drift](made, hit)
    snapshot = snapshot_from(made.resources(), AZURE_PUBLIC)
    assert (dict(snapshot.unreadable), snapshot.gaps) == ({}, ())
    azure = Azure.from_estate(made.document())
    assert azure.oddities == ()
    failed = {site.spoke for site in made.sites if not Network(azure).pull_app(site.app).ok}
    assert failed == (set() if drift in ("public access", "not Premium") else {hit.spoke})


def test_a_fleet_of_one_is_refused() -> None:
    """A hub needs a spoke with something in it."""
    with pytest.raises(ValueError, match="at least two"):
        fleet(1)
