"""What does a network security group's body say?

Called by `facts.estate`. A group of which a rule could not be read is Unknown as a whole. Field names:
Microsoft.Network 2024-01-01, SecurityRulePropertiesFormat. Azure writes a single value in the singular field and
several in the plural one, and leaves the other null or empty.
"""

from __future__ import annotations

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import SecurityGroup, SecurityRule, Unknown
from remediator.facts.bodies import Bodies
from remediator.facts.reading import Body, Malformed, choice, items, properties, text, texts, whole_number

TYPE = "Microsoft.Network/networkSecurityGroups"
ANYTHING = ("*",)


def read_security_group(bodies: Bodies, rid: ResourceId, body: Body) -> SecurityGroup:
    """The group's own rules, inbound first, in the order in which Azure tries them."""
    properties(body)
    listed = bodies.children(rid, "securityRules")
    if isinstance(listed, Unknown):
        raise Malformed(listed.reason)
    rules = [_rule(rule, one) for rule, one in listed]
    return SecurityGroup(rid, tuple(sorted(rules, key=lambda rule: (not rule.inbound, rule.priority, rule.name))))


def _rule(rid: ResourceId, body: Body) -> SecurityRule:
    held = properties(body)
    from_groups = bool(items(held, "sourceApplicationSecurityGroups"))
    to_groups = bool(items(held, "destinationApplicationSecurityGroups"))
    return SecurityRule(
        name=rid.name,
        priority=whole_number(held, "priority"),
        inbound=choice(held, "direction", inbound=True, outbound=False),
        allow=choice(held, "access", allow=True, deny=False),
        protocol=text(held, "protocol", "*"),
        sources=_together(held, "sourceAddressPrefix", "sourceAddressPrefixes", grouped=from_groups),
        destinations=_together(held, "destinationAddressPrefix", "destinationAddressPrefixes", grouped=to_groups),
        source_ports=_together(held, "sourcePortRange", "sourcePortRanges"),
        destination_ports=_together(held, "destinationPortRange", "destinationPortRanges"),
        grouped=from_groups or to_groups,
    )


def _together(held: Body, singular: str, plural: str, *, grouped: bool = False) -> tuple[str, ...]:
    """Both fields as one list; a rule that names nothing, and no group in its stead, is not limited there."""
    one = text(held, singular, "")
    named = tuple(dict.fromkeys((*((one,) if one else ()), *texts(held, plural))))
    return named or (() if grouped else ANYTHING)
