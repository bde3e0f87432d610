"""Breaks in names: who answers, which zone, whose record. See `breaks.py`."""

from __future__ import annotations

from tests.estate_builder import HUB_SUB, EstateBuilder, healthy, rid, spoke

RESOLVER = "Microsoft.Network/dnsResolvers"
RULESET = "Microsoft.Network/dnsForwardingRulesets"
SERVER = "10.10.4.40"


def hub_answers(server: str = SERVER, *, linked: bool = True) -> EstateBuilder:
    """The spoke asks a DNS server in the hub; the zone is linked to the spoke, and to the hub if `linked`."""
    builder = EstateBuilder()
    network, infrastructure, _ = spoke(builder, dns=[server])
    hub, _, endpoints = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-hub")
    builder.peer(network, hub)
    endpoint = builder.endpoint("pe-shop", builder.registry("shop"), endpoints, 4, sub=HUB_SUB, group="rg-hub")
    zone = builder.zone(sub=HUB_SUB, group="rg-hub")
    builder.group(endpoint, zone)
    builder.link(zone, network)
    if linked:
        builder.link(zone, hub)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder


def inbound_endpoint(builder: EstateBuilder, network: str, address: str = SERVER) -> str:
    """A DNS Private Resolver in a network, with one inbound endpoint."""
    resolver = rid(RESOLVER, "dnspr", sub=HUB_SUB, group="rg-hub")
    builder.add(
        {
            "id": resolver,
            "name": "dnspr",
            "type": RESOLVER,
            "location": builder.location,
            "properties": {"provisioningState": "Succeeded", "virtualNetwork": {"id": network}},
        }
    )
    return builder.add(
        {
            "id": f"{resolver}/inboundEndpoints/in",
            "name": "in",
            "type": f"{RESOLVER}/inboundEndpoints",
            "location": builder.location,
            "properties": {
                "provisioningState": "Succeeded",
                "ipConfigurations": [
                    {"privateIpAddress": address, "subnet": {"id": f"{network}/subnets/snet-endpoints"}}
                ],
            },
        }
    )


def ruleset(builder: EstateBuilder, network: str, server: str, domain: str = "azurecr.io.") -> str:
    """A forwarding ruleset with one rule, linked to a network."""
    made = rid(RULESET, "rules", sub=HUB_SUB, group="rg-hub")
    common = {"provisioningState": "Succeeded"}
    builder.add({"id": made, "name": "rules", "type": RULESET, "location": builder.location, "properties": common})
    servers = [{"ipAddress": server, "port": 53}]
    rule = {**common, "domainName": domain, "targetDnsServers": servers, "forwardingRuleState": "Enabled"}
    builder.add(
        {"id": f"{made}/forwardingRules/r", "name": "r", "type": f"{RULESET}/forwardingRules", "properties": rule}
    )
    builder.add(
        {
            "id": f"{made}/virtualNetworkLinks/l",
            "name": "l",
            "type": f"{RULESET}/virtualNetworkLinks",
            "properties": {**common, "virtualNetwork": {"id": network}},
        }
    )
    return made


def hub_of(builder: EstateBuilder) -> str:
    return str(builder.get(rid("Microsoft.Network/virtualNetworks", "vnet-hub", sub=HUB_SUB, group="rg-hub"))["id"])


def hub_not_linked() -> EstateBuilder:
    return hub_answers(linked=False)


def resolver_not_linked() -> EstateBuilder:
    builder = hub_answers(linked=False)
    inbound_endpoint(builder, hub_of(builder))
    return builder


def ruleset_bypasses_the_link() -> EstateBuilder:
    """A rule for the public name takes the query to the hub's resolver before the spoke's own link is asked."""
    builder = hub_answers(linked=False)
    spoke_network = builder.get(rid("Microsoft.Network/virtualNetworks", "vnet-spoke"))
    spoke_network["properties"].pop("dhcpOptions")
    inbound_endpoint(builder, hub_of(builder))
    ruleset(builder, spoke_network["id"], SERVER)
    return builder


def public_dns() -> EstateBuilder:
    return hub_answers("8.8.8.8")


def zones_compete() -> EstateBuilder:
    """The app's network links the platform team's zone; the endpoint writes into another one of that name."""
    builder = healthy()
    own = rid("Microsoft.Network/privateDnsZones", builder.zone_name)
    builder.drop(f"{own}/virtualNetworkLinks/to-vnet-spoke")
    central = builder.zone(sub=HUB_SUB, group="rg-dns")
    builder.link(central, rid("Microsoft.Network/virtualNetworks", "vnet-spoke"))
    return builder


def two_endpoints(*, far_app: bool) -> EstateBuilder:
    """A second endpoint in a network far away writes into the same zone, and wrote last."""
    builder = healthy()
    network, infrastructure, endpoints = spoke(builder, "far", 40, group="rg-far")
    registry = rid("Microsoft.ContainerRegistry/registries", "shop")
    zone = rid("Microsoft.Network/privateDnsZones", builder.zone_name)
    builder.group(builder.endpoint("pe-far", registry, endpoints, 4, group="rg-far"), zone)
    builder.link(zone, network)
    if far_app:
        far = builder.environment("cae-far", infrastructure, group="rg-far")
        builder.app("remote", far, "shop.azurecr.io/remote:1", group="rg-far")
    return builder


def record_of_an_unused_endpoint() -> EstateBuilder:
    return two_endpoints(far_app=False)


def record_that_others_need() -> EstateBuilder:
    return two_endpoints(far_app=True)


ZONE = "/resourceGroups/rg-hub/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io"
DNS_BREAKS = {
    "hub server not linked": (hub_not_linked, "vnet-link", ZONE, ["create-vnet-link"]),
    "hub resolver not linked": (resolver_not_linked, "vnet-link", ZONE, ["create-vnet-link"]),
    "ruleset bypasses the link": (ruleset_bypasses_the_link, "vnet-link", ZONE, ["create-vnet-link"]),
    "public DNS servers": (public_dns, "custom-dns", "/virtualNetworks/vnet-spoke", []),
    "zones compete": (
        zones_compete,
        "competing-zone",
        "/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io",
        ["create-dns-record", "create-dns-record"],
    ),
    "record of an unused endpoint": (
        record_of_an_unused_endpoint,
        "shared-record",
        "/A/shop",
        ["update-dns-zone-group"],
    ),
    "record that others need": (record_that_others_need, "shared-record", "/A/shop", ["create-peering"] * 2),
}
