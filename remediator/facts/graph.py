"""What does a row of Resource Graph belong to, and what is left out of the rows?

A row is a body as GET returns it, with the type in lower case; `facts.estate` reads both. `place` tells what must be
judged together with a row. Zone groups have no rows (azure-facts 8) and are Unknown. Endpoints whose connection both
sides call approved are not asked for either: their interface and the registry say the same, and `with_endpoints` puts
them back together. Called by adapters that read rows; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.core.cloud import login_server_of, registry_suffix_of
from remediator.core.image_reference import parse_image
from remediator.facts.private_dns import ZONE_NAMES

Row = Mapping[str, Any]
REGISTRY = "microsoft.containerregistry/registries"
REPLICATION = f"{REGISTRY}/replications"
ENDPOINT = "microsoft.network/privateendpoints"
INTERFACE = "microsoft.network/networkinterfaces"
NETWORK = "microsoft.network/virtualnetworks"
ZONE = "microsoft.network/privatednszones"
LINK = f"{ZONE}/virtualnetworklinks"
RECORD = f"{ZONE}/a"
ENVIRONMENT = "microsoft.app/managedenvironments"
CONSUMERS = ("microsoft.app/containerapps", "microsoft.app/jobs")
NAT, FIREWALL = "microsoft.network/natgateways", "microsoft.network/azurefirewalls"
BALANCER = "microsoft.network/loadbalancers"
ADDRESSES = ("microsoft.network/publicipaddresses", "microsoft.network/publicipprefixes")
# What goes where the networks go whose subnets name it.
ATTACHED = ("microsoft.network/routetables", "microsoft.network/networksecuritygroups", NAT, *ADDRESSES)
RESOLVER, INBOUND = "microsoft.network/dnsresolvers", "microsoft.network/dnsresolvers/inboundendpoints"
RULESET = "microsoft.network/dnsforwardingrulesets"


@dataclass(slots=True)
class Placed:
    """Where a row belongs. All are keys: ids in lower case, or `//host` for a registry's login server.

    `home` is "" for what is needed everywhere. `joins` are judged together with it, `pulls` are hosts, `touches` are
    networks that it stands in, and the `//subscription/group` of its own. Where `along` are goes what the row is home
    to. A network has `peers` and `prefixes`; `asked` are addresses that somebody in the row leads to. `named` are ids
    of resources that the row refers to.
    """

    home: str = ""
    kind: str = ""
    joins: tuple[str, ...] = ()
    pulls: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def place(row: Row) -> Placed | None:
    """Where a row belongs; None for one without a usable id. What is odd in it is `facts.estate`'s to say."""
    key = row.get("id")
    if not isinstance(key, str) or not key.startswith("/subscriptions/"):
        return None
    key, kind, held = key.lower(), str(row.get("type") or "").lower(), _object(row.get("properties"))
    if kind == REGISTRY:
        named = (_id(_object(one.get("properties")).get("privateEndpoint")) for one in _connections(held))
        ends = tuple(filter(None, named))
        login = str(held.get("loginServer") or "").lower() or f"{key.rpartition('/')[2]}.?"
        return Placed(key, kind, joins=(f"//{login}", *ends), named=ends)
    if kind == INTERFACE:
        end = _id(held.get("privateEndpoint"))
        return Placed(end or key, kind, touches=_networks(_subnets_of_interface(held)), named=(end,) if end else ())
    if kind == ENDPOINT:
        targets = tuple(str(one.get("privateLinkServiceId") or "").lower() for one in _targets(held))
        return Placed(key, kind, joins=targets, touches=_networks([_id(held.get("subnet"))]), named=targets)
    if kind == RECORD:
        return Placed(_host_of(key), kind)
    if kind == LINK:
        network = _id(held.get("virtualNetwork"))
        return Placed(network, kind, named=(network,) if network else ())
    if kind == ENVIRONMENT:
        networks = _networks([str(_object(held.get("vnetConfiguration")).get("infrastructureSubnetId") or "").lower()])
        group = str(held.get("infrastructureResourceGroup") or "").lower()
        own = (f"//{subscription_of(key)}/{group}",) if group else ()
        return Placed(key, kind, touches=(*networks, *own), named=networks)
    if kind in CONSUMERS:
        home = str(held.get("managedEnvironmentId") or held.get("environmentId") or "").lower()
        return Placed(home or key, kind, pulls=_hosts(held), named=(home,) if home else ())
    if kind == NETWORK:
        return _network(key, held)
    if kind == REPLICATION:
        return Placed(key.rsplit("/", 2)[0], kind)
    if kind == NAT:
        behind = [*_objects(held.get("publicIpAddresses")), *_objects(held.get("publicIpPrefixes"))]
        return Placed(key, kind, along=tuple(filter(None, map(_id, behind))))
    if kind == BALANCER:
        fronts = [_object(one.get("properties")) for one in _objects(held.get("frontendIPConfigurations"))]
        public = (_id(one.get(name)) for one in fronts for name in ("publicIPAddress", "publicIPPrefix"))
        home = f"//{subscription_of(key)}/{key.split('/')[4]}" if key.count("/") > 4 else ""
        return Placed(home, kind, along=tuple(filter(None, public)))
    if kind == FIREWALL:
        entries = [_object(one.get("properties")) for one in _objects(held.get("ipConfigurations"))]
        home = next(iter(_networks(_id(one.get("subnet")) for one in entries)), "")
        return Placed(home, kind, along=tuple(filter(None, (_id(one.get("publicIPAddress")) for one in entries))))
    if kind in ATTACHED:
        hops = (str(_object(r.get("properties")).get("nextHopIpAddress") or "") for r in _objects(held.get("routes")))
        return Placed(key, kind, asked=tuple(filter(None, hops)))
    return Placed("", kind)


def with_endpoints(bodies: Iterable[Row]) -> list[Row]:
    """The bodies, and beside them each endpoint that only its registry and its interface tell of."""
    found = list(bodies)
    interfaces: dict[str, Row] = {}
    known: set[str] = set()
    for body in found:
        kind = str(body.get("type") or "").lower()
        if kind == INTERFACE and (end := _id(_object(body.get("properties")).get("privateEndpoint"))):
            interfaces[end] = body
        elif kind == ENDPOINT:
            known.add(str(body.get("id")).lower())
    made: list[Row] = []
    for body in found:
        if str(body.get("type") or "").lower() != REGISTRY:
            continue
        for connection in _connections(_object(body.get("properties"))):
            held = _object(connection.get("properties"))
            end = _id(held.get("privateEndpoint"))
            if end and end not in known and end in interfaces:
                known.add(end)
                made.append(_endpoint(body, held, interfaces[end]))
    return found + made


def _endpoint(registry: Row, connection: Row, interface: Row) -> Row:
    """The endpoint of an approved connection, as GET would show it as far as a pull depends on it."""
    held = _object(interface.get("properties"))
    subnet = next(iter(_subnets_of_interface(held, lower=False)), "")
    end = str(_object(connection.get("privateEndpoint")).get("id"))
    state = _object(connection.get("privateLinkServiceConnectionState"))
    target = {
        "privateLinkServiceId": registry["id"],
        "groupIds": ["registry"],
        "privateLinkServiceConnectionState": state,
    }
    return {
        "id": end,
        "name": end.rpartition("/")[2],
        "type": ENDPOINT,
        "location": interface.get("location"),
        "properties": {
            "subnet": {"id": subnet},
            "privateLinkServiceConnections": [{"name": end.rpartition("/")[2], "properties": target}],
            "networkInterfaces": [{"id": interface["id"]}],
        },
    }


def subscription_of(key: str) -> str:
    """The subscription in an id in lower case, "" where it has none."""
    parts = key.split("/", 3)
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""


_OF_SUBNETS = ("routeTable", "networkSecurityGroup", "natGateway")


def _network(key: str, held: Row) -> Placed:
    peers = (
        _id(_object(one.get("properties")).get("remoteVirtualNetwork"))
        for one in _objects(held.get("virtualNetworkPeerings"))
    )
    subnets = [_object(one.get("properties")) for one in _objects(held.get("subnets"))]
    along = (_id(one.get(name)) for one in subnets for name in _OF_SUBNETS)
    remotes = tuple(filter(None, peers))
    return Placed(
        key,
        NETWORK,
        peers=remotes,
        along=tuple(filter(None, along)),
        prefixes=_texts(_object(held.get("addressSpace")).get("addressPrefixes")),
        asked=_texts(_object(held.get("dhcpOptions")).get("dnsServers")),
        named=remotes,
    )


def _host_of(key: str) -> str:
    """The login server that a record is about, "" for one in a zone of a longer name, and for `@` and `*`."""
    zone, _, name = key.partition("/privatednszones/")[2].partition("/a/")
    label = name.partition(".")[0]
    return (
        f"//{label}.{zone.removeprefix('privatelink.')}" if zone in ZONE_NAMES and label not in ("", "@", "*") else ""
    )


def _hosts(held: Row) -> tuple[str, ...]:
    """The login servers that an app or job names, as `leg.hosts_of` counts them."""
    template, configuration = _object(held.get("template")), _object(held.get("configuration"))
    names = [str(one.get("server") or "") for one in _objects(configuration.get("registries"))]
    for key in ("containers", "initContainers"):
        names += [parse_image(str(one.get("image") or "")).host for one in _objects(template.get(key))]
    plain = (name.lower().replace(".privatelink.", ".") for name in names if registry_suffix_of(name))
    return tuple(dict.fromkeys(f"//{login_server_of(name) or name}" for name in plain))


def _networks(subnets: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(subnet.rsplit("/", 2)[0] for subnet in subnets if subnet.count("/") > 2))


def _subnets_of_interface(held: Row, *, lower: bool = True) -> list[str]:
    found = [_object(one.get("properties")) for one in _objects(held.get("ipConfigurations"))]
    subnets = [str(_object(one.get("subnet")).get("id") or "") for one in found]
    return list(dict.fromkeys(subnet.lower() if lower else subnet for subnet in subnets if subnet))


def _targets(held: Row) -> list[Row]:
    arrays = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    return [_object(one.get("properties")) for name in arrays for one in _objects(held.get(name))]


def _connections(held: Row) -> list[Row]:
    return _objects(held.get("privateEndpointConnections"))


def _id(holder: object) -> str:
    return str(_object(holder).get("id") or "").lower()


def _object(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Row]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
