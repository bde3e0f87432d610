"""A fleet: how does Azure describe thousands of closed registries that are pulled from through hubs?

Raw ARM bodies, the same for the same seed; every pull works. Called by benchmarks and tests, which break it themselves.

Shape: a hub serves 1,000 registries. Its network holds their private endpoints and is peered with up to 499 spokes
(Azure allows 500 peerings a network); its private zone, in a resource group of its own, is linked to all of them (1,000
links a zone, azure-facts 3.1). A spoke has two subnets with an environment each. One app pulls from each registry, and
every tenth app pulls from the first registry of its hub too, where shared images are. Nothing is replicated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from remediator.sandbox.estates import fleet_bodies as bodies
from remediator.sandbox.estates.fleet_bodies import NETWORK, SUFFIX, ZONE, Body, last

REGISTRIES_OF_A_HUB = 1000
SHARED_BY = 10
REGIONS = ("westeurope", "northeurope", "eastus", "westus2", "uksouth", "francecentral", "japaneast", "australiaeast")
TEAMS = ("orders", "cart", "search", "mail", "stock", "price", "media", "tax", "ship", "chat", "bank", "shop", "stay")
APP, ENVIRONMENT = "Microsoft.App/containerApps", "Microsoft.App/managedEnvironments"
REGISTRY = "Microsoft.ContainerRegistry/registries"
ENDPOINT, INTERFACE = "Microsoft.Network/privateEndpoints", "Microsoft.Network/networkInterfaces"
ZONES = "Microsoft.Network/privateDnsZones"
ROLES = "Microsoft.Authorization/roleAssignments"


@dataclass(frozen=True, slots=True)
class Site:
    """One registry and what its app's pull goes over, as ids; `pulls` are the registries that the app names."""

    registry: str
    region: str
    endpoint: str
    interface: str
    zone: str
    hub: str
    spoke: str
    environment: str
    app: str
    pulls: tuple[str, ...]

    @property
    def connection(self) -> str:
        """The registry's side of the endpoint's connection."""
        return f"{self.registry}/privateEndpointConnections/{last(self.endpoint)}.1"

    @property
    def group(self) -> str:
        """The endpoint's zone group."""
        return f"{self.endpoint}/privateDnsZoneGroups/default"

    @property
    def login_record(self) -> str:
        """The record set of the login name."""
        return f"{self.zone}/A/{last(self.registry)}"

    @property
    def data_record(self) -> str:
        """The record set of the data name."""
        return f"{self.login_record}.{self.region}.data"

    @property
    def link(self) -> str:
        """The zone's link to the spoke."""
        return f"{self.zone}/virtualNetworkLinks/{last(self.spoke)}"

    @property
    def spoke_peering(self) -> str:
        """The spoke's side of the peering; it stands inline in the spoke."""
        return f"{self.spoke}/virtualNetworkPeerings/to-hub"

    @property
    def hub_peering(self) -> str:
        """The hub's side of the peering; it stands inline in the hub."""
        return f"{self.hub}/virtualNetworkPeerings/to-{last(self.spoke)}"


@dataclass(slots=True)
class Fleet:
    """Bodies by id, to be changed in place, and the sites in the order of their numbers."""

    seed: int
    bodies: dict[str, Body] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)

    def resources(self) -> list[Body]:
        """The bodies, as an estate file has them; not copied."""
        return list(self.bodies.values())

    def document(self) -> Body:
        """The estate file; its bodies are not copied."""
        return {"schema": 1, "cloud": "AzureCloud", "resources": self.resources()}

    def guid(self, of: str) -> str:
        """A GUID that is the same for the same seed and words."""
        return str(uuid5(NAMESPACE_OID, f"{self.seed}/{of}"))

    def add(self, rid: str, kind: str, properties: Body, **more: Any) -> str:
        """Keep a body; returns its id."""
        held = {"provisioningState": "Succeeded", **properties}
        self.bodies[rid] = {"id": rid, "name": last(rid), "type": kind, **more, "properties": held}
        return rid


def fleet(registries: int, *, seed: int = 1, roles: bool = True) -> Fleet:
    """A healthy fleet: N registries, endpoints and apps, 2N records, N/2 networks, about N environments.

    `roles` adds an AcrPull assignment for each app and registry. ValueError for fewer than two registries.
    """
    if registries < 2:
        raise ValueError("a fleet has at least two registries")
    made = Fleet(seed)
    for number, first in enumerate(range(0, registries, REGISTRIES_OF_A_HUB)):
        _add_hub(made, number, range(first, min(first + REGISTRIES_OF_A_HUB, registries)), roles=roles)
    return made


@dataclass(frozen=True, slots=True)
class _Hub:
    """What the sites of one hub share. `block` is the second octet of the first of its eight /16 ranges."""

    region: str
    name: str
    subscription: str
    network: str
    zone: str
    block: int

    @property
    def group(self) -> str:
        """The resource group of its network and endpoints."""
        return f"rg-hub-{self.name}"

    @property
    def prefix(self) -> str:
        """The address space of its network: the last /19 of the eight ranges; the spokes have the rest, /22 each."""
        return f"10.{self.block + 7}.224.0/19"


def _add_hub(made: Fleet, number: int, numbers: range, *, roles: bool) -> None:
    region = REGIONS[number % len(REGIONS)]
    name, subscription = f"{region}-{number}", made.guid("connectivity")
    network = _id(subscription, f"rg-hub-{name}", NETWORK, f"vnet-hub-{name}")
    zone = _id(subscription, f"rg-dns-{name}", ZONES, ZONE)
    hub = _Hub(region, name, subscription, network, zone, 8 * (number % 32))
    made.add(zone, ZONES, {"maxNumberOfVirtualNetworkLinks": 1000}, location="global")
    spokes = [_add_spoke(made, hub, place) for place in range(max(1, len(numbers) // 2 - 1))]
    names = [f"{TEAMS[(one + made.seed) % len(TEAMS)]}{one}" for one in numbers]
    registries = [_id(made.guid(f"registries {name}"), f"rg-registries-{name}", REGISTRY, one) for one in names]
    sites = []
    for place, rid in enumerate(registries):
        shared = registries[:1] if place % SHARED_BY == SHARED_BY - 1 else []
        site = _site(made, hub, spokes[place % len(spokes)], place // len(spokes) % 2, [rid, *shared])
        _add_private_path(made, hub, site, place)
        _add_app(made, site, roles=roles)
        sites.append(site)
    made.sites += sites
    _add_hub_network(made, hub, sites, spokes)
    for one in (*spokes, hub.network):
        made.add(f"{zone}/virtualNetworkLinks/{last(one)}", f"{ZONES}/virtualNetworkLinks", bodies.link(one))


def _site(made: Fleet, hub: _Hub, spoke: str, half: int, pulls: list[str]) -> Site:
    name = last(pulls[0])
    landing, group = spoke.split("/")[2], spoke.split("/")[4]
    interface = f"pe-{name}.nic.{made.guid(pulls[0])}"
    return Site(
        registry=pulls[0],
        region=hub.region,
        endpoint=_id(hub.subscription, hub.group, ENDPOINT, f"pe-{name}"),
        interface=_id(hub.subscription, hub.group, INTERFACE, interface),
        zone=hub.zone,
        hub=hub.network,
        spoke=spoke,
        environment=_id(landing, group, ENVIRONMENT, f"{group.replace('rg', 'cae', 1)}-{'ab'[half]}"),
        app=_id(landing, group, APP, f"ca-{name}"),
        pulls=tuple(pulls),
    )


def _add_spoke(made: Fleet, hub: _Hub, place: int) -> str:
    """A spoke's network with two subnets and an environment in each; returns its id."""
    landing, name = made.guid(f"landing zone {hub.name} {place // 50}"), f"{hub.name}-{place}"
    network = _id(landing, f"rg-{name}", NETWORK, f"vnet-{name}")
    start, third = f"10.{hub.block + place // 64}", place % 64 * 4
    subnets = []
    for offset, letter in enumerate("ab"):
        subnet = f"{network}/subnets/snet-environment-{letter}"
        subnets.append(bodies.subnet(subnet, f"{start}.{third + offset}.0/24", "Microsoft.App/environments"))
        environment = _id(landing, f"rg-{name}", ENVIRONMENT, f"cae-{name}-{letter}")
        properties = bodies.environment(last(environment), hub.region, subnet, f"{start}.{third + offset}.100")
        made.add(environment, ENVIRONMENT, properties, location=hub.region)
    peerings = [bodies.peering(f"{network}/virtualNetworkPeerings/to-hub", hub.network, hub.prefix)]
    properties = bodies.network(f"{start}.{third}.0/22", subnets, peerings)
    return made.add(network, NETWORK, properties, location=hub.region)


def _add_hub_network(made: Fleet, hub: _Hub, sites: list[Site], spokes: list[str]) -> None:
    """The hub's network: a /20 for endpoints, and a subnet for a gateway."""
    taken = [c["id"] for site in sites for c in made.bodies[site.interface]["properties"]["ipConfigurations"]]
    endpoints = bodies.subnet(
        f"{hub.network}/subnets/snet-endpoints",
        f"10.{hub.block + 7}.240.0/20",
        ipConfigurations=[{"id": rid} for rid in taken],
        privateEndpoints=[{"id": site.endpoint} for site in sites],
    )
    gateway = bodies.subnet(f"{hub.network}/subnets/GatewaySubnet", f"10.{hub.block + 7}.224.0/24")
    peerings = []
    for spoke in spokes:
        (prefix,) = made.bodies[spoke]["properties"]["addressSpace"]["addressPrefixes"]
        peerings.append(bodies.peering(f"{hub.network}/virtualNetworkPeerings/to-{last(spoke)}", spoke, prefix))
    properties = bodies.network(hub.prefix, [endpoints, gateway], peerings)
    made.add(hub.network, NETWORK, properties, location=hub.region)


def _add_private_path(made: Fleet, hub: _Hub, site: Site, place: int) -> None:
    """The registry, its endpoint in the hub, and the records that the endpoint's zone group keeps."""
    login, data = _login(site.registry), f"{last(site.registry)}.{site.region}.data.{SUFFIX}"
    first = 4 + 2 * place  # Azure keeps the first four addresses of a subnet
    address, next_one = (f"10.{hub.block + 7}.{240 + n // 256}.{n % 256}" for n in (first, first + 1))
    subnet, guid = f"{hub.network}/subnets/snet-endpoints", made.guid(site.endpoint)
    properties = bodies.registry(login, data, site.connection, site.endpoint)
    made.add(site.registry, REGISTRY, properties, location=site.region, sku={"name": "Premium", "tier": "Premium"})
    members = [(f"registry_data_{site.region}", data, address), ("registry", login, next_one)]
    properties = bodies.interface(site.interface, subnet, site.endpoint, members)
    made.add(site.interface, INTERFACE, properties, location=site.region)
    properties = bodies.endpoint(site.endpoint, subnet, site.interface, site.registry)
    made.add(site.endpoint, ENDPOINT, properties, location=site.region)
    kept = [(last(site.data_record), data, address), (last(site.login_record), login, next_one)]
    made.add(site.group, f"{ENDPOINT}/privateDnsZoneGroups", bodies.zone_group(site.zone, kept))
    for name, _, at in kept:
        made.add(f"{site.zone}/A/{name}", f"{ZONES}/A", bodies.record(name, at, site.endpoint, guid))


def _add_app(made: Fleet, site: Site, *, roles: bool) -> None:
    principal = made.guid(site.app)
    properties = bodies.app(last(site.app), site.environment, tuple(_login(rid) for rid in site.pulls))
    identity = {"type": "SystemAssigned", "principalId": principal}
    made.add(site.app, APP, properties, location=site.region, identity=identity)
    for registry in site.pulls if roles else ():
        assignment = f"{registry}/providers/{ROLES}/{made.guid(registry + site.app)}"
        made.add(assignment, ROLES, bodies.pull_role(registry, principal))


def _login(registry: str) -> str:
    return f"{last(registry)}.{SUFFIX}"


def _id(subscription: str, group: str, kind: str, name: str) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}"
