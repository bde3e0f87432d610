"""How one network reaches another: the same, peered, perhaps by a route or gateway, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.core.reach import Way, covers, holders, overlap, peered_with, reach
from remediator.core.snapshot import Network, Route, RouteTable, Snapshot, Subnet
from tests.core.small_snapshots import DENIED, an_id, network, network_id, peered, snapshot, subnet

TABLE = an_id("Microsoft.Network/routeTables", "rt")
APPLIANCE = "10.10.1.4"
SAME, PEERED, BROKEN, MAYBE, NONE = Way.SAME, Way.PEERED, Way.PEERING_BROKEN, Way.MAYBE, Way.NONE
FROM = network_id("one").child("subnets", "snet-aca")


def street(*pairs: tuple[str, str], routes: tuple[Route, ...] | None = None, **flags: Any) -> Snapshot:
    """Networks one (10.20), two (10.30) and hub (10.10), peered as `pairs` say; one's subnet has these routes."""
    own = subnet("one", "snet-aca", "10.20.0.0/23", route_table=TABLE if routes is not None else None)
    made = (
        network("one", "10.20.0.0/16", subnets=(own,)),
        network("two", "10.30.0.0/16"),
        network("hub", "10.10.0.0/16"),
    )
    tables = {TABLE: RouteTable(TABLE, routes)} if routes else {}
    return snapshot(*peered(*pairs, networks=made, **flags), route_tables=tables)


def way(found: Snapshot, there: str = "two", address: str = "10.30.4.5") -> Way:
    return reach(found, found.networks[network_id("one")], network_id(there), FROM, address).way


def to(prefix: str, hop: str, address: str | None = None) -> tuple[Route, ...]:
    return (Route("r", prefix, hop, address),)


HUB = (("one", "hub"), ("two", "hub"))
WAYS: dict[str, tuple[Snapshot, Way]] = {
    "peered": (street(("one", "two")), PEERED),
    "not peered": (street(), NONE),
    "both peered with a hub": (street(*HUB), NONE),
    "disconnected": (street(("one", "two"), state="Disconnected"), BROKEN),
    "in another casing": (street(("one", "two"), state="connected", sync="fullyinsync"), PEERED),
    "out of sync": (street(("one", "two"), sync="LocalNotInSync"), BROKEN),
    "access off": (street(("one", "two"), allow_access=False), MAYBE),
    "some subnets, not named": (street(("one", "two"), complete=False), MAYBE),
    "a gateway of the hub": (street(*HUB, use_remote_gateways=True), MAYBE),
    "an appliance in the hub": (street(*HUB, routes=to("10.30.0.0/16", "VirtualAppliance", APPLIANCE)), MAYBE),
    "an appliance that is not known": (street(*HUB, routes=to("0.0.0.0/0", "VirtualAppliance", "10.99.0.4")), MAYBE),
    "an appliance in a hub that leads nowhere": (
        street(("one", "hub"), routes=to("10.30.0.0/16", "VirtualAppliance", APPLIANCE)),
        NONE,
    ),
    "a gateway by a route": (street(*HUB, routes=to("10.30.0.0/16", "VirtualNetworkGateway")), MAYBE),
    "a route for another range": (street(*HUB, routes=to("10.99.0.0/16", "VirtualAppliance", APPLIANCE)), NONE),
    "a route that drops": (street(*HUB, routes=to("10.30.0.0/16", "None")), NONE),
    "a route table that was not read": (street(*HUB, routes=()), MAYBE),
}


@pytest.mark.parametrize("name", WAYS)
def test_how_a_network_is_reached(name: str) -> None:
    """Peering is not transitive; a route or gateway that may carry the traffic leaves it open."""
    found, expected = WAYS[name]
    assert way(found) is expected


def test_a_network_reaches_itself() -> None:
    """Nothing is asked of the own network."""
    assert way(street(), "one") is SAME


def test_an_address_that_is_not_known_is_covered_by_any_route() -> None:
    """Before an endpoint is there its address is not known: any route may take it."""
    found = street(*HUB, routes=to("10.99.0.0/16", "VirtualNetworkGateway"))
    assert (way(found, address=""), way(found)) == (MAYBE, NONE)


FIRM = [
    (street(("one", "two")), True),
    (street(("one", "two"), state="Disconnected"), True),
    (street(("one", "two"), allow_access=False), True),
    (street(*HUB, routes=to("10.30.0.0/16", "VirtualAppliance", APPLIANCE)), True),
    (street(*HUB, routes=to("0.0.0.0/0", "VirtualAppliance", "10.99.0.4")), False),
    (street(*HUB, use_remote_gateways=True), False),
    (street(), False),
]


@pytest.mark.parametrize(("found", "expected"), FIRM)
def test_a_way_is_firm_where_somebody_built_it(found: Snapshot, expected: bool) -> None:
    """A peering, or an appliance in a network that is peered with the other one; not any gateway or route."""
    one = found.networks[network_id("one")]
    assert reach(found, one, network_id("two"), FROM, "10.30.4.5").firm is expected


UNREAD = {
    "our peerings": ("one", MAYBE),
    "the other side's peerings": ("two", PEERED),
}


@pytest.mark.parametrize("name", UNREAD)
def test_peerings_that_cannot_be_read(name: str) -> None:
    """Without our own side nothing is known; without the other one, ours says Connected, which needs both."""
    where, expected = UNREAD[name]
    found = street(("one", "two"))
    unread = replace(found.networks[network_id(where)], peerings=DENIED)
    assert way(replace(found, networks={**found.networks, unread.id: unread})) is expected


@pytest.mark.parametrize(("fields", "expected"), [({"gone": frozenset({network_id("two")})}, NONE), ({}, PEERED)])
def test_a_network_that_is_gone_is_not_reached(fields: dict[str, Any], expected: Way) -> None:
    """A network known to be gone is not there; one that was not read is where our connected side leads."""
    found = street(("one", "two"))
    left = {rid: one for rid, one in found.networks.items() if rid != network_id("two")}
    assert way(replace(found, networks=left, **fields)) is expected


def test_whom_a_network_is_peered_with() -> None:
    """Only whole peerings count."""
    found = street(("one", "hub"))
    assert [rid.name for rid in peered_with(found, found.networks[network_id("one")])] == ["hub"]
    broken = street(("one", "hub"), state="Disconnected")
    assert list(peered_with(broken, broken.networks[network_id("one")])) == []


MEANT = [
    ("10.20.4.5", ["one"]),
    ("10.10.4.5", ["hub"]),
    ("10.30.4.5", []),
    ("172.16.0.4", []),
    ("not an address", []),
    ("", []),
    ("fd00::1", []),
]


@pytest.mark.parametrize(("address", "expected"), MEANT)
def test_which_network_an_address_means(address: str, expected: list[str]) -> None:
    """The own network, else a peered one that holds it; what is far away with the same range is not meant."""
    found = street(("one", "hub"))
    assert [rid.name for rid in holders(found, found.networks[network_id("one")], address)] == expected


COVERED = [
    ("0.0.0.0/0", "10.1.2.3", True),
    ("10.1.2.0/24", "10.1.2.3", True),
    ("10.1.2.9/24", "10.1.2.3", True),
    ("10.1.3.0/24", "10.1.2.3", False),
    ("::/0", "10.1.2.3", False),
    ("AzureContainerRegistry", "10.1.2.3", False),
    ("10.1.2.0/24", "nonsense", False),
    ("10.1.2.0/24", "", True),
]


@pytest.mark.parametrize(("prefix", "address", "expected"), COVERED)
def test_what_a_prefix_covers(prefix: str, address: str, expected: bool) -> None:
    """Ranges of one family; a tag covers no address, and an address not known yet is covered by all."""
    assert covers(prefix, address) is expected


RANGES = [
    (("10.1.0.0/16",), ("10.2.0.0/16",), False),
    (("10.1.0.0/16",), ("10.1.128.0/17",), True),
    (("10.1.0.0/16", "10.3.0.0/16"), ("10.2.0.0/16", "10.3.1.0/24"), True),
    (("10.1.0.0/16", "fd00:1::/48"), ("10.2.0.0/16", "fd00:2::/48"), False),
    (("10.1.0.0/16",), ("fd00:2::/48",), False),
    ((), ("10.2.0.0/16",), False),
]


@pytest.mark.parametrize(("ours", "theirs", "expected"), RANGES)
def test_ranges_that_overlap(ours: tuple[str, ...], theirs: tuple[str, ...], expected: bool) -> None:
    """Two networks that share an address of either family cannot be peered."""
    one, two = (Network(network_id(n), "x", prefixes) for n, prefixes in (("one", ours), ("two", theirs)))
    assert overlap(one, two) is overlap(two, one) is expected


def test_a_subnet_of_a_network_that_is_not_there_has_no_routes() -> None:
    """Without the subnet no route is known to carry anything."""
    found = street(*HUB, routes=to("0.0.0.0/0", "VirtualNetworkGateway"))
    bare = replace(found.networks[network_id("one")], subnets=(Subnet(FROM, ("10.20.0.0/23",)),))
    assert reach(found, bare, network_id("two"), FROM, "10.30.4.5").way is NONE


def test_an_appliance_may_stand_in_a_peered_network_that_was_not_read() -> None:
    """Where a peered network is in error, an address that only a stranger is seen to hold may be in there."""
    found = street(*HUB, routes=to("10.30.0.0/16", "VirtualAppliance", APPLIANCE))
    networks = {rid: one for rid, one in found.networks.items() if rid != network_id("hub")}
    twin = network("twin", "10.10.0.0/16")
    unread = replace(found, networks={**networks, twin.id: twin}, unreadable={network_id("hub"): DENIED})
    assert way(unread) is MAYBE
