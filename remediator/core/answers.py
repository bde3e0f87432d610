"""The answers that a leg's network gets for every name of the registry, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from remediator.core.candidates import candidates, doubts, means
from remediator.core.cloud import registry_suffix_of
from remediator.core.leg import Leg
from remediator.core.resolution import Answer, AnswerKind, hosts_to_resolve, resolve
from remediator.core.snapshot import Network, PrivateEndpoint, Registry, Unknown
from remediator.core.zone_choice import serving


@dataclass(frozen=True, slots=True)
class Wrong:
    """A name whose answer does not lead to the endpoint; `expected` is the address that it should have, if known."""

    answer: Answer
    expected: str | None
    reason: str


@lru_cache(maxsize=16)
def answers(leg: Leg) -> tuple[Answer, ...]:
    """One answer for each of the registry's names, the login name first."""
    if not isinstance(leg.registry, Registry):
        return ()
    network = leg.network if isinstance(leg.network, Network) else None
    best = serving(leg)
    extra = () if best is None or isinstance(best.endpoint.addresses, Unknown) else best.endpoint.addresses
    carried = (host for address in extra for host in address.hosts if registry_suffix_of(host) and ".data." in host)
    regional = leg.host in leg.registry.regional_hosts
    hosts = dict.fromkeys((*hosts_to_resolve(leg.registry, leg.host), *(() if regional else carried)))
    return tuple(resolve(leg.snapshot, leg.registry, network, host) for host in hosts)


def by_other_zones(leg: Leg) -> bool:
    """Whether every name is answered by some private zone, so that none of the ordinary name is missing."""
    given = answers(leg)
    return bool(given) and all(answer.zone is not None for answer in given)


def owner_of(leg: Leg, host: str, address: str) -> PrivateEndpoint | None:
    """The approved endpoint of the registry that carries an address for a name."""
    if not isinstance(leg.network, Network):
        return None
    for candidate in candidates(leg):
        endpoint = candidate.endpoint
        carries = candidate.approved and endpoint.address_of(host) == address
        if carries and means(leg.snapshot, leg.network, endpoint, address):
            return endpoint
    return None


@lru_cache(maxsize=16)
def wrong_answers(leg: Leg) -> tuple[Wrong, ...] | Unknown:
    """The names that a private path needs and that do not end at an approved endpoint of the registry."""
    found: list[Wrong] = []
    best = serving(leg)
    for answer in answers(leg):
        expected = best.endpoint.address_of(answer.host) if best else None
        match answer.kind:
            case AnswerKind.UNKNOWN:
                return Unknown(answer.reason)
            case AnswerKind.PUBLIC if leg.needs_private:
                found.append(Wrong(answer, expected, f"{answer.host} has no private record and falls back to public"))
            case AnswerKind.MISSING:
                found.append(Wrong(answer, expected, f"{answer.host} has no record in {_zone(answer)}"))
            case AnswerKind.PRIVATE:
                strangers = [a for a in answer.addresses if owner_of(leg, answer.host, a) is None]
                if len(strangers) < len(answer.addresses):
                    continue  # a client tries the next address; the stranger is a risk and told as one
                unread = _unread(leg)
                if unread is not None:
                    return unread
                words = ", ".join(strangers)
                found.append(Wrong(answer, expected, f"{answer.host} answers {words}, which no approved endpoint has"))
            case _:
                continue
    return tuple(found)


def _zone(answer: Answer) -> str:
    return f"{answer.zone.name} ({answer.zone.id.resource_group})" if answer.zone else "the zone"


def _unread(leg: Leg) -> Unknown | None:
    for candidate in candidates(leg):
        if isinstance(candidate.endpoint.addresses, Unknown):
            return candidate.endpoint.addresses
    unseen = doubts(leg)
    return unseen[0] if unseen else None
