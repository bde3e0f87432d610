"""Which user route takes traffic to an endpoint or to the internet, and where it ends."""

from __future__ import annotations

import pytest

from remediator.core.routing import Turn, Turned, private_turn, public_turn
from remediator.core.snapshot import Network, Route, RouteTable, Snapshot, Subnet, Unknown
from tests.core.small_snapshots import DENIED, an_id, network, subnet

TABLE = an_id("Microsoft.Network/routeTables", "rt")
ADDRESS = "10.10.4.5"
HUB = network("hub", "10.10.0.0/16")
FROM = subnet("spoke", "snet-aca", "10.20.0.0/23", route_table=TABLE)
STRAIGHT, DROPPED, LOST = Turn.STRAIGHT, Turn.DROPPED, Turn.LOST
APPLIANCE, GATEWAY = Turn.APPLIANCE, Turn.GATEWAY

Routes = tuple[tuple[str, str], ...]


def routed(*routes: tuple[str, str]) -> Snapshot:
    """A snapshot with one route table; each route is a prefix and a next hop."""
    held = tuple(Route(f"r{n}", prefix, hop) for n, (prefix, hop) in enumerate(routes))
    return Snapshot(route_tables={TABLE: RouteTable(TABLE, held)})


def place(policies: str = "Disabled") -> Subnet:
    """The endpoint's subnet."""
    return subnet("hub", "snet-endpoints", "10.10.4.0/24", endpoint_policies=policies)


def turn_to(found: Snapshot, policies: str = "Disabled", *, near: bool = True, target: Network | None = HUB) -> Turn:
    """The turn that traffic to the endpoint takes; fails where it is not known."""
    turned = private_turn(found, FROM, ADDRESS, target, place(policies), near=near)
    assert isinstance(turned, Turned), turned
    return turned.turn


HOPS = [
    ("None", DROPPED),
    ("none", DROPPED),
    ("Internet", LOST),
    ("VirtualAppliance", APPLIANCE),
    ("VirtualNetworkGateway", GATEWAY),
    ("VnetLocal", STRAIGHT),
    ("VirtualNetwork", STRAIGHT),
]


@pytest.mark.parametrize(("hop", "expected"), HOPS)
def test_a_next_hop_says_what_becomes_of_traffic(hop: str, expected: Turn) -> None:
    """`None` drops, `Internet` loses a private address, an appliance or gateway may forward it."""
    assert turn_to(routed((f"{ADDRESS}/32", hop))) is expected


NARROWER_OR_NOT: list[tuple[Routes, Turn]] = [
    ((), STRAIGHT),
    ((("10.10.4.4/32", "None"),), STRAIGHT),
    ((("10.99.0.0/16", "None"),), STRAIGHT),
    ((("10.10.4.5/32", "None"),), DROPPED),
    ((("0.0.0.0/0", "None"), ("10.10.4.5/32", "VirtualAppliance")), APPLIANCE),
    ((("10.10.4.5/32", "VirtualAppliance"), ("0.0.0.0/0", "None")), APPLIANCE),
]


@pytest.mark.parametrize(("routes", "expected"), NARROWER_OR_NOT)
def test_a_route_for_the_very_address_counts_always(routes: Routes, expected: Turn) -> None:
    """A user route of /32 takes the place of the endpoint's own one, whatever its subnet's policies are."""
    assert turn_to(routed(*routes)) is expected


POLICIES = [
    ("Disabled", "0.0.0.0/0", STRAIGHT),
    ("Disabled", "10.10.0.0/16", STRAIGHT),
    ("Disabled", "10.10.4.0/24", STRAIGHT),
    ("Disabled", "10.10.4.4/31", STRAIGHT),
    ("NetworkSecurityGroupEnabled", "10.10.4.0/24", STRAIGHT),
    ("Enabled", "0.0.0.0/0", STRAIGHT),
    ("Enabled", "10.0.0.0/8", STRAIGHT),
    ("Enabled", "10.10.0.0/15", STRAIGHT),
    ("Enabled", "10.10.0.0/16", DROPPED),
    ("Enabled", "10.10.4.0/24", DROPPED),
    ("Enabled", "10.10.4.9/24", DROPPED),
    ("RouteTableEnabled", "10.10.0.0/16", DROPPED),
    ("routetableenabled", "10.10.4.4/31", DROPPED),
]


@pytest.mark.parametrize(("policies", "prefix", "expected"), POLICIES)
def test_a_wider_route_counts_only_with_policies_on_and_as_narrow_as_the_network(
    policies: str, prefix: str, expected: Turn
) -> None:
    """The endpoint's own /32 wins unless its subnet obeys routes and the prefix is as long as the network's."""
    assert turn_to(routed((prefix, "None")), policies) is expected


def test_the_address_space_that_holds_the_endpoint_counts() -> None:
    """Of a network with several address spaces the one around the endpoint is compared with the route."""
    two = Network(HUB.id, "westeurope", ("172.16.0.0/12", "10.10.4.0/24"))
    assert turn_to(routed(("10.10.0.0/16", "None")), "Enabled", target=two) is STRAIGHT
    assert turn_to(routed(("10.10.4.0/24", "None")), "Enabled", target=two) is DROPPED


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.0.0.0/8"])
def test_a_network_that_is_not_near_has_no_route_of_the_endpoint(prefix: str) -> None:
    """Without peering there is no /32 route, so any route that covers the address takes the traffic."""
    assert turn_to(routed((prefix, "VirtualAppliance")), near=False) is APPLIANCE


@pytest.mark.parametrize("prefix", ["AzureContainerRegistry", "AzureCloud.westeurope", "not-a-prefix", "::/0", ""])
def test_tags_and_other_families_hold_no_private_address(prefix: str) -> None:
    """A service tag, an IPv6 prefix or a broken one takes no traffic to a private IPv4 address."""
    assert turn_to(routed((prefix, "None")), "Enabled") is STRAIGHT


def test_the_route_and_its_table_are_named() -> None:
    """What takes the traffic is told with its table; nothing is named where Azure's own routes do."""
    found = routed(("10.10.4.5/32", "None"))
    taken = private_turn(found, FROM, ADDRESS, HUB, place(), near=True)
    assert taken == Turned(DROPPED, Route("r0", "10.10.4.5/32", "None"), TABLE)
    assert private_turn(routed(), FROM, ADDRESS, HUB, place(), near=True) == Turned(STRAIGHT)


def test_a_subnet_without_a_table_goes_straight() -> None:
    """Without a route table Azure's own routes lead to a network in reach."""
    bare = subnet("spoke", "snet-aca", "10.20.0.0/23")
    assert private_turn(Snapshot(), bare, ADDRESS, HUB, place(), near=True) == Turned(STRAIGHT)
    assert public_turn(Snapshot(), bare) == Turned(STRAIGHT)


def test_a_table_that_was_not_read_is_unknown() -> None:
    """A table in error, or one that is referred to and not there, may hold any route."""
    denied = Snapshot(unreadable={TABLE: DENIED})
    for found in (denied, Snapshot()):
        assert isinstance(private_turn(found, FROM, ADDRESS, HUB, place(), near=True), Unknown)
        assert isinstance(public_turn(found, FROM), Unknown)


def test_a_table_that_is_gone_has_no_routes() -> None:
    """A table that is known to be gone takes no traffic."""
    assert public_turn(Snapshot(gone=frozenset({TABLE})), FROM) == Turned(STRAIGHT)


UNREAD_PLACES = [(None, place("Enabled")), (HUB, None)]


@pytest.mark.parametrize(("target", "where"), UNREAD_PLACES)
def test_an_endpoint_subnet_that_was_not_read_leaves_wide_routes_open(
    target: Network | None, where: Subnet | None
) -> None:
    """Whether a wider route counts depends on the endpoint's subnet; a route for the address alone does not."""
    wide, exact = routed(("10.10.0.0/16", "None")), routed(("10.10.4.5/32", "None"))
    assert isinstance(private_turn(wide, FROM, ADDRESS, target, where, near=True), Unknown)
    found = private_turn(exact, FROM, ADDRESS, target, where, near=True)
    assert isinstance(found, Turned) and found.turn is DROPPED


PUBLIC: list[tuple[Routes, Turn]] = [
    ((), STRAIGHT),
    ((("0.0.0.0/0", "Internet"),), STRAIGHT),
    ((("0.0.0.0/0", "None"),), DROPPED),
    ((("0.0.0.0/0", "VirtualAppliance"),), APPLIANCE),
    ((("0.0.0.0/0", "VirtualNetworkGateway"),), GATEWAY),
    ((("10.0.0.0/8", "None"), ("172.16.0.0/12", "None")), STRAIGHT),
    ((("::/0", "None"),), STRAIGHT),
    ((("0.0.0.0/0", "None"), ("AzureContainerRegistry", "Internet")), STRAIGHT),
    ((("AzureContainerRegistry", "Internet"), ("0.0.0.0/0", "VirtualAppliance")), STRAIGHT),
    ((("0.0.0.0/0", "Internet"), ("AzureContainerRegistry", "None")), DROPPED),
    ((("AzureContainerRegistry", "VirtualAppliance"),), APPLIANCE),
    ((("0.0.0.0/0", "None"), ("AzureMonitor", "Internet")), DROPPED),
    ((("0.0.0.0/0", "None"), ("AzureCloud", "None")), DROPPED),
    ((("0.0.0.0/1", "VirtualAppliance"), ("128.0.0.0/1", "VirtualAppliance")), APPLIANCE),
]


@pytest.mark.parametrize(("routes", "expected"), PUBLIC)
def test_the_way_to_a_registry_in_public(routes: Routes, expected: Turn) -> None:
    """The default route says how traffic leaves, unless one for the registries' tag does; `Internet` is straight."""
    turned = public_turn(routed(*routes), FROM)
    assert isinstance(turned, Turned), turned
    assert turned.turn is expected


DOUBTFUL: list[Routes] = [
    (("0.0.0.0/0", "None"), ("AzureContainerRegistry.WestEurope", "Internet")),
    (("0.0.0.0/0", "None"), ("AzureCloud.westeurope", "Internet")),
    (("AzureCloud.westeurope", "None"),),
]


@pytest.mark.parametrize("routes", DOUBTFUL)
def test_routes_that_may_hold_the_registry_are_unknown(routes: Routes) -> None:
    """Which public address the registry has is not known: a narrower route that turns elsewhere leaves it open."""
    assert isinstance(public_turn(routed(*routes), FROM), Unknown)


def test_a_tag_that_leads_to_the_internet_changes_nothing() -> None:
    """Without a default route of one's own, a tag's route to the internet is the way that traffic takes anyway."""
    turned = public_turn(routed(("AzureCloud", "Internet")), FROM)
    assert isinstance(turned, Turned) and turned.turn is STRAIGHT


@pytest.mark.parametrize("prefix", ["0.0.0.0/1", "20.0.0.0/8"])
def test_a_range_of_public_addresses_may_hold_the_registry(prefix: str) -> None:
    """A route for a part of the public addresses that turns elsewhere leaves open how a registry is reached."""
    assert isinstance(public_turn(routed((prefix, "None")), FROM), Unknown)
