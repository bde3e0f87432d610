"""`vnet-link`: the zone exists, but it is not linked to the network whose resolver counts.

A link is planned with `NxDomainRedirect` where the network also needs registries that the zone has no record of:
without it their names would stop resolving (azure-facts 3.5).
"""

from __future__ import annotations

from collections.abc import Iterator

from remediator.core.answers import by_other_zones
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.free_name import free_name
from remediator.core.leg import Judgement, Leg, legs_to_unread
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolution import has_private_chain
from remediator.core.resource_id import ResourceId
from remediator.core.rule import Rule
from remediator.core.seen_zone import is_narrow, seen_zone
from remediator.core.snapshot import Network, PrivateZone, Snapshot, Unknown, ZoneLink
from remediator.core.zone_choice import doubtful_zone, zone_for

ID = "vnet-link"


def judge(leg: Leg) -> Judgement | None:
    """Ok with a completed link, broken without one, unknown while Azure is still making it."""
    if not leg.needs_private:
        return Judgement(Verdict.OK, "not asked: the registry answers in public")
    asked = leg.answering
    if not isinstance(asked, Network):
        return None
    seen = seen_zone(leg.snapshot, asked.id, private_zone_of(leg.host) or "")
    if isinstance(seen, Unknown):
        return Judgement(Verdict.UNKNOWN, seen.reason)
    if seen is not None:
        return _linked(*seen)
    if by_other_zones(leg):
        return Judgement(Verdict.OK, "not asked: zones of longer names answer")
    doubt = doubtful_zone(leg)
    zone = zone_for(leg) if doubt is None else doubt.zone
    return None if zone is None else _unlinked(leg, asked, zone, doubt.why if doubt else None)


def _unlinked(leg: Leg, network: Network, zone: PrivateZone, why: Unknown | None) -> Judgement:
    unread = f"; whether it should be cannot be said, so nothing is planned: {why.reason}" if why else ""
    detail = f"{zone.name} in {zone.id.resource_group} is not linked to {network.id.name}{unread}"
    finding = Finding(
        rule=ID,
        target=zone.id,
        severity=Severity.BROKEN,
        summary=f"{zone.name} is not linked to {network.id.name}, so {leg.host} ends at a public address there",
        evidence=(f"the links of {zone.name}: {_words(zone)}", *((why.reason,) if why else ())),
        remedy=() if why else (_link(leg, zone, network),),
        advice="Let the reader see what could not be read, or choose the zone by hand." if why else "",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


def _linked(zone: PrivateZone, link: ZoneLink) -> Judgement:
    if link.state.lower() == "inprogress":
        return Judgement(Verdict.UNKNOWN, f"Azure is still linking {zone.name} ({link.id.name})")
    return Judgement(Verdict.OK, f"{zone.name} in {zone.id.resource_group} answers (link {link.id.name})")


def _words(zone: PrivateZone) -> str:
    links = zone.links if not isinstance(zone.links, Unknown) else ()
    return ", ".join(link.network.name for link in links) or "none"


def _link(leg: Leg, zone: PrivateZone, network: Network) -> Change:
    policy = leg.intent.resolution_policy or ("NxDomainRedirect" if _others_at_risk(leg, zone, network) else "Default")
    note = ", falling back to public answers for names it lacks" if policy == "NxDomainRedirect" else ""
    return Change(
        kind=ChangeKind.CREATE_LINK,
        target=_free_name(zone, network),
        summary=f"Link {zone.name} to {network.id.name}{note}",
        before=None,
        after={"network": network.id.text, "resolutionPolicy": policy, "registration": False},
        rule=ID,
        reason=f"{network.id.name} must see the private answer for {leg.host}",
    )


def _others_at_risk(leg: Leg, zone: PrivateZone, network: Network) -> bool:
    """Whether the zone lacks a registry that has an endpoint somewhere, or one that this network's apps name."""
    # kept with the desired state, so that its id is not given to another one
    key = ("at risk", zone.id, network.id, id(leg.desired))
    at_risk, _ = leg.snapshot.remember(key, lambda: (_at_risk(leg, zone, network), leg.desired))
    return any(host != leg.name for host in at_risk)


def _at_risk(leg: Leg, zone: PrivateZone, network: Network) -> tuple[str, ...]:
    snapshot = leg.snapshot
    chained = snapshot.index("chained", snapshot.registries, lambda: tuple(_chained(snapshot)))
    unread = (other.host for other in legs_to_unread(leg.desired, snapshot) if other.answering is network)
    return tuple(
        host
        for host in (*unread, *chained)
        if private_zone_of(host) == zone.name.lower() and zone.record(record_name_of(host)) is None
    )


def _chained(snapshot: Snapshot) -> Iterator[str]:
    return (r.login_server for r in snapshot.registries.values() if has_private_chain(r) is not False)


def _free_name(zone: PrivateZone, network: Network) -> ResourceId:
    links = zone.links if not isinstance(zone.links, Unknown) else ()
    return zone.id.child("virtualNetworkLinks", free_name(network.id, network.id.name, (one.id.name for one in links)))


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A risk for each zone with records that no network links: nobody gets its answers."""
    return tuple(
        Finding(
            rule=ID,
            target=zone.id,
            severity=Severity.RISK,
            summary=f"{zone.name} in {zone.id.resource_group} holds records and is linked to no network",
            evidence=("virtualNetworkLinks: none",),
            advice="Link it to the networks whose resolvers should see it, or let it go.",
        )
        for zone in snapshot.zones.values()
        if zone.links == () and not is_narrow(zone) and zone.records and not isinstance(zone.records, Unknown)
    )


RULE = Rule(ID, HopName.ZONE, judge, check)
