"""What stands in an estate and breaks nothing: a rule that blames any of it is wrong. Each takes a `Land`."""

from __future__ import annotations

from collections.abc import Callable

from tests.estate_builder import rid, spoke
from tests.search import bodies
from tests.search.land import Land

STRANGERS = {"group": "rg-strangers"}
ZONES = "Microsoft.Network/privateDnsZones"


def zone_that_nobody_links(land: Land) -> None:
    """Another team's zone of the name (azure-facts 3.3: only linking two to one network is impossible)."""
    land.builder.zone(**STRANGERS)


def region_zone(land: Land) -> None:
    """Landing zones create `{region}.data.privatelink…`, which is not needed and does no harm (azure-facts 1.5)."""
    name = f"{land.builder.location}.data.{land.builder.zone_name}"
    bodies.put(land.builder, rid(ZONES, name, group="rg-landing-zone"), ZONES, {})


def region_zone_in_use(land: Land) -> None:
    """The same, linked: the longest zone name answers (learn private-dns-privatednszone), and has the data records."""
    region = land.builder.location
    for number, area in enumerate(land.areas):
        made = rid(ZONES, f"{region}.data.{land.builder.zone_name}", group=f"rg-landing-zone-{number}")
        bodies.put(land.builder, made, ZONES, {})
        for registry in land.registries:
            names = land.record_names(registry.endpoints[area]) if area in registry.endpoints else {}
            for record, address in names.items():
                if record.endswith(f".{region}.data"):
                    land.builder.record(made, record.partition(".")[0], address)
        lacking = any(one.shape.access == "chained" for one in land.registries)
        for net in area.nets:
            land.builder.link(made, net.id, policy="NxDomainRedirect" if lacking else "Default")


def zone_of_another_service(land: Land) -> None:
    """A zone of vaults, linked everywhere."""
    made = rid(ZONES, "privatelink.vaultcore.azure.net", group="rg-vaults")
    bodies.put(land.builder, made, ZONES, {})
    for net in land.nets:
        held = {"registrationEnabled": False, "virtualNetworkLinkState": "Completed", "virtualNetwork": {"id": net.id}}
        at = f"{made}/virtualNetworkLinks/to-{net.name}"
        bodies.put(land.builder, at, f"{ZONES}/virtualNetworkLinks", held)


def stranger_registry(land: Land) -> None:
    """A closed registry with an endpoint, a zone and a network of its own, and nobody who pulls from it."""
    builder = land.builder
    network, _, endpoints = spoke(builder, "stranger", land.spare_octet(), group="rg-strangers")
    registry = builder.registry("strangergoods", group="rg-strangers")
    zone = builder.zone(**STRANGERS)
    builder.group(builder.endpoint("pe-strangergoods", registry, endpoints, 4, group="rg-strangers"), zone)
    builder.link(zone, network)


def records_of_others(land: Land) -> None:
    """Records of registries that are not in the estate."""
    for area in land.areas:
        if area.zone:
            land.builder.record(area.zone, "somebodyelse", "10.99.0.4")
            land.builder.record(area.zone, f"somebodyelse.{land.builder.location}.data", "10.99.0.5")


def trusted_services_off(land: Land) -> None:
    """The switch never helps Container Apps, and it is not declared here (azure-facts 1.3)."""
    for registry in land.registries:
        land.builder.get(registry.id)["properties"]["networkRuleBypassOptions"] = "None"


def traffic_is_forwarded(land: Land) -> None:
    """Peerings let forwarded traffic in, which takes nothing away."""
    for key, body in land.builder.bodies.items():
        if "/virtualnetworkpeerings/" in key:
            body["properties"]["allowForwardedTraffic"] = True


def old_endpoint_rejected(land: Land) -> None:
    """Somebody's endpoint was rejected by a registry; it stands in a network that has nothing to do with us."""
    registry = land.registries[0]
    if not registry.private:
        return
    _, _, endpoints = spoke(land.builder, "rejected", land.spare_octet(), group="rg-rejected")
    land.builder.endpoint("pe-rejected", registry.id, endpoints, 4, status="Rejected", group="rg-rejected")


def zone_for_old_data_endpoints(land: Land) -> None:
    """A CNAME set and a TXT set in the zone (learn dns-zones-records: any type may stand in a private zone)."""
    for area in land.areas:
        if area.zone:
            at = f"{area.zone}/TXT/note"
            bodies.put(land.builder, at, f"{ZONES}/TXT", {"ttl": 3600, "txtRecords": [{"value": ["kept by dns team"]}]})


def odd_casing(land: Land) -> None:
    """References in another casing than the ids that they name (azure-facts 5.1)."""
    for key, body in land.builder.bodies.items():
        if "/virtualnetworklinks/" in key and "/privatednszones/" in key:
            held = body["properties"]["virtualNetwork"]
            held["id"] = held["id"].replace("/resourceGroups/", "/resourcegroups/")
        if "/managedenvironments/" in key and body["properties"].get("vnetConfiguration"):
            network = body["properties"]["vnetConfiguration"]
            network["infrastructureSubnetId"] = network["infrastructureSubnetId"].lower()


NOISE: dict[str, Callable[[Land], None]] = {
    one.__name__: one
    for one in (
        zone_that_nobody_links,
        region_zone,
        region_zone_in_use,
        zone_of_another_service,
        stranger_registry,
        records_of_others,
        trusted_services_off,
        traffic_is_forwarded,
        old_endpoint_rejected,
        zone_for_old_data_endpoints,
        odd_casing,
    )
}
