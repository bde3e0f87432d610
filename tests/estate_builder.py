"""Builds estates of raw ARM bodies for tests, written from azure-facts: one call for one resource."""

from __future__ import annotations

import copy
from typing import Any

SUB = "0a0a0a0a-1111-4222-8333-444444444444"
HUB_SUB = "0b0b0b0b-1111-4222-8333-444444444444"

SUFFIX = {"AzureCloud": "azurecr.io", "AzureChinaCloud": "azurecr.cn", "AzureUSGovernment": "azurecr.us"}

Body = dict[str, Any]


def rid(kind: str, *names: str, sub: str = SUB, group: str = "rg-app") -> str:
    """A full id: one name for each level of the type."""
    provider, *levels = kind.split("/")
    tail = "/".join(f"{level}/{name}" for level, name in zip(levels, names, strict=True))
    return f"/subscriptions/{sub}/resourceGroups/{group}/providers/{provider}/{tail}"


class EstateBuilder:
    """Raw bodies, as GET returns them; `document()` is an estate file."""

    def __init__(self, cloud: str = "AzureCloud", location: str = "westeurope") -> None:
        self.cloud, self.location, self.suffix = cloud, location, SUFFIX[cloud]
        self.zone_name = f"privatelink.{self.suffix}"
        self.bodies: dict[str, Body] = {}

    def add(self, body: Body) -> str:
        """Any body; returns its id."""
        self.bodies[body["id"].lower()] = body
        return str(body["id"])

    def get(self, resource: str) -> Body:
        """A body that was added, to change it in place."""
        return self.bodies[resource.lower()]

    def drop(self, resource: str) -> None:
        """Take a resource out again, its children too."""
        key = resource.lower()
        self.bodies = {k: v for k, v in self.bodies.items() if k != key and not k.startswith(key + "/")}

    def error(self, resource: str, code: str = "AuthorizationFailed") -> None:
        """Make a resource unreadable."""
        kind = self.bodies[resource.lower()]["type"]
        self.bodies[resource.lower()] = {
            "id": resource,
            "type": kind,
            "error": {"code": code, "message": "The client does not have authorization to perform the action."},
        }

    def document(self) -> Body:
        """The estate file."""
        return {"schema": 1, "cloud": self.cloud, "resources": copy.deepcopy(list(self.bodies.values()))}

    def network(
        self,
        name: str,
        prefix: str,
        subnets: dict[str, Body],
        *,
        sub: str = SUB,
        group: str = "rg-app",
        dns: list[str] | None = None,
        location: str | None = None,
    ) -> str:
        """A network; `subnets` maps names to {"prefix", "delegation"?, ...properties}."""
        network = rid("Microsoft.Network/virtualNetworks", name, sub=sub, group=group)
        made = []
        for subnet, given in subnets.items():
            given = dict(given)
            delegation = given.pop("delegation", None)
            properties = {
                "provisioningState": "Succeeded",
                "addressPrefix": given.pop("prefix"),
                "delegations": [{"name": "d", "properties": {"serviceName": delegation}}] if delegation else [],
                "privateEndpointNetworkPolicies": "Disabled",
                **given,
            }
            made.append({"id": f"{network}/subnets/{subnet}", "name": subnet, "properties": properties})
        properties = {
            "provisioningState": "Succeeded",
            "addressSpace": {"addressPrefixes": [prefix]},
            "subnets": made,
            "virtualNetworkPeerings": [],
        }
        if dns:
            properties["dhcpOptions"] = {"dnsServers": dns}
        return self.add(
            {
                "id": network,
                "name": name,
                "type": "Microsoft.Network/virtualNetworks",
                "location": location or self.location,
                "properties": properties,
            }
        )

    def peer(
        self, one: str, other: str, state: str = "Connected", *, both: bool = True, **properties: Any
    ) -> list[str]:
        """Peer two networks."""
        made = []
        for here, there in ((one, other), (other, one)) if both else ((one, other),):
            peering = f"{here}/virtualNetworkPeerings/to-{there.rsplit('/', 1)[-1]}"
            body = {
                "id": peering,
                "name": peering.rsplit("/", 1)[-1],
                "type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
                "properties": {
                    "provisioningState": "Succeeded",
                    "peeringState": state,
                    "peeringSyncLevel": "FullyInSync",
                    "allowVirtualNetworkAccess": True,
                    "allowForwardedTraffic": False,
                    "allowGatewayTransit": False,
                    "useRemoteGateways": False,
                    "remoteVirtualNetwork": {"id": there},
                    **properties,
                },
            }
            self.add(body)
            made.append(peering)
        return made

    def registry(
        self,
        name: str,
        *,
        closed: bool = True,
        sku: str = "Premium",
        replicas: tuple[str, ...] = (),
        sub: str = SUB,
        group: str = "rg-app",
        login: str | None = None,
        **properties: Any,
    ) -> str:
        """A registry without endpoints."""
        login = login or f"{name}.{self.suffix}"
        registry = rid("Microsoft.ContainerRegistry/registries", name, sub=sub, group=group)
        firewall = {"networkRuleSet": {"defaultAction": "Deny" if closed else "Allow", "ipRules": []}}
        self.add(
            {
                "id": registry,
                "name": name,
                "type": "Microsoft.ContainerRegistry/registries",
                "location": self.location,
                "sku": {"name": sku, "tier": sku},
                "properties": {
                    "loginServer": login,
                    "provisioningState": "Succeeded",
                    "adminUserEnabled": False,
                    "publicNetworkAccess": "Disabled" if closed else "Enabled",
                    "networkRuleBypassOptions": "AzureServices",
                    "dataEndpointEnabled": False,
                    "dataEndpointHostNames": [],
                    "privateEndpointConnections": [],
                    "anonymousPullEnabled": False,
                    **(firewall if sku == "Premium" else {}),
                    **properties,
                },
            }
        )
        for region in replicas:
            self.add(
                {
                    "id": f"{registry}/replications/{region}",
                    "name": region,
                    "type": "Microsoft.ContainerRegistry/registries/replications",
                    "location": region,
                    "properties": {"provisioningState": "Succeeded", "regionEndpointEnabled": True},
                }
            )
        return registry

    def endpoint(
        self,
        name: str,
        registry: str,
        subnet: str,
        first: int,
        *,
        status: str = "Approved",
        manual: bool = False,
        sub: str = SUB,
        group: str = "rg-app",
    ) -> str:
        """A private endpoint with its interface and connection; addresses are 10.x.y.`first` and on, data first."""
        endpoint = rid("Microsoft.Network/privateEndpoints", name, sub=sub, group=group)
        nic = rid("Microsoft.Network/networkInterfaces", f"{name}.nic", sub=sub, group=group)
        body = self.get(registry)
        login = body["properties"]["loginServer"]
        base = login.removesuffix("." + self.suffix)
        regions = [
            self.location,
            *[k.rsplit("/", 1)[-1] for k in self.bodies if k.startswith(registry.lower() + "/repl")],
        ]
        hosts = [f"{base}.{region}.data.{self.suffix}" for region in dict.fromkeys(regions)]
        body["properties"].update({"dataEndpointEnabled": True, "dataEndpointHostNames": hosts})
        network = subnet.rsplit("/subnets/", 1)[0]
        prefix = next(
            s["properties"]["addressPrefix"]
            for s in self.get(network)["properties"]["subnets"]
            if s["id"].lower() == subnet.lower()
        )
        start = ".".join(prefix.split("/")[0].split(".")[:3])
        members = [(f"registry_data_{host.split('.data.')[0].rsplit('.', 1)[-1]}", host) for host in hosts]
        regional = body["properties"].get("regionalEndpointHostNames", ())
        members += [(f"registry_{host.split('.geo.')[0].rsplit('.', 1)[-1]}", host) for host in regional]
        members.append(("registry", login))
        usable = status == "Approved"
        self.add(
            {
                "id": nic,
                "name": f"{name}.nic",
                "type": "Microsoft.Network/networkInterfaces",
                "location": self.location,
                "properties": {
                    "provisioningState": "Succeeded",
                    "ipConfigurations": [
                        {
                            "id": f"{nic}/ipConfigurations/c{n}",
                            "name": f"c{n}",
                            "properties": {
                                "privateIPAddress": f"{start}.{first + n}",
                                "subnet": {"id": subnet},
                                "privateLinkConnectionProperties": {
                                    "groupId": "registry",
                                    "requiredMemberName": member,
                                    "fqdns": [host] if usable else [],
                                },
                            },
                        }
                        for n, (member, host) in enumerate(members)
                    ],
                    "privateEndpoint": {"id": endpoint},
                },
            }
        )
        state = {"status": status, "description": "", "actionsRequired": "None"}
        connection = {
            "name": name,
            "properties": {
                "provisioningState": "Succeeded",
                "privateLinkServiceId": registry,
                "groupIds": ["registry"],
                "privateLinkServiceConnectionState": state,
            },
        }
        self.add(
            {
                "id": endpoint,
                "name": name,
                "type": "Microsoft.Network/privateEndpoints",
                "location": self.location,
                "properties": {
                    "provisioningState": "Succeeded",
                    "subnet": {"id": subnet},
                    "networkInterfaces": [{"id": nic}],
                    "customDnsConfigs": [],
                    "privateLinkServiceConnections": [] if manual else [connection],
                    "manualPrivateLinkServiceConnections": [connection] if manual else [],
                },
            }
        )
        body["properties"]["privateEndpointConnections"].append(
            {
                "id": f"{registry}/privateEndpointConnections/{name}.0",
                "name": f"{name}.0",
                "type": "Microsoft.ContainerRegistry/registries/privateEndpointConnections",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateEndpoint": {"id": endpoint},
                    "privateLinkServiceConnectionState": {"status": status, "description": ""},
                },
            }
        )
        return endpoint

    def zone(self, *, sub: str = SUB, group: str = "rg-app") -> str:
        """The cloud's private zone of registries."""
        return self.add(
            {
                "id": rid("Microsoft.Network/privateDnsZones", self.zone_name, sub=sub, group=group),
                "name": self.zone_name,
                "type": "Microsoft.Network/privateDnsZones",
                "location": "global",
                "properties": {"provisioningState": "Succeeded"},
            }
        )

    def link(self, zone: str, network: str, *, policy: str = "Default", state: str = "Completed") -> str:
        """A link of a zone to a network."""
        name = f"to-{network.rsplit('/', 1)[-1]}"
        return self.add(
            {
                "id": f"{zone}/virtualNetworkLinks/{name}",
                "name": name,
                "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
                "location": "global",
                "properties": {
                    "provisioningState": "Succeeded",
                    "registrationEnabled": False,
                    "virtualNetworkLinkState": state,
                    "resolutionPolicy": policy,
                    "virtualNetwork": {"id": network},
                },
            }
        )

    def record(self, zone: str, name: str, *addresses: str, by_hand: bool = False) -> str:
        """An A record set."""
        metadata = {} if by_hand else {"metadata": {"creator": "created by private endpoint pe with resource guid g"}}
        return self.add(
            {
                "id": f"{zone}/A/{name}",
                "name": name,
                "type": "Microsoft.Network/privateDnsZones/A",
                "properties": {
                    "ttl": 3600 if by_hand else 10,
                    "aRecords": [{"ipv4Address": address} for address in addresses],
                    **metadata,
                },
            }
        )

    def group(self, endpoint: str, *zones: str, name: str = "default") -> str:
        """A zone group, and the records that it writes."""
        group = f"{endpoint}/privateDnsZoneGroups/{name}"
        self.add(
            {
                "id": group,
                "name": name,
                "type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateDnsZoneConfigs": [
                        {"name": f"z{n}", "properties": {"privateDnsZoneId": zone}} for n, zone in enumerate(zones)
                    ],
                },
            }
        )
        for zone in zones:
            self.records_of(endpoint, zone)
        return group

    def records_of(self, endpoint: str, zone: str, *, by_hand: bool = False) -> list[str]:
        """Write the endpoint's records into a zone."""
        nic = self.get(self.get(endpoint)["properties"]["networkInterfaces"][0]["id"])
        made = []
        for configuration in nic["properties"]["ipConfigurations"]:
            properties = configuration["properties"]
            for host in properties["privateLinkConnectionProperties"]["fqdns"]:
                name = host.removesuffix("." + self.suffix)
                made.append(self.record(zone, name, properties["privateIPAddress"], by_hand=by_hand))
        return made

    def environment(self, name: str, subnet: str | None, *, sub: str = SUB, group: str = "rg-app") -> str:
        """A managed environment; without a subnet it has no network of its own."""
        network = {"infrastructureSubnetId": subnet, "internal": True} if subnet else None
        return self.add(
            {
                "id": rid("Microsoft.App/managedEnvironments", name, sub=sub, group=group),
                "name": name,
                "type": "Microsoft.App/managedEnvironments",
                "location": self.location,
                "properties": {
                    "provisioningState": "Succeeded",
                    "vnetConfiguration": network,
                    "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
                },
            }
        )

    def app(
        self,
        name: str,
        environment: str,
        *images: str,
        kind: str = "containerApps",
        init: tuple[str, ...] = (),
        registries: list[Body] | None = None,
        sub: str = SUB,
        group: str = "rg-app",
    ) -> str:
        """A container app (or job) that pulls `images` with its system identity."""
        hosts = dict.fromkeys(image.split("/")[0] for image in (*images, *init) if "." in image.split("/")[0])
        given = [{"server": host, "identity": "system"} for host in hosts] if registries is None else registries
        key = "managedEnvironmentId" if kind == "containerApps" else "environmentId"
        return self.add(
            {
                "id": rid(f"Microsoft.App/{kind}", name, sub=sub, group=group),
                "name": name,
                "type": f"Microsoft.App/{kind}",
                "location": self.location,
                "identity": {"type": "SystemAssigned", "principalId": "p"},
                "properties": {
                    "provisioningState": "Succeeded",
                    key: environment,
                    "configuration": {"registries": given, "secrets": None},
                    "template": {
                        "containers": [{"name": f"c{n}", "image": image} for n, image in enumerate(images)],
                        "initContainers": [{"name": f"i{n}", "image": image} for n, image in enumerate(init)] or None,
                    },
                },
            }
        )


def spoke(builder: EstateBuilder, name: str = "spoke", octet: int = 20, **kw: Any) -> tuple[str, str, str]:
    """A network with an infrastructure subnet and one for endpoints: (network, infrastructure, endpoints)."""
    network = builder.network(
        f"vnet-{name}",
        f"10.{octet}.0.0/16",
        {
            "snet-aca": {"prefix": f"10.{octet}.0.0/23", "delegation": "Microsoft.App/environments"},
            "snet-endpoints": {"prefix": f"10.{octet}.4.0/24"},
        },
        **kw,
    )
    return network, f"{network}/subnets/snet-aca", f"{network}/subnets/snet-endpoints"


def healthy(cloud: str = "AzureCloud", location: str = "westeurope") -> EstateBuilder:
    """One app, one closed registry with an endpoint beside it, zone, group, records and link: nothing to find."""
    builder = EstateBuilder(cloud, location)
    network, infrastructure, endpoints = spoke(builder)
    registry = builder.registry("shop")
    endpoint = builder.endpoint("pe-shop", registry, endpoints, 4)
    zone = builder.zone()
    builder.group(endpoint, zone)
    builder.link(zone, network)
    environment = builder.environment("cae", infrastructure)
    builder.app("orders", environment, f"shop.{builder.suffix}/orders:1")
    return builder


def closed_without_endpoint(cloud: str = "AzureChinaCloud", location: str = "chinanorth3") -> EstateBuilder:
    """The first incident: a registry was closed, and nothing private is there yet."""
    builder = EstateBuilder(cloud, location)
    _, infrastructure, _ = spoke(builder)
    builder.registry("shop")
    environment = builder.environment("cae", infrastructure)
    builder.app("orders", environment, f"shop.{builder.suffix}/orders:1")
    return builder
