"""From a `Shape` to a healthy estate: every pull in it works, by the facts.

Order: networks, registries, consumers, then what the consumers need: endpoints, zones, links, ways out, roles. What a
shape asks for and what cannot be healthy (an allow-list without a fixed egress, a legacy environment with a NAT
gateway) is left out.
"""

from __future__ import annotations

from tests.estate_builder import HUB_SUB, SUB, SUFFIX, EstateBuilder, rid
from tests.search import bodies
from tests.search.consumers import add_consumers
from tests.search.land import Area, Land, Net, Reg
from tests.search.naming import name_the_names
from tests.search.noise import NOISE
from tests.search.shape import LONE_DNS, REGIONS, IslandShape, NetworkShape, RegistryShape, Shape
from tests.search.wishing import wish

REGISTRY_SUB = "0d0d0d0d-1111-4222-8333-444444444444"
DELEGATED = "Microsoft.App/environments"


def build(shape: Shape) -> Land:
    """The estate of a shape."""
    land = Land(shape, EstateBuilder(shape.cloud, REGIONS[shape.cloud][0]))
    for number, island in enumerate(shape.islands):
        _add_island(land, number, island)
    for number, registry in enumerate(shape.registries):
        land.registries.append(_registry(land, number, registry))
    add_consumers(land)
    for registry in land.registries:
        _allow(land, registry)
    name_the_names(land)
    for net in land.nets:
        _guard(land, net)
    for area in land.areas:
        _guard_endpoints(land, area)
    for noise in shape.noise:
        NOISE[noise](land)
    land.desired = wish(land)
    return land


def _add_island(land: Land, number: int, island: IslandShape) -> None:
    base = 10 + (0 if land.shape.same_ranges else number) * 10
    region = REGIONS[land.shape.cloud][island.region]
    hub = None
    if island.hub:
        hub_shape = NetworkShape(fallback=island.fallback)
        place = {"sub": HUB_SUB, "group": f"rg-hub{number}"}
        hub = _network(land, f"hub{number}", base, region, hub_shape, None, **place)
    spokes = []
    for row, spoke in enumerate(island.spokes):
        name = f"spoke{number}{'ab'[row]}"
        place = {"sub": SUB, "group": f"rg-{name}"}
        spokes.append(_network(land, name, base + 1 + row, region, spoke, hub, **place))
    for net in spokes if hub else ():
        land.builder.peer(net.id, hub.id if hub else "")
    apart = hub is None or (island.endpoint_in == "spoke" and len(spokes) > 1)
    if apart:
        land.areas += [_area(island, [net], net) for net in spokes]
    elif hub is not None:
        home = spokes[0] if island.endpoint_in == "spoke" else hub
        land.areas.append(_area(island, [hub, *spokes], home))
    for net in spokes:
        net.asks = net if apart or net.shape.dns in LONE_DNS else hub or net
        _dns(land, net, hub if not apart else None)
    if hub is not None:
        hub.asks = hub
        if apart:
            hub.area = Area([hub], hub)
    for net in spokes:
        _way_out(land, net, hub)


def _area(island: IslandShape, nets: list[Net], home: Net) -> Area:
    place = home.place if island.zone_home == "network" else {"sub": HUB_SUB, "group": f"rg-dns-{home.name}"}
    area = Area(nets, home, zone_place=place)
    for net in nets:
        net.area = area
    return area


def _network(
    land: Land, name: str, octet: int, region: str, shape: NetworkShape, hub: Net | None, *, sub: str, group: str
) -> Net:
    environments = shape.environments if hub or not name.startswith("hub") else ()
    subnets: dict[str, dict[str, object]] = {
        "snet-endpoints": {"prefix": f"10.{octet}.4.0/24"},
        "snet-dns": {"prefix": f"10.{octet}.9.0/24", "delegation": "Microsoft.Network/dnsResolvers"},
        "snet-dns-out": {"prefix": f"10.{octet}.10.0/24", "delegation": "Microsoft.Network/dnsResolvers"},
        "AzureFirewallSubnet": {"prefix": f"10.{octet}.8.0/26"},
        "snet-servers": {"prefix": f"10.{octet}.12.0/24", "delegation": "Microsoft.Web/serverFarms"},
    }
    own = [e for e in environments if not e.homeless] if not name.startswith("hub") else [None]
    for row, environment in enumerate(own):
        legacy = environment is not None and environment.legacy and shape.egress == "none"
        subnet: dict[str, object] = {"prefix": f"10.{octet}.{row * 2}.0/23"}
        subnets[f"snet-aca{row}"] = subnet if legacy else {**subnet, "delegation": DELEGATED}
    made = land.builder.network(f"vnet-{name}", f"10.{octet}.0.0/16", subnets, sub=sub, group=group, location=region)
    infra = [f"{made}/subnets/snet-aca{row}" for row in range(len(own))]
    net = Net(made, name, octet, sub, group, region, shape, f"{made}/subnets/snet-endpoints", infra, hub)
    net.asks = net
    land.nets.append(net)
    return net


def _dns(land: Land, net: Net, hub: Net | None) -> None:
    """Let a network ask whom its shape says; the hub's parts are made when the first spoke needs them."""
    builder, dns = land.builder, net.shape.dns
    if dns == "own-server":
        net.dns_server = net.address(12, 10)
    elif hub is None or dns == "azure":
        return
    elif dns == "hub-server":
        net.dns_server = hub.address(12, 10)
    elif dns == "hub-firewall":
        _firewall(land, hub)
        net.dns_server = hub.address(8, 4)
    else:
        at = rid("Microsoft.Network/dnsResolvers", f"dnspr-{hub.name}", **hub.place)
        inbound = hub.address(9, 4)
        if at.lower() not in builder.bodies:
            bodies.resolver(builder, f"dnspr-{hub.name}", hub.id, inbound, **hub.place)
        if dns == "hub-inbound":
            net.dns_server = inbound
        else:
            suffix = SUFFIX[land.shape.cloud]
            domain = suffix if dns == "rule-public" else f"privatelink.{suffix}"
            name = f"{dns}-{hub.name}"
            made = rid("Microsoft.Network/dnsForwardingRulesets", name, **hub.place)
            if made.lower() not in builder.bodies:
                bodies.ruleset(builder, name, f"{domain}.", inbound, at, **hub.place)
            bodies.ruleset_link(builder, made, net.id)
    if net.dns_server:
        builder.get(net.id)["properties"]["dhcpOptions"] = {"dnsServers": [net.dns_server]}


def _firewall(land: Land, net: Net) -> tuple[str, str]:
    """The network's firewall: its private and its public address."""
    at = rid("Microsoft.Network/azureFirewalls", f"afw-{net.name}", **net.place)
    private, public = net.address(8, 4), f"20.{net.octet}.{land.nets.index(net)}.4"
    if at.lower() not in land.builder.bodies:
        bodies.firewall(land.builder, f"afw-{net.name}", net.id, private, public, **net.place)
    return private, public


def _way_out(land: Land, net: Net, hub: Net | None) -> None:
    """The egress that a network's shape declares, for all its environments."""
    builder, kind, index = land.builder, net.shape.egress, land.nets.index(net)
    if kind == "none" or not net.infra:
        return
    held = {}
    if kind == "firewall":
        private, net.egress = _firewall(land, hub or net)
        table = bodies.route_table(
            builder, f"rt-{net.name}", ("out", "0.0.0.0/0", "VirtualAppliance", private), **net.place
        )
        held = {"routeTable": {"id": table}}
    else:
        net.egress = f"20.{net.octet}.{index}.5" if kind == "nat" else f"20.{net.octet}.{index}.16/28"
        held = {"natGateway": {"id": bodies.nat_gateway(builder, f"nat-{net.name}", net.egress, **net.place)}}
    for subnet in net.infra:
        bodies.subnet_of(builder, subnet).update(held)


def _registry(land: Land, number: int, shape: RegistryShape) -> Reg:
    builder = land.builder
    name = f"shop{number}"
    place = {"sub": REGISTRY_SUB if shape.elsewhere else SUB, "group": "rg-registries"}
    suffix = SUFFIX[land.shape.cloud]
    base = f"{name}-x9f8e7d6" if shape.hashed else name
    home, *others = REGIONS[land.shape.cloud]
    replicas = tuple(others[: shape.replicas])
    listed = (home, *replicas) if replicas and shape.home_listed else replicas
    firewall = {"defaultAction": "Deny" if shape.access in ("closed", "listed") else "Allow", "ipRules": []}
    regions = (home, *replicas)
    regional = {region: f"{base}.{region}.geo.{suffix}" for region in regions} if shape.regional else {}
    more = {"regionalEndpoints": "Enabled", "regionalEndpointHostNames": [*regional.values()]} if regional else {}
    made = builder.registry(
        name,
        closed=shape.access == "closed",
        replicas=listed,
        login=f"{base}.{suffix}",
        networkRuleSet=firewall,
        anonymousPullEnabled=shape.anonymous,
        **({"roleAssignmentMode": "AbacRepositoryPermissions"} if shape.abac else {}),
        **more,
        **place,
    )
    return Reg(shape, made, name, f"{base}.{suffix}", regions, regional)


def _allow(land: Land, registry: Reg) -> None:
    """An allow-list holds the egress of everybody who pulls."""
    if registry.shape.access == "listed":
        registry.allowed = tuple(sorted({p.net.egress for p in land.pulls if p.registry is registry and p.net}))
        rules = [{"action": "Allow", "value": value} for value in registry.allowed]
        land.builder.get(registry.id)["properties"]["networkRuleSet"]["ipRules"] = rules


def _guard(land: Land, net: Net) -> None:
    """A security group that names all that a pull needs, and denies the rest."""
    if not net.shape.guarded or not net.infra:
        return
    prefixes = [bodies.subnet_of(land.builder, area.home.endpoints)["addressPrefix"] for area in [net.area]]
    goal = {"destinationAddressPrefixes": prefixes} if net.octet % 2 else {"destinationAddressPrefix": "VirtualNetwork"}
    tags = ("AzureContainerRegistry", "Storage", "AzureActiveDirectory", "MicrosoftContainerRegistry")
    made = bodies.security_group(
        land.builder,
        f"nsg-{net.name}",
        bodies.rule("allow-endpoints", 100, "Allow", "Outbound", **goal),
        *(
            bodies.rule(f"allow-{t}", 110 + n, "Allow", "Outbound", destinationAddressPrefix=t)
            for n, t in enumerate(tags)
        ),
        bodies.rule("deny-all", 4000, "Deny", "Outbound", protocol="*", destinationPortRange="*"),
        **net.place,
    )
    for subnet in net.infra:
        bodies.subnet_of(land.builder, subnet)["networkSecurityGroup"] = {"id": made}


def _guard_endpoints(land: Land, area: Area) -> None:
    """Rules on the endpoints' subnet: without its network policies they mean nothing (azure-facts 4)."""
    kind = land.shape.islands[int("".join(c for c in area.home.name if c.isdigit()))].inbound_guard
    if kind == "none":
        return
    sources = [bodies.subnet_of(land.builder, s)["addressPrefix"] for net in area.nets for s in net.infra]
    allowed = bodies.rule("allow-apps", 100, "Allow", "Inbound", sourceAddressPrefixes=sources)
    denied = bodies.rule("deny-all", 4000, "Deny", "Inbound", protocol="*", destinationPortRange="*")
    rules = [allowed, denied] if kind == "allow" and sources else [denied]
    made = bodies.security_group(land.builder, f"nsg-pe-{area.home.name}", *rules, **area.home.place)
    subnet = bodies.subnet_of(land.builder, area.home.endpoints)
    subnet["networkSecurityGroup"] = {"id": made}
    if kind == "allow" and sources:
        subnet["privateEndpointNetworkPolicies"] = "NetworkSecurityGroupEnabled"
