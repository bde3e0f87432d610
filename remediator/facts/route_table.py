"""What does a route table's body say?

Called by `facts.estate`. A table of which a route could not be read is Unknown as a whole.
"""

from __future__ import annotations

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Route, RouteTable, Unknown
from remediator.facts.bodies import Bodies
from remediator.facts.reading import Body, Malformed, properties, text

TYPE = "Microsoft.Network/routeTables"


def read_route_table(bodies: Bodies, rid: ResourceId, body: Body) -> RouteTable:
    """The table's own routes."""
    properties(body)
    listed = bodies.children(rid, "routes")
    if isinstance(listed, Unknown):
        raise Malformed(listed.reason)
    return RouteTable(rid, tuple(_route(route, one) for route, one in sorted(listed, key=lambda pair: pair[0].key)))


def _route(rid: ResourceId, body: Body) -> Route:
    held = properties(body)
    return Route(
        name=rid.name,
        prefix=text(held, "addressPrefix"),
        next_hop=text(held, "nextHopType"),
        next_hop_address=text(held, "nextHopIpAddress", "") or None,
    )
