"""NAT gateways, firewalls and load balancers: their public addresses, or why those are not known."""

from __future__ import annotations

from typing import Any

import arm_bodies as arm
import arm_surroundings as around
import pytest

from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Firewall, LoadBalancer, NatGateway, Snapshot, Unknown
from remediator.facts import snapshot_from

NAT, FIREWALL, BALANCER = map(ResourceId, (around.NAT, around.FIREWALL, around.BALANCER))
HUB = around.NAT.replace("natGateways/ng-shop", "virtualHubs/vhub")


def observed(*bodies: Any) -> Snapshot:
    return snapshot_from(bodies, AZURE_CHINA)


def egress(**changed: Any) -> list[Any]:
    """The bodies, with properties replaced by the name of the body (`ng_shop`, `afw_hub` …)."""
    bodies = around.egress()
    for name, properties in changed.items():
        next(b for b in bodies if b["name"] == name.replace("_", "-"))["properties"].update(properties)
    return bodies


def addresses(snapshot: Snapshot) -> list[Any]:
    return [
        one.addresses
        for part in (snapshot.nat_gateways, snapshot.firewalls, snapshot.load_balancers)
        for one in part.values()
    ]


def test_addresses_and_prefixes_are_followed() -> None:
    """A NAT gateway has its address and its range, a firewall and a load balancer theirs."""
    snapshot = observed(*egress())
    assert snapshot.nat_gateways == {NAT: NatGateway(NAT, ("203.0.113.20", "203.0.113.32/31"))}
    assert snapshot.firewalls == {
        FIREWALL: Firewall(FIREWALL, ResourceId(arm.HUB), ("10.0.1.4",), ("203.0.113.21",)),
    }
    assert snapshot.load_balancers == {BALANCER: LoadBalancer(BALANCER, ("203.0.113.22",))}


def test_a_firewall_in_a_virtual_hub_names_its_addresses_itself() -> None:
    """`hubIPAddresses` hold the private address and the public ones; the hub stands for the network."""
    held = {
        "ipConfigurations": None,
        "virtualHub": {"id": HUB},
        "hubIPAddresses": {
            "privateIPAddress": "10.9.0.132",
            "publicIPs": {"addresses": [{"address": "203.0.113.9"}, {"address": "203.0.113.8"}], "count": 2},
        },
    }
    (found,) = observed(*egress(afw_hub=held)).firewalls.values()
    assert found == Firewall(FIREWALL, ResourceId(HUB), ("10.9.0.132",), ("203.0.113.8", "203.0.113.9"))


def test_a_second_address_of_a_firewall_has_no_private_one() -> None:
    """Only the first ipConfiguration has a subnet and a private address; the public addresses of all count."""
    (body,) = [b for b in egress() if b["id"] == around.FIREWALL]
    more = {"name": "b", "properties": {"publicIPAddress": {"id": around.NAT_ADDRESS}}}
    body["properties"]["ipConfigurations"].append(more)
    found = observed(*[b for b in egress() if b["id"] != around.FIREWALL], body).firewalls[FIREWALL]
    assert (found.private_addresses, found.addresses) == (("10.0.1.4",), ("203.0.113.20", "203.0.113.21"))


def test_only_frontends_of_outbound_rules_count() -> None:
    """A frontend that only takes traffic in says nothing about what goes out."""
    bodies = egress(capp_svc_lb={"outboundRules": []})
    assert observed(*bodies).load_balancers[BALANCER].addresses == ()


def test_a_frontend_may_have_a_prefix() -> None:
    """An outbound rule over a prefix goes out with any of its addresses."""
    bodies = egress()
    balancer = next(b for b in bodies if b["id"] == around.BALANCER)
    (frontend,) = balancer["properties"]["frontendIPConfigurations"]
    frontend["id"] = frontend["id"].upper()
    frontend["properties"] = {"publicIPPrefix": {"id": around.NAT_PREFIX}}
    assert observed(*bodies).load_balancers[BALANCER].addresses == ("203.0.113.32/31",)


@pytest.mark.parametrize(
    ("rid", "where"),
    [
        (around.NAT_ADDRESS, "nat_gateways"),
        (around.NAT_PREFIX, "nat_gateways"),
        (around.FIREWALL_ADDRESS, "firewalls"),
        (around.BALANCER_ADDRESS, "load_balancers"),
    ],
)
@pytest.mark.parametrize("stub", [True, False])
def test_an_address_that_was_not_read_makes_them_all_unknown(rid: str, where: str, stub: bool) -> None:
    """A public address or prefix that is missing or in error leaves the addresses Unknown, and nothing else."""
    bodies = [b for b in egress() if b["id"] != rid]
    snapshot = observed(*bodies, *([arm.stub(rid)] if stub else ()))
    (found,) = getattr(snapshot, where).values()
    assert isinstance(found.addresses, Unknown)
    assert ResourceId(rid).name in found.addresses.reason
    assert sum(isinstance(one, Unknown) for one in addresses(snapshot)) == 1


def test_an_address_that_is_not_given_out_yet_is_unknown() -> None:
    """A dynamic address without a value does not make the gateway one without addresses."""
    snapshot = observed(*egress(pip_nat={"ipAddress": None}))
    assert isinstance(snapshot.nat_gateways[NAT].addresses, Unknown)


def test_ipv6_addresses_are_left_out() -> None:
    """Registries admit IPv4 addresses only."""
    six = {"publicIPAddressVersion": "IPv6", "ipAddress": "2001:db8::1"}
    assert observed(*egress(pip_nat=six)).nat_gateways[NAT].addresses == ("203.0.113.32/31",)


@pytest.mark.parametrize(
    ("odd", "rid"),
    [
        ({"ng_shop": {"publicIpAddresses": "odd"}}, NAT),
        ({"ng_shop": {"publicIpAddresses": [{}]}}, NAT),
        ({"afw_hub": {"ipConfigurations": []}}, FIREWALL),
        ({"afw_hub": {"ipConfigurations": [{"properties": 7}]}}, FIREWALL),
        ({"afw_hub": {"hubIPAddresses": 7}}, FIREWALL),
        ({"capp_svc_lb": {"frontendIPConfigurations": []}}, BALANCER),
        ({"capp_svc_lb": {"outboundRules": [{"properties": 7}]}}, BALANCER),
    ],
)
def test_a_body_that_makes_no_sense_is_unknown(odd: dict[str, Any], rid: ResourceId) -> None:
    """A gateway, firewall or load balancer that cannot be understood is Unknown."""
    assert rid in observed(*egress(**odd)).unreadable


def test_what_a_subnet_refers_to_stays_a_reference() -> None:
    """A subnet keeps the id of its NAT gateway and security group; those that are not there are Unknown."""
    network = arm.network()
    held = network["properties"]["subnets"][0]["properties"]
    held |= {"natGateway": {"id": around.NAT}, "networkSecurityGroup": {"id": around.SECURITY}}
    snapshot = observed(network)
    subnet = snapshot.networks[ResourceId(arm.NETWORK)].subnet(ResourceId(arm.APP_SUBNET))
    assert subnet is not None
    assert (subnet.nat_gateway, subnet.security_group) == (NAT, ResourceId(around.SECURITY))
    assert isinstance(snapshot.look_up(snapshot.nat_gateways, NAT), Unknown)
