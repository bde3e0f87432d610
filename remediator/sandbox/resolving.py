"""What a name resolves to, seen from one network, according to the sandbox's own state.

A registry's public name is a CNAME into `privatelink.<suffix>` only while it has an approved endpoint connection. A
linked private zone is authoritative: no record means NXDOMAIN, unless the link says NxDomainRedirect. A network with
DNS servers of its own uses the links of the network in which that server stands (the server is taken to forward).
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

from remediator.sandbox import addresses, private_link
from remediator.sandbox.arm_id import key, parent_of, same
from remediator.sandbox.private_link import REGISTRIES
from remediator.sandbox.shown import ZONES
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

NETWORKS = "microsoft.network/virtualnetworks"
AZURE_DNS = "168.63.129.16"
RULESETS = "microsoft.network/dnsforwardingrulesets"


@dataclass(frozen=True)
class Resolution:
    """The answer to one name; `private` when a private zone gave it, `steps` in the order taken."""

    name: str
    addresses: tuple[str, ...]
    private: bool
    nxdomain: bool
    steps: tuple[str, ...]


def public_address(name: str) -> str:
    """A stable address from a documentation range: the sandbox never names a real one."""
    return f"203.0.113.{1 + hashlib.sha256(name.lower().encode()).digest()[0] % 254}"


def network_holding(world: World, address: str) -> Body | None:
    """The network in whose address space an address lies."""
    where = ipaddress.ip_address(address)
    for network in world.state.of_type(NETWORKS):
        if any(where in space for space in addresses.prefixes(network)):
            return network
    return None


def registry_named(world: World, host: str) -> tuple[Body, str] | None:
    """The registry that a host name belongs to, and the name's label in the private zone."""
    wanted = host.lower()
    for registry in world.state.of_type(REGISTRIES):
        suffix = private_link.login_server(registry).partition(".")[2]
        hosts = [found.lower() for _, found in private_link.members(world, registry)]
        if wanted in hosts:
            return registry, f"{wanted[: -len(suffix) - 1]}.privatelink.{suffix}"
    return None


def has_private_name(world: World, registry: Body) -> bool:
    """Is the public name a CNAME into the private zone?"""
    return any(
        (found["properties"].get("privateLinkServiceConnectionState") or {}).get("status") == "Approved"
        for found in world.state.children(registry["id"], "privateEndpointConnections")
    )


def _forwarded(world: World, network: Body, names: tuple[str, ...]) -> str | None:
    """The server that a forwarding ruleset linked to the network sends one of these names to."""
    best: tuple[int, str] | None = None
    for ruleset in world.state.of_type(RULESETS):
        links = world.state.children(ruleset["id"], "virtualNetworkLinks")
        if not any(same((link["properties"].get("virtualNetwork") or {}).get("id"), network["id"]) for link in links):
            continue
        for rule in world.state.children(ruleset["id"], "forwardingRules"):
            domain = str(rule["properties"].get("domainName", "")).strip(".").lower()
            enabled = rule["properties"].get("forwardingRuleState", "Enabled") == "Enabled"
            hit = any(name.lower() == domain or name.lower().endswith("." + domain) for name in names)
            rows = rule["properties"].get("targetDnsServers") or []
            servers = [found["ipAddress"] for found in rows if "ipAddress" in found]
            for server in servers[:1] if enabled and hit else []:
                if best is None or len(domain) > best[0]:
                    best = (len(domain), server)
    return best[1] if best else None


def _asked(world: World, network: Body, names: tuple[str, ...], steps: list[str]) -> Body | None:
    """The network whose links count for a query, or None when the query ends at public DNS."""
    seen: set[str] = set()
    at: Body | None = network
    while at is not None and key(at["id"]) not in seen:
        seen.add(key(at["id"]))
        servers = (at["properties"].get("dhcpOptions") or {}).get("dnsServers") or []
        server = next((found for found in servers if found != AZURE_DNS), None) if at is network else None
        server = server or _forwarded(world, at, names)
        if server is None:
            steps.append(f"resolver: Azure DNS for {at['name']}")
            return at
        steps.append(f"resolver: {at['name']} asks {server}")
        at = network_holding(world, server)
    if at is None:
        steps.append("resolver: that server is in no known network, it answers from public DNS")
    return at


def _zone(world: World, network: Body, name: str) -> tuple[Body, Body] | None:
    """The linked zone with the longest name that a name ends in, and its link."""
    best: tuple[Body, Body] | None = None
    for link in world.state.of_type(f"{ZONES}/virtualnetworklinks"):
        if not same((link["properties"].get("virtualNetwork") or {}).get("id"), network["id"]):
            continue
        zone = world.state.get(parent_of(link["id"]))
        if (
            zone is not None
            and f".{name}".endswith("." + zone["name"].lower())
            and (best is None or len(zone["name"]) > len(best[0]["name"]))
        ):
            best = (zone, link)
    return best


def _answer(world: World, zone: Body, name: str) -> tuple[tuple[str, ...], str | None]:
    """Addresses of a name in a zone, or the name that a CNAME leads to."""
    label = name[: -len(zone["name"]) - 1] or "@"
    for candidate in (label, "*"):
        record = world.state.get(f"{zone['id']}/A/{candidate}")
        if record is not None:
            rows = record["properties"].get("aRecords") or []
            found = tuple(one["ipv4Address"] for one in rows if "ipv4Address" in one)
            if found:
                return found, None
        alias = world.state.get(f"{zone['id']}/CNAME/{candidate}")
        if alias is not None:
            return (), str((alias["properties"].get("cnameRecord") or {}).get("cname", "")).rstrip(".")
    return (), None


def resolve(world: World, network_id: str | None, name: str) -> Resolution:
    """Resolve a name from a network; without a network, from the public internet."""
    steps: list[str] = []
    host = name.lower().rstrip(".")
    network = world.state.get(network_id)
    known = registry_named(world, host)
    chain = [host]
    if known is not None and has_private_name(world, known[0]):
        chain.append(known[1])
        steps.append(f"name: {host} is a CNAME to {known[1]}")
    asked = _asked(world, network, tuple(chain), steps) if network is not None else None
    for query in chain if asked is not None else []:
        found = _private(world, asked, query, steps) if asked is not None else None
        if found is not None:
            return Resolution(name, found, bool(found), not found, tuple(steps))
    if known is None and host.endswith("." + world.cloud.registry_suffix):
        steps.append(f"public DNS: {host} does not exist")
        return Resolution(name, (), False, True, tuple(steps))
    steps.append(f"public DNS: {host} is {public_address(host)}")
    return Resolution(name, (public_address(host),), False, False, tuple(steps))


def _private(world: World, network: Body, query: str, steps: list[str]) -> tuple[str, ...] | None:
    """Addresses from a linked zone, nothing for NXDOMAIN, None when no linked zone answers."""
    for _ in range(8):
        linked = _zone(world, network, query)
        if linked is None:
            steps.append(f"zone: {network['name']} has no linked zone for {query}")
            return None
        zone, link = linked
        found, alias = _answer(world, zone, query)
        if found:
            steps.append(f"record: {query} is {', '.join(found)} in {zone['id']}")
            return found
        if alias is None:
            break
        query = alias.lower()
    if link["properties"].get("resolutionPolicy") == "NxDomainRedirect":
        steps.append(f"record: {zone['name']} has no {query}, the link falls back to public DNS")
        return None
    steps.append(f"record: {zone['name']} has no {query}: NXDOMAIN")
    return ()
