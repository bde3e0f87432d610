"""Which private zone should answer for a leg, when its network links none?

Never one whose record belongs to an endpoint that this network cannot reach: two endpoints of one registry in one
zone overwrite each other (azure-facts 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from remediator.core.candidates import Candidate, candidates
from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.leg import Leg
from remediator.core.reach import peered_with
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.seen_zone import ZONE_TYPE
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Unknown
from remediator.core.zone_fit import fits, misleads, writes

_WRITTEN, _HOLDS_RECORD, _LINKED_THERE, _LINKED_NEAR, _SAME_SUBSCRIPTION, _STRANGER = range(6)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A zone, and what was not read of which it hangs whether it is the one to link."""

    zone: PrivateZone
    why: Unknown


@dataclass(frozen=True, slots=True)
class _Choice:
    zone: PrivateZone | None
    doubt: Doubt | None


def serving(leg: Leg) -> Candidate | None:
    """The approved endpoint that serves the leg best."""
    return next((c for c in candidates(leg) if c.approved and c.connectable), None)


def zone_for(leg: Leg) -> PrivateZone | None:
    """The existing zone to link, None when a new one is needed or `doubtful_zone` says that nobody can tell."""
    return None if doubtful_zone(leg) is not None else _choice(leg).zone


def doubtful_zone(leg: Leg) -> Doubt | None:
    """A zone that may be the one to link; as what it hangs on was not read, none is linked or made."""
    return _choice(leg).doubt


def forget() -> None:
    """Drop what was worked out for the last legs."""
    _choice.cache_clear()


@lru_cache(maxsize=16)
def _choice(leg: Leg) -> _Choice:
    best = serving(leg)
    endpoint = best.endpoint if best else None
    wanted = leg.intent.zone
    named = [z for z in leg.snapshot.zones_named(private_zone_of(leg.host) or "") if wanted in (None, z.id)]
    fitting: list[PrivateZone] = []
    doubts: list[Doubt] = []
    for zone in named:
        fit = fits(leg, zone, best)
        fitting += [zone] if fit is True else []
        doubts += [Doubt(zone, fit)] if isinstance(fit, Unknown) else []
    if wanted is None:
        harmful = {zone.id: misleads(leg, zone, best) for zone in fitting}
        doubts += [Doubt(zone, why) for zone in fitting if isinstance(why := harmful[zone.id], Unknown)]
        harmless = [zone for zone in fitting if harmful[zone.id] is False]
        chosen = _nearest(leg, harmless, fitting, endpoint)
    else:
        chosen = fitting[0] if fitting else None
    nearest = min(doubts, key=lambda d: (_potential(leg, d.zone, endpoint), d.zone.id.key), default=None)
    if nearest is None or chosen is None:
        return _Choice(chosen, nearest)
    beside = _potential(leg, nearest.zone, endpoint) <= _distance(leg, chosen, endpoint)
    return _Choice(chosen, nearest if beside else None)


def _nearest(
    leg: Leg, harmless: list[PrivateZone], fitting: list[PrivateZone], endpoint: PrivateEndpoint | None
) -> PrivateZone | None:
    """The one that belongs to the endpoint or the network; a stranger's only where no other one fits."""
    if not harmless and new_zone_id(leg) is not None:
        return None
    ranked = sorted(harmless or fitting, key=lambda zone: (_distance(leg, zone, endpoint), zone.id.key))
    if not ranked:
        return None
    return ranked[0] if _distance(leg, ranked[0], endpoint) < _STRANGER or len(fitting) == 1 else None


def _potential(leg: Leg, zone: PrivateZone, endpoint: PrivateEndpoint | None) -> int:
    """Its distance if what was not read spoke for it."""
    distance = _distance(leg, zone, endpoint)
    return min(distance, _HOLDS_RECORD) if isinstance(zone.records, Unknown) else distance


def declared_zone_doubt(leg: Leg) -> Unknown | None:
    """Why the declared zone may exist although it was not read; None when it was, or is surely not there."""
    zone = leg.intent.zone
    if zone is None or zone in leg.snapshot.zones or zone in leg.snapshot.gone:
        return None
    if zone in leg.snapshot.unreadable:
        return leg.snapshot.unreadable[zone]
    read = {rid.subscription.lower() for rid in (*leg.snapshot.networks, *leg.snapshot.registries, *leg.snapshot.zones)}
    if zone.subscription.lower() in read:
        return None
    return Unknown(f"the declared zone {zone.name} in {zone.resource_group} lies in a subscription that was not read")


def new_zone_id(leg: Leg) -> ResourceId | None:
    """Where a new zone goes: beside the network, else beside the endpoint; None when both names are taken."""
    if leg.intent.zone is not None:
        return leg.intent.zone if leg.intent.zone not in leg.snapshot.zones else None
    best = serving(leg)
    asked = leg.answering
    beside = [asked.id] if isinstance(asked, Network) else []
    if best is not None:
        beside.append(best.endpoint.id)
    for neighbour in beside:
        candidate = resource_id(
            neighbour.subscription, neighbour.resource_group, ZONE_TYPE, private_zone_of(leg.host) or ""
        )
        if candidate not in leg.snapshot.zones and candidate not in leg.snapshot.unreadable:
            return candidate
    return None


def _distance(leg: Leg, zone: PrivateZone, endpoint: PrivateEndpoint | None) -> int:
    """How far it is from being the endpoint's own, from `_WRITTEN` to `_STRANGER`."""
    if endpoint is not None and writes(endpoint, zone):
        return _WRITTEN
    record = zone.record(record_name_of(leg.name))
    if record is not None and record.addresses:
        return _HOLDS_RECORD
    if endpoint is not None and zone.link_to(endpoint.network):
        return _LINKED_THERE
    if isinstance(leg.network, Network):
        if any(zone.link_to(rid) for rid in peered_with(leg.snapshot, leg.network)):
            return _LINKED_NEAR
        if zone.id.subscription.lower() == leg.network.id.subscription.lower():
            return _SAME_SUBSCRIPTION
    return _STRANGER
