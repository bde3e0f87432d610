"""Three networks in a row, spoke – hub – far, each peered with its neighbour only; an app in the spoke, one registry.

Where the registry's endpoint stands is up to the test; the zone of its names is linked to all three networks.
"""

from __future__ import annotations

from typing import Any

from remediator.sandbox.azure import Azure
from remediator.sandbox.network import Network, PullAttempt
from tests.estate_builder import EstateBuilder, rid, spoke

Body = dict[str, Any]
LOGIN, DATA = "shop.azurecr.io", "shop.westeurope.data.azurecr.io"
FIREWALL, RESOLVER, SERVER = "10.10.0.4", "10.10.4.200", "10.10.4.53"


class Valley:
    """The estate before it is served: change it, then pull."""

    def __init__(self, endpoint_in: str = "hub", **registry: Any) -> None:
        self.builder = EstateBuilder()
        made = {name: spoke(self.builder, name, octet) for name, octet in (("spoke", 20), ("hub", 10), ("far", 30))}
        self.networks = {name: parts[0] for name, parts in made.items()}
        self.infrastructure = made["spoke"][1]
        self.endpoints = {name: parts[2] for name, parts in made.items()}
        self.builder.peer(self.networks["spoke"], self.networks["hub"])
        self.builder.peer(self.networks["hub"], self.networks["far"])
        self.registry = self.builder.registry("shop", **registry)
        self.zone = self.builder.zone()
        for network in self.networks.values():
            self.builder.link(self.zone, network)
        if endpoint_in:
            self.endpoint = self.builder.endpoint("pe-shop", self.registry, self.endpoints[endpoint_in], 4)
            self.builder.group(self.endpoint, self.zone)
        self.environment = self.builder.environment("cae", self.infrastructure)
        self.app = self.builder.app("orders", self.environment, f"{LOGIN}/orders:1")
        self.forwarders: dict[str, str] = {}
        self.appliances: dict[str, str] = {}
        self.egress: dict[str, str] = {}

    def of(self, resource: str) -> Body:
        """The properties of a resource, or of a subnet inside its network."""
        if "/subnets/" not in resource:
            properties: Body = self.builder.get(resource)["properties"]
            return properties
        network = self.builder.get(resource.partition("/subnets/")[0])
        subnets = network["properties"]["subnets"]
        return next(s["properties"] for s in subnets if s["id"] == resource)

    def peering(self, here: str, there: str) -> Body:
        """One side of a peering, by the networks' short names."""
        return self.of(f"{self.networks[here]}/virtualNetworkPeerings/to-vnet-{there}")

    def put(self, kind: str, name: str, properties: Body) -> str:
        """Any resource."""
        at = rid(kind, *name.split("/"))
        return self.builder.add(
            {"id": at, "name": at.rsplit("/", 1)[-1], "type": kind, "location": "westeurope", "properties": properties}
        )

    def dns(self, *servers: str, network: str = "spoke") -> None:
        """Give a network DNS servers of its own."""
        self.of(self.networks[network])["dhcpOptions"] = {"dnsServers": list(servers)}

    def unlink(self, *networks: str) -> None:
        """Take the zone's links away."""
        for network in networks:
            self.builder.drop(f"{self.zone}/virtualNetworkLinks/to-vnet-{network}")

    def inbound(self, network: str, address: str = RESOLVER) -> None:
        """A DNS Private Resolver with an inbound endpoint."""
        self.put("Microsoft.Network/dnsResolvers", "resolver", {"virtualNetwork": {"id": self.networks[network]}})
        part = {"privateIpAddress": address, "subnet": {"id": self.endpoints[network]}}
        self.put("Microsoft.Network/dnsResolvers/inboundEndpoints", "resolver/in", {"ipConfigurations": [part]})

    def ruleset(self, network: str, *rules: tuple[str, str], name: str = "rules", **more: Any) -> None:
        """A forwarding ruleset linked to a network: (domain, server), ..."""
        kind = "Microsoft.Network/dnsForwardingRulesets"
        self.put(kind, name, more)
        self.put(f"{kind}/virtualNetworkLinks", f"{name}/{network}", {"virtualNetwork": {"id": self.networks[network]}})
        for row, (domain, server) in enumerate(rules):
            rule = {"domainName": domain, "forwardingRuleState": "Enabled", "targetDnsServers": [{"ipAddress": server}]}
            self.put(f"{kind}/forwardingRules", f"{name}/r{row}", rule)

    def routes(self, *rows: tuple[str, str, str], subnet: str = "") -> None:
        """A route table on the environment's subnet: (prefix, next hop type, next hop), ..."""
        table = self.put("Microsoft.Network/routeTables", "rt", {"routes": []})
        for row, (prefix, kind, hop) in enumerate(rows):
            properties = {"addressPrefix": prefix, "nextHopType": kind, "nextHopIpAddress": hop}
            self.put("Microsoft.Network/routeTables/routes", f"rt/r{row}", properties)
        self.of(subnet or self.infrastructure)["routeTable"] = {"id": table}

    def group(self, subnet: str, *rules: Body) -> None:
        """A security group on a subnet."""
        group = self.put("Microsoft.Network/networkSecurityGroups", "nsg", {"securityRules": []})
        for row, rule in enumerate(rules):
            usual: Body = {
                "priority": 100 + row,
                "direction": "Outbound",
                "access": "Deny",
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
            }
            for end in ("source", "destination"):
                if not any(name.startswith((f"{end}Address", f"{end}App")) for name in rule):
                    usual[f"{end}AddressPrefix"] = "*"
            if "destinationPortRanges" in rule:
                del usual["destinationPortRange"]
            self.put("Microsoft.Network/networkSecurityGroups/securityRules", f"nsg/r{row}", {**usual, **rule})
        self.of(subnet)["networkSecurityGroup"] = {"id": group}

    def firewall(self, address: str = FIREWALL, network: str = "hub", public: str = "203.0.113.77") -> None:
        """An Azure Firewall in a network."""
        pip = self.put("Microsoft.Network/publicIPAddresses", "pip-fw", {"ipAddress": public})
        subnet = f"{self.networks[network]}/subnets/AzureFirewallSubnet"
        part = {"privateIPAddress": address, "subnet": {"id": subnet}, "publicIPAddress": {"id": pip}}
        parts = [{"name": "one", "properties": part}]
        self.put("Microsoft.Network/azureFirewalls", "fw", {"ipConfigurations": parts})

    def azure(self) -> Azure:
        """The estate, served."""
        azure = Azure.from_estate(self.builder.document())
        assert azure.oddities == ()
        azure.forwarders.update(self.forwarders)
        azure.appliances.update(self.appliances)
        azure.egress.update(self.egress)
        return azure

    def pull(self) -> PullAttempt:
        """What the app's pull gets."""
        return Network(self.azure()).pull_app(self.app)


def everything() -> Body:
    """An estate with one of each thing that the data plane looks at."""
    valley = Valley("far")
    firewall = "10.10.4.250"
    valley.firewall(firewall)
    valley.inbound("hub")
    valley.dns(RESOLVER, "8.8.8.8")
    valley.ruleset("hub", ("contoso.example.", SERVER))
    gateway = ("10.40.0.0/16", "VirtualNetworkGateway", "")
    valley.routes(("10.30.0.0/16", "VirtualAppliance", firewall), ("AzureContainerRegistry", "Internet", ""), gateway)
    allowed: Body = {"access": "Allow", "destinationAddressPrefixes": ["10.30.0.0/16"]}
    valley.group(valley.infrastructure, allowed, {"destinationPortRanges": ["80", "90-100"]})
    part = {"name": "one", "properties": {"subnet": {"id": f"{valley.networks['hub']}/subnets/GatewaySubnet"}}}
    valley.put("Microsoft.Network/virtualNetworkGateways", "gw", {"ipConfigurations": [part]})
    prefix = valley.put("Microsoft.Network/publicIPPrefixes", "ipp", {"ipPrefix": "203.0.113.0/30"})
    nat = valley.put("Microsoft.Network/natGateways", "nat", {"publicIpPrefixes": [{"id": prefix}]})
    valley.of(valley.infrastructure)["natGateway"] = {"id": nat}
    valley.peering("hub", "spoke").update(
        peeringSyncLevel="RemoteNotInSync",
        remoteAddressSpace={"addressPrefixes": ["10.20.0.0/16"]},
        peerCompleteVnets=False,
        localSubnetNames=["snet-endpoints"],
        remoteSubnetNames=["snet-aca"],
    )
    name = "11111111-aaaa-4bbb-8ccc-222222222222"
    definition = f"/subscriptions/{valley.app.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions/{name}"
    valley.builder.add({"id": definition, "properties": {"permissions": [{"actions": ["*"], "notActions": ["a/*"]}]}})
    assigned = {"scope": valley.registry, "roleDefinitionId": definition, "principalId": "p"}
    assignment = f"{valley.registry}/providers/Microsoft.Authorization/roleAssignments/{name}"
    valley.builder.add({"id": assignment, "properties": assigned})
    return valley.builder.document()
