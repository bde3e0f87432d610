"""Nine ways in which a registry of a fleet drifts: what Azure shows afterwards.

Each changes the bodies of a fleet in place. Called by the benchmark and by the story of nine drifts; what the diagnosis
should say of each is not written here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remediator.sandbox.estates.fleet import Fleet, Site

Drift = Callable[[Fleet, Site], None]


def public_access(fleet: Fleet, site: Site) -> None:
    """Somebody opened the registry to every address."""
    opened = {"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Allow", "ipRules": []}}
    _properties(fleet, site.registry).update(opened)


def no_endpoint(fleet: Fleet, site: Site) -> None:
    """The endpoint was deleted: its interface, zone group and records went with it, and so did its connection."""
    records = (site.login_record, site.data_record)
    for rid in (site.endpoint, site.interface, site.group, *records):
        del fleet.bodies[rid]
    _properties(fleet, site.registry)["privateEndpointConnections"] = []
    subnet = next(s for s in _properties(fleet, site.hub)["subnets"] if s["name"] == "snet-endpoints")
    gone = (site.endpoint, f"{site.interface}/")
    for key in ("ipConfigurations", "privateEndpoints"):
        subnet["properties"][key] = [one for one in subnet["properties"][key] if not one["id"].startswith(gone)]


def connection_pending(fleet: Fleet, site: Site) -> None:
    """Nobody has approved the connection yet: no names on the interface, no records (azure-facts 13)."""
    _set_status(fleet, site, "Pending")
    for configuration in _properties(fleet, site.interface)["ipConfigurations"]:
        configuration["properties"]["privateLinkConnectionProperties"]["fqdns"] = []
    _properties(fleet, site.group)["privateDnsZoneConfigs"][0]["properties"]["recordSets"] = []
    for record in (site.login_record, site.data_record):
        del fleet.bodies[record]


def connection_rejected(fleet: Fleet, site: Site) -> None:
    """The registry's owner rejected the connection later: everything else still stands."""
    _set_status(fleet, site, "Rejected")


def not_premium(fleet: Fleet, site: Site) -> None:
    """The registry is Standard: it never had a firewall or an endpoint."""
    no_endpoint(fleet, site)
    fleet.bodies[site.registry]["sku"] = {"name": "Standard", "tier": "Standard"}
    properties = _properties(fleet, site.registry)
    del properties["networkRuleSet"]
    properties.update(publicNetworkAccess="Enabled", dataEndpointEnabled=False, dataEndpointHostNames=[])


def record_missing(fleet: Fleet, site: Site) -> None:
    """Somebody deleted the record of the login name."""
    del fleet.bodies[site.login_record]


def record_stale(fleet: Fleet, site: Site) -> None:
    """The record of the login name has an address of an endpoint that there was before."""
    stale = {"ttl": 3600, "aRecords": [{"ipv4Address": "10.255.0.4"}]}
    _properties(fleet, site.login_record).update(stale)
    del _properties(fleet, site.login_record)["metadata"]


def zone_not_linked(fleet: Fleet, site: Site) -> None:
    """The zone's link to the spoke is gone."""
    del fleet.bodies[site.link]


def peering_one_sided(fleet: Fleet, site: Site) -> None:
    """The hub's side of the peering was deleted; the spoke's side says Disconnected (azure-facts 4)."""
    hub, spoke = _properties(fleet, site.hub), _properties(fleet, site.spoke)
    kept = [peering for peering in hub["virtualNetworkPeerings"] if peering["id"] != site.hub_peering]
    hub["virtualNetworkPeerings"] = kept
    spoke["virtualNetworkPeerings"][0]["properties"]["peeringState"] = "Disconnected"


def _set_status(fleet: Fleet, site: Site, status: str) -> None:
    for rid, key in (
        (site.registry, "privateEndpointConnections"),
        (site.endpoint, "privateLinkServiceConnections"),
    ):
        _properties(fleet, rid)[key][0]["properties"]["privateLinkServiceConnectionState"]["status"] = status


def _properties(fleet: Fleet, rid: str) -> dict[str, Any]:
    found: dict[str, Any] = fleet.bodies[rid]["properties"]
    return found


DRIFTS: dict[str, Drift] = {
    "public access": public_access,
    "no endpoint": no_endpoint,
    "connection pending": connection_pending,
    "connection rejected": connection_rejected,
    "not Premium": not_premium,
    "record missing": record_missing,
    "record stale": record_stale,
    "zone not linked": zone_not_linked,
    "peering one-sided": peering_one_sided,
}
