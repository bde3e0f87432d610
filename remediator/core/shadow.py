"""Which registries does a linked zone hide from a network, whether we know a consumer there or not?

Only registries that somebody could use over their public name count: a fully closed one loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import host_of_record, private_zone_of, record_name_of
from remediator.core.reach import Way, reach
from remediator.core.resolution import has_private_chain
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import PrivateEndpoint, PrivateZone, Registry, Snapshot, Unknown, ZoneLink

Hidden = tuple[ResourceId, ResourceId]


def newly_hidden(before: Snapshot, after: Snapshot, changes: Iterable[Change]) -> frozenset[Hidden]:
    """(link, registry) pairs that the changes hide: the link's network loses the registry, or the way to it.

    Only links, records and registries that the changes touch can be among them. Source: azure-facts 3.5.
    """
    touched = frozenset(_touched(after, changes))
    return _hidden(after, touched) - _hidden(before, touched)


def _touched(snapshot: Snapshot, changes: Iterable[Change]) -> Iterator[ResourceId]:
    """The zones' links and the registries whose names the changes may give another answer."""
    for change in changes:
        yield change.target
        for endpoint in (snapshot.endpoints.get(rid) for rid in (change.target, change.target.parent) if rid):
            yield from (target.resource for target in endpoint.targets) if endpoint else ()
        registry = (change.after or {}).get("registry")
        if registry is not None:
            yield ResourceId(str(registry))
        if change.target.parent is not None and change.target.parent in snapshot.registries:
            yield change.target.parent
        if change.kind in (ChangeKind.CREATE_RECORD, ChangeKind.UPDATE_RECORD) and change.target.parent is not None:
            known = snapshot.registry_of_host(host_of_record(change.target.name, change.target.parent.name))
            yield from (known.id,) if known else ()


def _hidden(snapshot: Snapshot, touched: frozenset[ResourceId]) -> frozenset[Hidden]:
    links: dict[ResourceId, list[ZoneLink]] = {}
    for rid in touched:
        link = find_link(snapshot, rid)
        if link is not None and rid.parent is not None:
            links.setdefault(rid.parent, []).append(link)
    pairs: set[Hidden] = set()
    for rid, held in links.items():
        zone = snapshot.zones[rid]
        for registry in _half_open(snapshot):
            if zone.name.lower() == private_zone_of(registry.login_server):
                pairs |= {(one.id, registry.id) for one in _cut_off(snapshot, zone, registry, tuple(held))}
    for registry in (snapshot.registries[rid] for rid in touched if rid in snapshot.registries):
        for zone in snapshot.zones_named(private_zone_of(registry.login_server) or ""):
            all_links = zone.links if not isinstance(zone.links, Unknown) else ()
            pairs |= {(one.id, registry.id) for one in _cut_off(snapshot, zone, registry, all_links)}
    return frozenset(pairs)


def _half_open(snapshot: Snapshot) -> tuple[Registry, ...]:
    """The registries with a private name that somebody could use over their public one."""
    return snapshot.index(
        "half-open", snapshot.registries, lambda: tuple(filter(_could_lose, snapshot.registries.values()))
    )


def _could_lose(registry: Registry) -> bool:
    return registry.public_network_access.lower() != "disabled" and has_private_chain(registry) is True


def _cut_off(
    snapshot: Snapshot, zone: PrivateZone, registry: Registry, links: tuple[ZoneLink, ...]
) -> tuple[ZoneLink, ...]:
    if not _could_lose(registry) or isinstance(zone.records, Unknown):
        return ()
    record = zone.record(record_name_of(registry.login_server))
    if record is None:
        return tuple(link for link in links if not link.falls_back)
    owners = [e for e in snapshot.endpoints_of(registry.id) if e.address_of(registry.login_server) in record.addresses]
    return tuple(link for link in links if owners and not any(_reaches(snapshot, link, e) for e in owners))


def _reaches(snapshot: Snapshot, link: ZoneLink, endpoint: PrivateEndpoint) -> bool:
    if link.network == endpoint.network:
        return True
    network = snapshot.networks.get(link.network)
    return network is not None and reach(snapshot, network, endpoint.network, None, "").way is not Way.NONE


def answers_alone(snapshot: Snapshot, hidden: Hidden) -> ZoneLink | None:
    """The link, when falling back to public answers would bring the registry back; None when it would not."""
    link_id, registry_id = hidden
    link, registry = find_link(snapshot, link_id), snapshot.registries.get(registry_id)
    zone = snapshot.zones.get(link_id.parent) if link_id.parent else None
    if link is None or registry is None or zone is None:
        return None
    return link if zone.record(record_name_of(registry.login_server)) is None else None


def fall_back(link: ZoneLink, rule: str) -> Change:
    """The change that lets a link's network ask in public for names that the zone lacks."""
    before = {
        "network": link.network.text,
        "resolutionPolicy": link.resolution_policy,
        "registration": link.registration_enabled,
    }
    return Change(
        kind=ChangeKind.UPDATE_LINK,
        target=link.id,
        summary=f"Let {link.network.name} fall back to public answers for names that the zone lacks",
        before=before,
        after={**before, "resolutionPolicy": "NxDomainRedirect"},
        rule=rule,
        reason="names without a record stop resolving otherwise",
    )


def find_link(snapshot: Snapshot, link: ResourceId) -> ZoneLink | None:
    """A link by its id."""
    zone = snapshot.zones.get(link.parent) if link.parent else None
    if zone is None or isinstance(zone.links, Unknown):
        return None
    return next((found for found in zone.links if found.id == link), None)
