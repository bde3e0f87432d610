"""The change that gives an endpoint a zone group, for every rule that has a reason for one."""

from __future__ import annotations

from remediator.core.change import Change, ChangeKind
from remediator.core.snapshot import PrivateEndpoint, PrivateZone


def create_zone_group(endpoint: PrivateEndpoint, zone: PrivateZone, rule: str, reason: str) -> Change:
    """Let the endpoint keep its records in the zone; one group for an endpoint, called `default` (azure-facts 3.2)."""
    return Change(
        kind=ChangeKind.CREATE_ZONE_GROUP,
        target=endpoint.id.child("privateDnsZoneGroups", "default"),
        summary=f"Let {endpoint.id.name} keep its records in {zone.name} ({zone.id.resource_group})",
        before=None,
        after={"zones": [zone.id.text]},
        rule=rule,
        reason=reason,
    )
