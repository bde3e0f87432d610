"""Can a network send packets to another one? Same network or peered; anything else is carried by others, or not at all.

Peering is not transitive, but an appliance, a gateway or a virtual WAN may carry the traffic: a route that covers
the address makes the answer unknown, never a reason to build a second endpoint (house, section 5).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Peering, Route, Snapshot, Unknown


class Way(StrEnum):
    """How one network reaches another."""

    SAME = "same"
    PEERED = "peered"
    PEERING_BROKEN = "peering-broken"
    MAYBE = "maybe"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reach:
    """The way, why, and the two sides of the peering where there are any.

    `access_off` says that the only doubt is a side with `allowVirtualNetworkAccess` off: security rules decide.
    `transit` says that a route leads to an appliance in a network that reaches the remote one. `ask` is what only a
    person can find out, where everything was read and still does not decide.
    """

    way: Way
    reason: str
    ours: Peering | None = None
    theirs: Peering | None = None
    access_off: bool = False
    transit: bool = False
    ask: str = ""

    @property
    def firm(self) -> bool:
        """Whether there is a way that somebody built for this: not only a gateway or route that may lead anywhere."""
        return self.way not in (Way.MAYBE, Way.NONE) or self.transit or self.ours is not None or self.theirs is not None


def reach(
    snapshot: Snapshot,
    network: Network,
    remote: ResourceId,
    subnet: ResourceId | None,
    address: str,
    place: ResourceId | None = None,
) -> Reach:
    """How `network` (from `subnet`) reaches `address` in the network `remote` (in the subnet `place`).

    `address` may be "" and the subnets None when they are not known.
    """
    if network.id == remote:
        return Reach(Way.SAME, "the endpoint is in the same network")
    if isinstance(network.peerings, Unknown):
        return Reach(Way.MAYBE, network.peerings.reason)
    ours = network.peering_to(remote)
    other = snapshot.look_up(snapshot.networks, remote)
    if other is None:
        return Reach(Way.NONE, f"the network {remote.name} is gone")
    theirs = other.peering_to(network.id) if isinstance(other, Network) else None
    theirs_known = isinstance(other, Network) and not isinstance(other.peerings, Unknown)
    if ours is None and theirs is None:
        return _without_peering(snapshot, network, remote, subnet, address)
    return _judge(network, remote, ours, theirs, theirs_known, (subnet, place))


def peered_with(snapshot: Snapshot, network: Network) -> Iterator[ResourceId]:
    """The networks that this one is wholly peered with."""
    for peering in network.peerings if not isinstance(network.peerings, Unknown) else ():
        if reach(snapshot, network, peering.remote, None, "").way is Way.PEERED:
            yield peering.remote


def _judge(
    network: Network,
    remote: ResourceId,
    ours: Peering | None,
    theirs: Peering | None,
    theirs_known: bool,
    ends: tuple[ResourceId | None, ResourceId | None],
) -> Reach:
    if ours is None:
        return Reach(Way.PEERING_BROKEN, f"only {remote.name} has a peering; {network.id.name} has none", None, theirs)
    if theirs is None and theirs_known:
        return Reach(Way.PEERING_BROKEN, f"only {network.id.name} has a peering; {remote.name} has none", ours, None)
    sides = [side for side in (ours, theirs) if side is not None]
    for side in sides:
        if side.state.lower() != "connected":
            return Reach(Way.PEERING_BROKEN, f"the peering {side.id.name} is {side.state}", ours, theirs)
    for side in sides:
        if side.sync.lower() != "fullyinsync":
            return Reach(Way.PEERING_BROKEN, f"the peering {side.id.name} is {side.sync}", ours, theirs)
    for one, (here, there) in ((ours, ends), (theirs, ends[::-1])):
        if one is not None and not one.complete:
            partly = _covers_subnets(one, here, there)
            if partly is not True:
                way = Way.MAYBE if partly is None else Way.PEERING_BROKEN
                ask = f"Look up which subnets the peering {one.id.name} covers" if partly is None else ""
                return Reach(way, f"the peering {one.id.name} covers some subnets only", ours, theirs, ask=ask)
    for side in sides:
        if not side.allow_access:
            words = f"the peering {side.id.name} has allowVirtualNetworkAccess off: security rules decide"
            ask = f"Allow access on both sides of the peering, or a security rule that names {remote.name}'s addresses"
            return Reach(Way.MAYBE, words, ours, theirs, access_off=True, ask=ask)
    return Reach(Way.PEERED, f"peered with {remote.name}, connected on both sides", ours, theirs)


def _covers_subnets(side: Peering, here: ResourceId | None, there: ResourceId | None) -> bool | None:
    """Whether a peering of subnets covers both ends; None where the body or the subnets do not say."""
    pairs = ((here, side.local_subnets), (there, side.remote_subnets))
    known = [rid.name.lower() in {name.lower() for name in names} for rid, names in pairs if rid is not None and names]
    if not all(known):
        return False
    return True if len(known) == len(pairs) else None


def _without_peering(
    snapshot: Snapshot, network: Network, remote: ResourceId, subnet: ResourceId | None, address: str
) -> Reach:
    for peering in network.peerings if not isinstance(network.peerings, Unknown) else ():
        if peering.use_remote_gateways and peering.state.lower() == "connected":
            words = f"{network.id.name} uses the gateway of {peering.remote.name}, which may know the way"
            ask = f"Ask the owner of {peering.remote.name} whether its gateway carries traffic to {remote.name}"
            return Reach(Way.MAYBE, words, ask=ask)
    carried = _carried(snapshot, network, remote, subnet, address)
    return carried or Reach(Way.NONE, f"{network.id.name} and {remote.name} are not peered")


def _carried(
    snapshot: Snapshot, network: Network, remote: ResourceId, subnet: ResourceId | None, address: str
) -> Reach | None:
    place = network.subnet(subnet) if subnet else None
    if place is None or place.route_table is None:
        return None
    table = snapshot.look_up(snapshot.route_tables, place.route_table)
    if isinstance(table, Unknown):
        return Reach(Way.MAYBE, table.reason)
    for route in table.routes if table else ():
        hop = route.next_hop.lower()
        if hop not in ("virtualappliance", "virtualnetworkgateway") or not covers(route.prefix, address):
            continue
        words = f"the route {route.name} sends {route.prefix} to a {route.next_hop}, which may forward it"
        forwards = _forwards(snapshot, network, remote, route) if hop == "virtualappliance" else None
        if forwards is not False:
            at = f"{route.next_hop}{f' at {route.next_hop_address}' if route.next_hop_address else ''}"
            ask = f"Ask the owner of the {at} whether it carries traffic to {remote.name}"
            return Reach(Way.MAYBE, words, transit=forwards is True, ask=ask)
    return None


def _forwards(snapshot: Snapshot, network: Network, remote: ResourceId, route: Route) -> bool | None:
    """Whether the appliance stands where it could reach the remote network; None where its place is not known."""
    address = route.next_hop_address or ""
    homes = holders(snapshot, network, address)
    peerings = () if isinstance(network.peerings, Unknown) else network.peerings
    joined = not isinstance(network.peerings, Unknown) and all(p.remote in snapshot.networks for p in peerings)
    if not homes and joined and _held_somewhere(snapshot, address):
        return False  # a next hop must be in the network or in one that it is peered with
    if len(homes) != 1:
        return None
    home = snapshot.networks[homes[0]]
    if home.id == remote or home.peering_to(remote) is not None:
        return True
    gateway = any(s.id.name.lower() == "gatewaysubnet" for s in home.subnets)
    leads_on = any(p.use_remote_gateways for p in home.peerings) if not isinstance(home.peerings, Unknown) else True
    return None if gateway or leads_on else False


def _held_somewhere(snapshot: Snapshot, address: str) -> bool:
    try:
        where = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(network.holds(where) for network in snapshot.networks.values())


def holders(snapshot: Snapshot, network: Network, address: str) -> tuple[ResourceId, ...]:
    """The networks that an address means here: the network itself, else those that it is peered with and that hold it.

    In a fleet many networks have the same ranges; only a near one can be meant.
    """
    return snapshot.remember(("holders", network.id.key, address), lambda: _holders(snapshot, network, address))


def _holders(snapshot: Snapshot, network: Network, address: str) -> tuple[ResourceId, ...]:
    try:
        where = ipaddress.ip_address(address)
    except ValueError:
        return ()
    if network.holds(where):
        return (network.id,)
    peerings = () if isinstance(network.peerings, Unknown) else network.peerings
    near = (snapshot.networks.get(peering.remote) for peering in peerings)
    return tuple(dict.fromkeys(one.id for one in near if one is not None and one.holds(where)))


def covers(prefix: str, address: str) -> bool:
    """Whether a route's prefix covers an address; an address that is not known yet is covered by every prefix."""
    if not address:
        return True
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return False


def overlap(one: Network, other: Network) -> bool:
    """Whether two networks share addresses; such networks cannot be peered (azure-facts 4)."""
    ours = [ipaddress.ip_network(p, strict=False) for p in one.prefixes]
    theirs = [ipaddress.ip_network(p, strict=False) for p in other.prefixes]
    return any(a.version == b.version and a.overlaps(b) for a in ours for b in theirs)
