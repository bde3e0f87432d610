"""Endpoints, zones, groups and links of an estate: what makes a registry's names private where that is needed."""

from __future__ import annotations

from tests.estate_builder import spoke
from tests.search.land import Area, Land, Net, Reg


def name_the_names(land: Land) -> None:
    """An endpoint for each closed registry in each area that pulls from it (or in one), and a zone for each area."""
    wanted = [(registry, area) for registry in land.registries for area in land.areas if _needed(land, registry, area)]
    central = land.shape.central and _one_zone_is_enough(wanted)
    for area in land.areas:
        if central:
            area.zone_place, area.zone = land.areas[0].zone_place, land.areas[0].zone
        area.zone = area.zone or land.builder.zone(**area.zone_place)
    taken: dict[str, int] = {}
    for registry, area in wanted:
        registry.endpoints[area] = _endpoint(land, registry, area, taken)
    for number, registry in enumerate(land.registries):
        if registry.shape.access == "chained":
            _far(land, registry, number)
    for area in land.areas:
        for net in area.nets:
            cosmetic = net.shape.linked and net.shape.dns != "rule-private"
            if cosmetic or any(other.asks is net for other in area.nets):
                _link(land, area, net)


def _needed(land: Land, registry: Reg, area: Area) -> bool:
    nets = [pull.net for pull in land.pulls if pull.registry is registry and pull.net]
    return registry.private and (any(net.area is area for net in nets) if nets else area is land.areas[0])


def _one_zone_is_enough(wanted: list[tuple[Reg, Area]]) -> bool:
    """Two endpoints of one registry in one zone overwrite each other (azure-facts 3.4)."""
    return len({id(registry) for registry, _ in wanted}) == len(wanted)


def _endpoint(land: Land, registry: Reg, area: Area, taken: dict[str, int]) -> str:
    builder, home = land.builder, area.home
    first = taken.get(home.endpoints, 4)
    made = builder.endpoint(
        f"pe-{registry.name}-{home.name}",
        registry.id,
        home.endpoints,
        first,
        manual=registry.shape.manual,
        **home.place,
    )
    for part in (made, builder.get(made)["properties"]["networkInterfaces"][0]["id"]):
        builder.get(part)["location"] = home.region
    nic = builder.get(builder.get(made)["properties"]["networkInterfaces"][0]["id"])
    taken[home.endpoints] = first + len(nic["properties"]["ipConfigurations"])
    builder.group(made, area.zone, name="deployedByPolicy" if registry.shape.by_policy else "default")
    return made


def _far(land: Land, registry: Reg, number: int) -> None:
    """An open registry's endpoint, in another team's network, with their own zone."""
    builder, group = land.builder, f"rg-far{number}"
    network, _, endpoints = spoke(builder, f"far{number}", 210 + number, group=group)
    registry.far = builder.endpoint(f"pe-{registry.name}-far", registry.id, endpoints, 4, group=group)
    zone = builder.zone(group=group)
    builder.group(registry.far, zone)
    builder.link(zone, network)


def _link(land: Land, area: Area, net: Net) -> None:
    """A link that falls back where the shape says so, or where somebody needs a name that the zone lacks."""
    lacking = any(
        pull.registry.shape.access == "chained" and pull.net is not None and net in (pull.net, pull.net.asks)
        for pull in land.pulls
    )
    policy = "NxDomainRedirect" if lacking or net.shape.fallback else "Default"
    land.builder.link(area.zone, net.id, policy=policy)
