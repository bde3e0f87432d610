"""Which servers a DNS forwarding ruleset sends a name to, and from where the query leaves.

The longest matching suffix counts, over all rulesets linked to the network; a disabled rule counts for nothing. Private
zones linked to the same network come before any rule, name by name (MicrosoftDocs dns-private-resolver-overview, "The
DNS query process", steps 3 to 8); `resolving` keeps that order. Queries leave from the network of the ruleset's
outbound endpoint (private-resolver-endpoints-rulesets).
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.sandbox.arm_id import parent_of, same
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

RULESETS = "microsoft.network/dnsforwardingrulesets"


@dataclass(frozen=True)
class Rule:
    """A rule that matches a name: its domain, its servers in order, and the network that asks them, when known."""

    domain: str
    servers: tuple[str, ...]
    outbound: Body | None


def rule_for(world: World, network: Body, name: str) -> Rule | None:
    """The rule that a query for a name follows in a network, or None."""
    best: Rule | None = None
    for ruleset in world.state.of_type(RULESETS):
        if not _linked(world, ruleset, network):
            continue
        for rule in world.state.children(ruleset["id"], "forwardingRules"):
            domain = str(rule["properties"].get("domainName", "")).strip(".").lower()
            if rule["properties"].get("forwardingRuleState", "Enabled") != "Enabled":
                continue
            if f".{name}".endswith(f".{domain}" if domain else "") and (best is None or len(domain) > len(best.domain)):
                rows = rule["properties"].get("targetDnsServers") or []
                servers = tuple(row["ipAddress"] for row in rows if "ipAddress" in row)
                best = Rule(domain, servers, _outbound(world, ruleset))
    return best if best is not None and best.servers else None


def _linked(world: World, ruleset: Body, network: Body) -> bool:
    return any(
        same((link["properties"].get("virtualNetwork") or {}).get("id"), network["id"])
        for link in world.state.children(ruleset["id"], "virtualNetworkLinks")
    )


def _outbound(world: World, ruleset: Body) -> Body | None:
    for reference in ruleset["properties"].get("dnsResolverOutboundEndpoints") or []:
        resolver = world.state.get(parent_of(str(reference.get("id", ""))))
        network = world.state.get(((resolver or {}).get("properties", {}).get("virtualNetwork") or {}).get("id"))
        if network is not None:
            return network
    return None
