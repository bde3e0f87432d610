"""Every rule, in the order in which a hop asks them and in which drifts are reported (house, section 5).

One file per rule; a rule knows no other.
"""

from remediator.core.rule import Rule
from remediator.core.rules import (
    competing_zone,
    custom_dns,
    default_action,
    dns_record,
    dns_zone,
    dns_zone_group,
    endpoint_connection,
    endpoint_subnet,
    environment_network,
    image_reference,
    ip_rules,
    network_security,
    peering,
    private_endpoint,
    public_network_access,
    pull_credential,
    registry_sku,
    route,
    shadowed_registry,
    shared_record,
    trusted_services,
    vnet_link,
)

RULES: tuple[Rule, ...] = (
    registry_sku.RULE,
    public_network_access.RULE,
    default_action.RULE,
    ip_rules.RULE,
    trusted_services.RULE,
    private_endpoint.RULE,
    endpoint_connection.RULE,
    endpoint_subnet.RULE,
    dns_zone.RULE,
    vnet_link.RULE,
    dns_record.RULE,
    dns_zone_group.RULE,
    competing_zone.RULE,
    shared_record.RULE,
    shadowed_registry.RULE,
    custom_dns.RULE,
    peering.RULE,
    route.RULE,
    network_security.RULE,
    environment_network.RULE,
    pull_credential.RULE,
    image_reference.RULE,
)
