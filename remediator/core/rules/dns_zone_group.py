"""`dns-zone-group`: an endpoint's records are kept by hand, and will rot when a region is added (azure-facts 1.6)."""

from __future__ import annotations

from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.pull_path import HopName
from remediator.core.resolution import hosts_to_resolve
from remediator.core.rule import Rule
from remediator.core.snapshot import PrivateEndpoint, PrivateZone, Registry, Snapshot, Unknown
from remediator.core.zone_fit import record_owners
from remediator.core.zone_group_change import create_zone_group

ID = "dns-zone-group"


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each endpoint without a zone group whose records stand in a zone all the same: kept by hand."""
    found = []
    for registry in snapshot.registries.values():
        if desired.intent_for(registry.id).records != "zone-group":
            continue
        for endpoint in snapshot.endpoints_of(registry.id):
            zone = _kept_by_hand(snapshot, registry, endpoint)
            if zone is not None:
                found.append(_finding(desired, endpoint, zone))
    return tuple(found)


def _kept_by_hand(snapshot: Snapshot, registry: Registry, endpoint: PrivateEndpoint) -> PrivateZone | None:
    if isinstance(endpoint.zone_groups, Unknown) or endpoint.zone_groups:
        return None
    zones = snapshot.zones_named(private_zone_of(registry.login_server) or "")
    holding = [zone for zone in zones if _holds_records_of(endpoint, snapshot, registry, zone)]
    # where islands have equal addresses, another one's zone holds records that look the same
    return min(holding, key=lambda zone: zone.link_to(endpoint.network) is None, default=None)


def _holds_records_of(endpoint: PrivateEndpoint, snapshot: Snapshot, registry: Registry, zone: PrivateZone) -> bool:
    for host in hosts_to_resolve(registry):
        record = zone.record(record_name_of(host))
        if record is None or endpoint.address_of(host) not in record.addresses:
            continue
        owners = record_owners(snapshot, registry, zone, record, host)
        if not isinstance(owners, Unknown) and endpoint in owners:
            return True
    return False


def _finding(desired: DesiredState, endpoint: PrivateEndpoint, zone: PrivateZone) -> Finding:
    group = create_zone_group(endpoint, zone, ID, "records kept by hand do not follow new regions")
    return Finding(
        rule=ID,
        target=endpoint.id,
        severity=Severity.DRIFT,
        summary=f"no zone group keeps the records of {endpoint.id.name} in {zone.name}; a new region would have none",
        evidence=("the endpoint has no zone group", f"{zone.id.text} holds its records all the same"),
        remedy=(group,) if desired.declared else (),
        advice="Create a zone group on the endpoint.",
    )


RULE = Rule(ID, HopName.RECORD, check=check)
