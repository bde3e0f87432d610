"""Faults of names: zones, links, records, and who answers."""

from __future__ import annotations

from remediator.core.pull_path import Verdict
from tests.estate_builder import HUB_SUB, rid, spoke
from tests.search import bodies
from tests.search.fault import Made, drift, made, pick
from tests.search.land import Land, Net, Pull, Reg
from tests.search.surgery import link_of, properties, records_of, zone_of

ZONES = "Microsoft.Network/privateDnsZones"


def _answered(land: Land, number: int) -> tuple[Net, list[Pull]] | None:
    """A network whose links decide for private pulls, and those pulls."""
    nets = [net for net in land.nets if any(p.net and p.net.asks is net for p in land.private_pulls)]
    net = pick(nets, number)
    return (net, [p for p in land.private_pulls if p.net and p.net.asks is net]) if net else None


def zone_deleted(land: Land, number: int) -> Made | None:
    """The zone is gone, with its links and records, after the groups that wrote to it (azure-facts 13).

    Where another zone of the name is in the estate, it may be the one to link: then `vnet-link` is right too.
    """
    found = pick([area for area in land.areas if any(p.net and p.net.area is area for p in land.private_pulls)], number)
    if found is None:
        return None
    areas = [area for area in land.areas if area.zone == found.zone]
    for registry in land.registries:
        for area in areas:
            if area in registry.endpoints:
                for group in _groups(land, registry.endpoints[area]):
                    land.builder.drop(group)
    land.builder.drop(found.zone)
    pulls = [p for p in land.private_pulls if p.net and p.net.area in areas]
    name = found.zone.rsplit("/", 1)[-1]
    others = [body["id"] for key, body in land.builder.bodies.items() if key.endswith(f"/privatednszones/{name}")]
    asked = [p.net.asks.id for p in pulls if p.net]
    return made(("dns-zone", "vnet-link") if others else "dns-zone", (*asked, *others), pulls)


def _groups(land: Land, endpoint: str) -> list[str]:
    return [key for key in land.builder.bodies if key.startswith(f"{endpoint.lower()}/privatednszonegroups/")]


def link_removed(land: Land, number: int) -> Made | None:
    """The zone is no longer linked to the network whose resolver counts."""
    found = _answered(land, number)
    if found is None:
        return None
    land.builder.drop(link_of(land, found[0]))
    return made("vnet-link", found[0].area.zone, found[1])


def link_leads_elsewhere(land: Land, number: int) -> Made | None:
    """The link names a network that was deleted: the one of today has none."""
    found = _answered(land, number)
    if found is None:
        return None
    link = properties(land, link_of(land, found[0]))
    link["virtualNetwork"] = {"id": f"{found[0].id}-of-last-year"}
    return made("vnet-link", found[0].area.zone, found[1])


def link_in_progress(land: Land, number: int) -> Made | None:
    """Azure is still linking: nobody can say yet."""
    found = _answered(land, number)
    if found is None:
        return None
    link = properties(land, link_of(land, found[0]))
    link.update(virtualNetworkLinkState="InProgress", provisioningState="Updating")
    return made((), (), found[1], verdict=Verdict.UNKNOWN)


def _records(land: Land, number: int, *, data: bool) -> tuple[str, str, list[Pull]] | None:
    """A record of an endpoint, its name, and the pulls that ask for it.

    A login name leads to the data names of every replica, a regional name to its own region's (azure-facts 1.4).
    """
    places = []
    for endpoint in sorted({p.endpoint for p in land.private_pulls}):
        for record in records_of(land, endpoint):
            name = record.rsplit("/", 1)[-1]
            if (".data" in name) is not data:
                continue
            pulls = [p for p in land.private_pulls if p.endpoint == endpoint and _asks_for(land, p, name)]
            if pulls:
                places.append((record, name, pulls))
    return pick(places, number)


def _asks_for(land: Land, pull: Pull, name: str) -> bool:
    host = f"{name}.{land.builder.suffix}"
    if ".data" not in name:
        return pull.host == host
    region = name.rsplit(".", 2)[-2]
    return ".geo." not in pull.host or f".{region}.geo." in pull.host


def login_record_missing(land: Land, number: int) -> Made | None:
    """The record of the login name (or of a regional one) is gone."""
    found = _records(land, number, data=False)
    if found is None:
        return None
    land.builder.drop(found[0])
    return made("dns-record", found[0], found[2])


def data_record_missing(land: Land, number: int) -> Made | None:
    """The record of a data name is gone: the manifest arrives, the layers do not."""
    found = _records(land, number, data=True)
    if found is None:
        return None
    land.builder.drop(found[0])
    return made("dns-record", found[0], found[2])


def record_set_empty(land: Land, number: int) -> Made | None:
    """The record set is there, without an address."""
    found = _records(land, number, data=bool(number // 3 % 2))
    if found is None:
        return None
    properties(land, found[0])["aRecords"] = []
    return made("dns-record", found[0], found[2])


def record_stale(land: Land, number: int) -> Made | None:
    """The record has an address that nobody has any more."""
    found = _records(land, number, data=bool(number // 3 % 2))
    if found is None:
        return None
    net = found[2][0].net
    assert net is not None
    properties(land, found[0])["aRecords"] = [{"ipv4Address": net.area.home.address(4, 250)}]
    return made("dns-record", found[0], found[2])


def records_never_written(land: Land, number: int) -> Made | None:
    """The endpoint has no zone group, and nobody wrote its records by hand."""
    endpoint = pick(sorted({p.endpoint for p in land.private_pulls}), number)
    if endpoint is None:
        return None
    records = records_of(land, endpoint)
    for gone in (*records, *_groups(land, endpoint)):
        land.builder.drop(gone)
    return made("dns-record", records, [p for p in land.private_pulls if p.endpoint == endpoint])


def zones_compete(land: Land, number: int) -> Made | None:
    """The network links another team's zone of the name, so that it cannot link the right one (azure-facts 3.3)."""
    found = _answered(land, number)
    if found is None:
        return None
    link = link_of(land, found[0])
    policy = properties(land, link)["resolutionPolicy"]
    land.builder.drop(link)
    other = land.builder.zone(sub=HUB_SUB, group="rg-competing")
    land.builder.link(other, found[0].id, policy=policy)
    return made("competing-zone", other, found[1], also=("vnet-link", found[0].area.zone))


def second_writer(land: Land, number: int) -> Made | None:
    """An endpoint in a network out of reach writes the same records, and wrote last (azure-facts 3.4)."""
    endpoint = pick(sorted({p.endpoint for p in land.private_pulls}), number)
    if endpoint is None:
        return None
    pulls = [p for p in land.private_pulls if p.endpoint == endpoint]
    registry, net = pulls[0].registry, pulls[0].net
    assert net is not None
    records, zone = records_of(land, endpoint), zone_of(land, net.area)
    land.builder.group(_far_endpoint(land, registry), zone)
    return made("shared-record", records, pulls)


def _far_endpoint(land: Land, registry: Reg) -> str:
    """An endpoint in a network that nobody here reaches; KeyError where Azure would not make one (azure-facts 1.1)."""
    if land.builder.get(registry.id)["sku"]["name"] != "Premium":
        raise KeyError(registry.id)
    octet = land.spare_octet()
    _, _, subnet = spoke(land.builder, f"elsewhere{octet}", octet, group="rg-elsewhere")
    return land.builder.endpoint(f"pe-elsewhere{octet}", registry.id, subnet, 4, group="rg-elsewhere")


def second_writer_in_reach(land: Land, number: int) -> Made | None:
    """Two endpoints side by side write the same records: it works until one of them goes."""
    endpoint = pick(sorted({p.endpoint for p in land.private_pulls}), number)
    if endpoint is None:
        return None
    pull = next(p for p in land.private_pulls if p.endpoint == endpoint)
    net = pull.net
    if net is None or land.builder.get(pull.registry.id)["sku"]["name"] != "Premium":
        return None
    home, zone = net.area.home, zone_of(land, net.area)
    second = land.builder.endpoint(
        f"pe-second-{land.spare_octet()}", pull.registry.id, home.endpoints, 100 + 10 * land.spared, **home.place
    )
    land.builder.group(second, zone)
    return drift("shared-record", f"{zone}/A/{pull.registry.host.removesuffix('.' + land.builder.suffix)}")


def answers_alone(land: Land, number: int) -> Made | None:
    """A link lost its fallback, and its zone has no record of an open registry with an endpoint elsewhere."""
    chained = [p for p in land.pulls if p.registry.shape.access == "chained" and p.net]
    nets = list(dict.fromkeys(p.net.asks for p in chained if p.net))
    net = pick([n for n in nets if link_of(land, n).lower() in land.builder.bodies], number)
    if net is None:
        return None
    link = link_of(land, net)
    properties(land, link)["resolutionPolicy"] = "Default"
    return made("shadowed-registry", link, [p for p in chained if p.net and p.net.asks is net])


def first_endpoint_elsewhere(land: Land, number: int) -> Made | None:
    """An open registry got its first endpoint, in another team's network: linked zones hide it (azure-facts 13)."""
    registry = pick([r for r in land.registries if r.shape.access == "open"], number)
    if registry is None:
        return None
    _far_endpoint(land, registry)
    pulls, links = [], set()
    for pull in land.pulls:
        link = link_of(land, pull.net.asks) if pull.registry is registry and pull.net else ""
        body = land.builder.bodies.get(link.lower())
        if body is not None and body["properties"]["resolutionPolicy"] == "Default":
            pulls.append(pull)
            links.add(link)
    return made("shadowed-registry", links, pulls) if pulls else None


def region_zone_answers_alone(land: Land, number: int) -> Made | None:
    """A landing zone linked its empty zone for a region's data names: the longest name answers, and lacks them all."""
    found = _answered(land, number)
    if found is None:
        return None
    net, pulls = found
    regions = list(dict.fromkeys(region for p in pulls for region in p.registry.regions))
    region = regions[number // 3 % len(regions)]
    made_zone = rid(ZONES, f"{region}.data.{land.builder.zone_name}", group=f"rg-landing-zone-{net.name}")
    bodies.put(land.builder, made_zone, ZONES, {})
    land.builder.link(made_zone, net.id, policy=properties(land, link_of(land, net))["resolutionPolicy"])
    names = {p: f"{p.registry.host.partition('.')[0]}.{region}.data" for p in pulls}
    hit = [p for p in pulls if region in p.registry.regions and _asks_for(land, p, names[p])]
    targets = {f"{made_zone}/A/{names[p].partition('.')[0]}" for p in hit}
    return made("dns-record", targets, hit) if hit else None


def _asking(land: Land, number: int) -> tuple[Net, list[Pull]] | None:
    """A network with private pulls, and them."""
    net = pick(list(dict.fromkeys(p.net for p in land.private_pulls if p.net)), number)
    return (net, [p for p in land.private_pulls if p.net is net]) if net else None


def public_servers(land: Land, number: int) -> Made | None:
    """The network asks a public resolver, which sees no private zone."""
    found = _asking(land, number)
    if found is None:
        return None
    properties(land, found[0].id)["dhcpOptions"] = {"dnsServers": [("8.8.8.8", "1.1.1.1")[number % 2]]}
    return made("custom-dns", found[0].id, found[1])


def unknown_servers(land: Land, number: int) -> Made | None:
    """The network asks servers that stand nowhere we know: nobody can say what they answer."""
    found = _asking(land, number)
    if found is None:
        return None
    net, pulls = found
    properties(land, net.id)["dhcpOptions"] = {"dnsServers": ["192.168.77.7", "192.168.77.8"]}
    chained = [p for p in land.pulls if p.net is net and p.registry.shape.access == "chained"]
    return made("custom-dns", net.id, (*pulls, *chained), verdict=Verdict.UNKNOWN)


FAULTS = (
    zone_deleted,
    link_removed,
    link_leads_elsewhere,
    link_in_progress,
    login_record_missing,
    data_record_missing,
    record_set_empty,
    record_stale,
    records_never_written,
    zones_compete,
    second_writer,
    second_writer_in_reach,
    answers_alone,
    first_endpoint_elsewhere,
    region_zone_answers_alone,
    public_servers,
    unknown_servers,
)
