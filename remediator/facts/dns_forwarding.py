"""What forwards DNS queries: which inbound endpoints answer where, and which rulesets send what to whom?

Called by `facts.estate`. Shapes: Microsoft.Network/dnsResolvers and dnsForwardingRulesets 2022-07-01 (azure-facts 13).
A resolver or ruleset of which a child could not be read is Unknown as a whole.
"""

from __future__ import annotations

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import ForwardingRule, ForwardingRuleset, InboundEndpoint, Unknown
from remediator.facts.bodies import Bodies, Children
from remediator.facts.reading import Body, Malformed, items, properties, reference, required, text

RESOLVER = "Microsoft.Network/dnsResolvers"
INBOUND = f"{RESOLVER}/inboundEndpoints"
RULESET = "Microsoft.Network/dnsForwardingRulesets"


def read_resolver(bodies: Bodies, rid: ResourceId, body: Body) -> tuple[InboundEndpoint, ...]:
    """The resolver's inbound endpoints; they stand in the resolver's network."""
    network = required(reference(properties(body), "virtualNetwork"), "virtualNetwork")
    listed = _children(bodies, rid, "inboundEndpoints")
    return tuple(_endpoint(endpoint, one, network) for endpoint, one in listed)


def read_stray_endpoint(bodies: Bodies, rid: ResourceId, body: Body) -> InboundEndpoint | None:
    """An inbound endpoint whose resolver is not there; its subnet says the network. None for all others."""
    if rid.parent is None or rid.parent not in bodies.implied:
        return None
    subnets = [subnet for entry in _configurations(body) if (subnet := reference(entry, "subnet")) is not None]
    network = subnets[0].parent if subnets else None
    return _endpoint(rid, body, required(network, "the network of its subnet"))


def _endpoint(rid: ResourceId, body: Body, network: ResourceId) -> InboundEndpoint:
    addresses = tuple(text(entry, "privateIpAddress") for entry in _configurations(body))
    return InboundEndpoint(rid, network, addresses)


def _configurations(body: Body) -> tuple[Body, ...]:
    found = items(properties(body), "ipConfigurations")
    if not found:
        raise Malformed("it has no ipConfigurations")
    return found


def read_ruleset(bodies: Bodies, rid: ResourceId, body: Body) -> ForwardingRuleset:
    """The ruleset with its rules and the networks that it is linked to."""
    properties(body)
    rules = [_rule(one) for _, one in _children(bodies, rid, "forwardingRules")]
    links = _children(bodies, rid, "virtualNetworkLinks")
    networks = [required(reference(properties(one), "virtualNetwork"), "virtualNetwork") for _, one in links]
    return ForwardingRuleset(rid, tuple(rules), tuple(networks))


def _rule(body: Body) -> ForwardingRule:
    held = properties(body)
    return ForwardingRule(
        domain=text(held, "domainName").lower().strip("."),
        servers=tuple(text(server, "ipAddress") for server in items(held, "targetDnsServers")),
        enabled=text(held, "forwardingRuleState", "Enabled").lower() == "enabled",
    )


def _children(bodies: Bodies, parent: ResourceId, collection: str) -> Children:
    listed = bodies.children(parent, collection)
    if isinstance(listed, Unknown):
        raise Malformed(listed.reason)
    return tuple(sorted(listed, key=lambda pair: pair[0].key))
