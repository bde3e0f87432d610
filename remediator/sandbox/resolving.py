"""What a name resolves to, seen from one network, according to the sandbox's own state.

A registry's public name is a CNAME into `privatelink.<suffix>` only while it has an approved endpoint connection. Azure
DNS takes the names of that chain one by one: a zone linked to the network answers first (no record means NXDOMAIN,
unless the link says NxDomainRedirect), then a forwarding rule sends the query on, and only then comes the next name
(MicrosoftDocs dns-private-resolver-overview). A network with DNS servers of its own asks those instead; the first that
answers counts, and a query that comes round in a circle has no answer. Called by `arriving` and `network`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from remediator.sandbox import dns_servers, private_link, rulesets
from remediator.sandbox.addresses import prefixes, public_address
from remediator.sandbox.arm_id import key, parent_of, same, target
from remediator.sandbox.dns_servers import AZURE_DNS
from remediator.sandbox.places import NETWORKS, Place
from remediator.sandbox.private_link import REGISTRIES
from remediator.sandbox.shown import ZONES
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World


@dataclass(frozen=True)
class Resolution:
    """The answer to one name; `private` when a private zone gave it, `steps` in the order taken.

    `timed_out` when no DNS server answered; `server` is the one that the client asked last.
    """

    name: str
    addresses: tuple[str, ...]
    private: bool
    nxdomain: bool
    steps: tuple[str, ...]
    timed_out: bool = False
    server: str = AZURE_DNS


@dataclass
class _Query:
    """One lookup on its way: what has been asked of which network, and what was found so far in words."""

    world: World
    steps: list[str]
    asked: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class _Reply:
    """`found` with addresses, `none` for NXDOMAIN, `public` when public DNS decides, `dead` when nobody answered."""

    kind: str
    addresses: tuple[str, ...] = ()


PUBLIC, NONE, DEAD = _Reply("public"), _Reply("none"), _Reply("dead")


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


def _network(world: World, network_id: str | None) -> Body | None:
    """The network of that id; what is no network is the internet."""
    found = world.state.get(network_id)
    return found if found is not None and target(str(found["id"])).type == NETWORKS else None


def _is_private_name(world: World, host: str) -> bool:
    """Is it the private name of a registry that has one? Publicly it leads on to the registry (azure-facts 1.5)."""
    known = registry_named(world, host.replace(f".{world.cloud.zone}", f".{world.cloud.registry_suffix}"))
    return known is not None and has_private_name(world, known[0])


def resolve(world: World, network_id: str | None, name: str, asker: Place | None = None) -> Resolution:
    """Resolve a name from a network, or from one place in it; without a network, from the public internet."""
    host = name.lower().rstrip(".")
    query = _Query(world, [])
    network = asker.network if asker is not None else _network(world, network_id)
    known = registry_named(world, host)
    chain: tuple[str, ...] = (host,)
    if known is not None and has_private_name(world, known[0]):
        chain = (host, known[1])
        query.steps.append(f"name: {host} is a CNAME to {known[1]}")
    reply, server = PUBLIC, AZURE_DNS
    if network is not None:
        place = asker or Place(network, None, tuple(prefixes(network)))
        servers = dns_servers.custom(network) or [AZURE_DNS]
        reply, server = _first_answer(query, place, servers, chain)
    steps = query.steps
    if reply.kind == "dead":
        return Resolution(name, (), False, False, tuple(steps), True, server)
    if reply.kind in ("found", "none"):
        found = reply.addresses
        return Resolution(name, found, bool(found), not found, tuple(steps), server=server)
    if known is None and host.endswith("." + world.cloud.registry_suffix) and not _is_private_name(world, host):
        steps.append(f"public DNS: {host} does not exist")
        return Resolution(name, (), False, True, tuple(steps), server=server)
    steps.append(f"public DNS: {host} is {public_address(host)}")
    return Resolution(name, (public_address(host),), False, False, tuple(steps), server=server)


def _first_answer(query: _Query, asker: Place, servers: list[str], chain: tuple[str, ...]) -> tuple[_Reply, str]:
    """Ask servers in turn until one answers; the reply, and the server that was asked last."""
    for server in servers:
        reply = _ask(query, asker, server, chain)
        if reply.kind != "dead":
            return reply, server
    return DEAD, servers[-1]


def _ask(query: _Query, asker: Place, address: str, chain: tuple[str, ...]) -> _Reply:
    server = dns_servers.behind(query.world, asker, address)
    query.steps.append(f"resolver: {asker.network['name']} asks {address}: {server.words}")
    if server.kind == "azure" and server.network is not None:
        return _azure(query, server.network, chain)
    return PUBLIC if server.kind == "public" else DEAD


def _azure(query: _Query, network: Body, chain: tuple[str, ...]) -> _Reply:
    """Azure DNS in one network: for each name of the chain its zones, then its forwarding rules."""
    for row, name in enumerate(chain):
        reply = _private(query, network, name)
        if reply is not None:
            return reply
        rule = rulesets.rule_for(query.world, network, name)
        if rule is None:
            continue
        if (key(network["id"]), name) in query.asked:
            query.steps.append(f"resolver: {name} comes round to {network['name']} again: no answer")
            return DEAD
        query.steps.append(f"ruleset: {network['name']} forwards {rule.domain or '.'} to {', '.join(rule.servers)}")
        outbound = rule.outbound or network
        place = Place(outbound, None, tuple(prefixes(outbound)))
        query.asked.add((key(network["id"]), name))
        reply, _ = _first_answer(query, place, list(rule.servers), chain[row:])
        query.asked.discard((key(network["id"]), name))
        return reply
    return PUBLIC


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


def _private(query: _Query, network: Body, name: str) -> _Reply | None:
    """What linked zones say of a name; None when none of them is asked."""
    for _ in range(8):
        linked = _zone(query.world, network, name)
        if linked is None:
            query.steps.append(f"zone: {network['name']} has no linked zone for {name}")
            return None
        zone, link = linked
        found, alias = _answer(query.world, zone, name)
        if found:
            query.steps.append(f"record: {name} is {', '.join(found)} in {zone['id']}")
            return _Reply("found", found)
        if alias is None:
            break
        name = alias.lower()
    if link["properties"].get("resolutionPolicy") == "NxDomainRedirect":
        query.steps.append(f"record: {zone['name']} has no {name}, the link falls back to public DNS")
        return PUBLIC
    query.steps.append(f"record: {zone['name']} has no {name}: NXDOMAIN")
    return NONE
