"""From which public addresses a consumer pulls, and how much of them a registry's address rules name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.core.egress_of import Listed, egress_of, firewall_at, listed
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import (
    Environment,
    Firewall,
    Gap,
    LoadBalancer,
    NatGateway,
    Network,
    Route,
    RouteTable,
    Snapshot,
    Subnet,
    Unknown,
)
from tests.core.small_snapshots import DENIED, SUB, an_id, network, network_id, peered, snapshot, subnet

NAT = an_id("Microsoft.Network/natGateways", "nat")
TABLE = an_id("Microsoft.Network/routeTables", "rt")
FIREWALLS = "Microsoft.Network/azureFirewalls"
BALANCERS = "Microsoft.Network/loadBalancers"
BALANCER = an_id(BALANCERS, "capp-svc-lb", "ME_cae_rg")
HOP = "10.10.1.4"
OWN = an_id("Microsoft.App/managedEnvironments", "cae")
INFRASTRUCTURE = network_id("spoke").child("subnets", "snet-aca")
ENVIRONMENT = Environment(OWN, "westeurope", INFRASTRUCTURE, infrastructure_group="ME_cae_rg")


def firewall(name: str, *addresses: str, of: str = "hub", private: str = HOP) -> Firewall:
    """A firewall in the network `of`."""
    return Firewall(an_id(FIREWALLS, name), network_id(of), (private,), addresses)


def estate(*routes: tuple[str, str], nat: bool = False, hubs: tuple[str, ...] = ("hub",), **more: Any) -> Snapshot:
    """A spoke whose infrastructure subnet has these routes, peered with the first of the hubs."""
    own = subnet("spoke", "snet-aca", "10.20.0.0/23", route_table=TABLE if routes else None)
    own = replace(own, nat_gateway=NAT if nat else None)
    made = [network("spoke", "10.20.0.0/16", subnets=(own,)), *(network(name, "10.10.0.0/16") for name in hubs)]
    held = tuple(
        Route(f"r{n}", prefix, hop, HOP if hop == "VirtualAppliance" else None)
        for n, (prefix, hop) in enumerate(routes)
    )
    tables = {TABLE: RouteTable(TABLE, held)} if routes else {}
    return snapshot(*peered(("spoke", hubs[0]), networks=made), route_tables=tables, **more)


def by_id(*things: Any) -> dict[ResourceId, Any]:
    return {one.id: one for one in things}


def egress(found: Snapshot, environment: Environment = ENVIRONMENT) -> tuple[str, ...] | Unknown:
    return egress_of(found, environment, found.networks[network_id("spoke")])


DEFAULT = ("0.0.0.0/0", "VirtualAppliance")
GATEWAY = NatGateway(NAT, ("203.0.113.8", "203.0.113.16/30"))
HUB_FIREWALL = firewall("afw", "198.51.100.7", "198.51.100.8")
OUT = LoadBalancer(BALANCER, ("192.0.2.40",))


DECLARED = {
    "nothing": (estate(), ()),
    "a NAT gateway": (estate(nat=True, nat_gateways=by_id(GATEWAY)), ("203.0.113.8", "203.0.113.16/30")),
    "a NAT gateway without an address": (estate(nat=True, nat_gateways={NAT: NatGateway(NAT, ())}), ()),
    "a NAT gateway that is gone": (estate(nat=True, gone=frozenset({NAT})), ()),
    "a firewall behind the default route": (
        estate(DEFAULT, firewalls=by_id(HUB_FIREWALL)),
        ("198.51.100.7", "198.51.100.8"),
    ),
    "a firewall that no route leads to": (estate(firewalls=by_id(HUB_FIREWALL)), ()),
    "a default route to the internet": (
        estate(("0.0.0.0/0", "Internet"), nat=True, nat_gateways=by_id(GATEWAY)),
        GATEWAY.addresses,
    ),
    "a load balancer of the environment": (estate(load_balancers=by_id(OUT)), ("192.0.2.40",)),
    "a load balancer of somebody else": (
        estate(load_balancers=by_id(replace(OUT, id=an_id(BALANCERS, "lb", "ME_other_rg")))),
        (),
    ),
    "a load balancer of somebody else that cannot be read": (
        estate(unreadable={an_id(BALANCERS, "lb", "ME_other_rg"): DENIED}),
        (),
    ),
    "the list of load balancers of another subscription": (
        estate(gaps=(Gap(ResourceId("/subscriptions/0c0c0c0c-1111-4222-8333-444444444444"), BALANCERS, "denied"),)),
        (),
    ),
    "the list of something else": (
        estate(gaps=(Gap(ResourceId(f"/subscriptions/{SUB}"), FIREWALLS, "denied"),)),
        (),
    ),
    "a NAT gateway comes before the load balancer": (
        estate(nat=True, nat_gateways=by_id(GATEWAY), load_balancers=by_id(OUT)),
        GATEWAY.addresses,
    ),
    "a route for private ranges only": (
        estate(("10.0.0.0/8", "VirtualAppliance"), nat=True, nat_gateways=by_id(GATEWAY)),
        GATEWAY.addresses,
    ),
    "the registries' tag goes to the internet beside the firewall": (
        estate(
            DEFAULT,
            ("AzureContainerRegistry", "Internet"),
            nat=True,
            nat_gateways=by_id(GATEWAY),
            firewalls=by_id(HUB_FIREWALL),
        ),
        GATEWAY.addresses,
    ),
    "the registries' tag goes to the firewall": (
        estate(("AzureContainerRegistry", "VirtualAppliance"), firewalls=by_id(HUB_FIREWALL)),
        HUB_FIREWALL.addresses,
    ),
}


@pytest.mark.parametrize("name", DECLARED)
def test_declared_addresses(name: str) -> None:
    """A NAT gateway, a firewall on the way and the environment's load balancer can be named; nothing else can."""
    found, expected = DECLARED[name]
    assert egress(found) == expected


UNKNOWN = {
    "an appliance that nobody has read": estate(DEFAULT),
    "a firewall at another address": estate(
        DEFAULT, firewalls=by_id(firewall("afw", "198.51.100.7", private="10.9.0.4"))
    ),
    "a firewall whose addresses cannot be read": estate(
        DEFAULT, firewalls=by_id(replace(HUB_FIREWALL, addresses=DENIED))
    ),
    "a firewall in error": estate(DEFAULT, unreadable={HUB_FIREWALL.id: DENIED}),
    "a firewall in a network out of reach": estate(
        DEFAULT, hubs=("hub", "far"), firewalls=by_id(firewall("afw-far", "198.51.100.9", of="far"))
    ),
    "a NAT gateway in error": estate(nat=True, unreadable={NAT: DENIED}),
    "a NAT gateway that was not read": estate(nat=True),
    "a NAT gateway whose addresses cannot be read": estate(nat=True, nat_gateways={NAT: NatGateway(NAT, DENIED)}),
    "a default route to a gateway": estate(("0.0.0.0/0", "VirtualNetworkGateway")),
    "a default route that drops": estate(("0.0.0.0/0", "None")),
    "a route table in error": replace(estate(DEFAULT), route_tables={}, unreadable={TABLE: DENIED}),
    "a load balancer in error": estate(unreadable={BALANCER: DENIED}),
    "a load balancer whose addresses cannot be read": estate(load_balancers=by_id(LoadBalancer(BALANCER, DENIED))),
    "the list of load balancers": estate(gaps=(Gap(ResourceId(f"/subscriptions/{SUB}"), BALANCERS, "denied"),)),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_was_not_read_is_unknown(name: str) -> None:
    """An egress that may have an address which we could not read is unknown, never none."""
    assert isinstance(egress(UNKNOWN[name]), Unknown)


def test_of_firewalls_with_one_private_address_the_one_in_reach_counts() -> None:
    """Hubs made alike have firewalls at the same private address: the one of the peered hub is on the way."""
    both = by_id(firewall("afw-far", "198.51.100.99", of="far"), HUB_FIREWALL)
    assert egress(estate(DEFAULT, hubs=("hub", "far"), firewalls=both)) == HUB_FIREWALL.addresses


def test_an_unknown_egress_says_which_appliance() -> None:
    """The reason names the next hop, so that its owner can be asked."""
    found = egress(estate(DEFAULT))
    assert isinstance(found, Unknown) and HOP in found.reason


def test_two_firewalls_in_reach_with_one_address_are_unknown() -> None:
    """Where two could be meant, neither is taken."""
    twin = by_id(firewall("afw-two", "198.51.100.99"), HUB_FIREWALL)
    found = estate(DEFAULT, firewalls=twin)
    assert isinstance(egress(found), Unknown)
    assert firewall_at(found, found.networks[network_id("spoke")], Route("r", *DEFAULT, HOP)) is None


def test_a_route_without_a_next_hop_address_leads_to_no_firewall() -> None:
    """A firewall is recognised by the address of the next hop alone."""
    found = estate(firewalls=by_id(HUB_FIREWALL))
    spoke = found.networks[network_id("spoke")]
    assert (firewall_at(found, spoke, Route("r", *DEFAULT)), firewall_at(found, spoke, None)) == (None, None)


def test_a_firewall_behind_a_nat_gateway_goes_out_with_its_addresses() -> None:
    """A NAT gateway on the firewall's subnet gives what leaves its addresses (learn, firewall with NAT gateway)."""
    found = estate(DEFAULT, firewalls=by_id(HUB_FIREWALL), nat_gateways=by_id(GATEWAY))
    guarded = Subnet(network_id("hub").child("subnets", "AzureFirewallSubnet"), ("10.10.1.0/26",), nat_gateway=NAT)
    hub = replace(found.networks[network_id("hub")], subnets=(guarded,))
    assert egress(replace(found, networks={**found.networks, hub.id: hub})) == GATEWAY.addresses


def test_an_environment_without_a_network_declares_nothing() -> None:
    """Microsoft's own network has no address that anybody could name, whatever load balancers there are."""
    bare = Environment(OWN, "westeurope", None)
    assert egress_of(estate(load_balancers=by_id(OUT)), bare, None) == ()


def test_groups_are_compared_without_case() -> None:
    """The environment names its resource group in one casing, the load balancer's id in another."""
    environment = replace(ENVIRONMENT, infrastructure_group="me_CAE_RG")
    assert egress(estate(load_balancers=by_id(OUT)), environment) == OUT.addresses


def test_a_load_balancer_in_a_group_of_that_name_elsewhere_is_not_ours() -> None:
    """Groups of two subscriptions may share a name."""
    elsewhere = ResourceId(BALANCER.text.replace(SUB, "0c0c0c0c-1111-4222-8333-444444444444"))
    assert egress(estate(load_balancers=by_id(LoadBalancer(elsewhere, ("192.0.2.40",))))) == ()


ALL, SOME, NONE = Listed.ALL, Listed.SOME, Listed.NONE
FOUR = ("203.0.113.0", "203.0.113.1", "203.0.113.2/32", "203.0.113.3")
LISTS = [
    (("203.0.113.8",), ("203.0.113.8",), ALL),
    (("203.0.113.8/32",), ("203.0.113.8",), ALL),
    ((" 203.0.113.8 ",), ("203.0.113.8",), ALL),
    (("203.0.113.0/24",), ("203.0.113.8", "203.0.113.16/30"), ALL),
    (("0.0.0.0/0",), ("203.0.113.8",), ALL),
    (FOUR, ("203.0.113.0/30",), ALL),
    (("203.0.113.0/31", "203.0.113.2/31"), ("203.0.113.0/30",), ALL),
    (("203.0.113.8",), ("203.0.113.8", "203.0.113.9"), SOME),
    (("203.0.113.0/31",), ("203.0.113.0/30",), SOME),
    (("203.0.113.1",), ("203.0.113.0/30",), SOME),
    (("203.0.113.8",), ("203.0.113.9",), NONE),
    ((), ("203.0.113.8",), NONE),
    (("203.0.113.8",), (), NONE),
    ((), (), NONE),
    (("10.0.0.0/8", "not an address"), ("203.0.113.8",), NONE),
    (("203.0.113.8",), ("2001:db8::8",), NONE),
    (("2001:db8::/32",), ("203.0.113.8",), NONE),
    (("203.0.113.8/24",), ("203.0.113.200",), ALL),
]


@pytest.mark.parametrize(("rules", "wanted", "expected"), LISTS)
def test_how_much_of_the_egress_is_listed(rules: tuple[str, ...], wanted: tuple[str, ...], expected: Listed) -> None:
    """All, some or none of the addresses lie in the rules, taken together; of nothing, none does."""
    assert listed(rules, wanted) is expected


def test_a_firewall_may_stand_in_the_own_network() -> None:
    """A default route may lead to a firewall in the same network."""
    own = firewall("afw", "198.51.100.7", of="spoke")
    assert egress(estate(DEFAULT, firewalls=by_id(own))) == ("198.51.100.7",)


def test_a_firewall_of_a_virtual_hub_is_taken_at_its_word() -> None:
    """A virtual hub is no network that could be peered; a route that names its firewall leads there."""
    vhub = Firewall(an_id(FIREWALLS, "afw"), an_id("Microsoft.Network/virtualHubs", "vhub"), (HOP,), ("198.51.100.7",))
    assert egress(estate(DEFAULT, firewalls=by_id(vhub))) == ("198.51.100.7",)


def test_a_subnet_that_is_not_there_declares_nothing() -> None:
    """An infrastructure subnet that its network does not have goes nowhere."""
    bare = Network(network_id("spoke"), "westeurope", ("10.20.0.0/16",))
    assert egress_of(Snapshot(), ENVIRONMENT, bare) == ()
