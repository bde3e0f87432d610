"""Whom does a plan touch? The apps and networks whose pulls its changes can reach, mended, broken or neither.

Foresight says what becomes of each path; this says who has to be told before (house, section 4: the blast radius is
part of the plan).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import host_of_record
from remediator.core.desired import DesiredState
from remediator.core.leg import Leg, legs, legs_to
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Snapshot

_LINKS = (ChangeKind.CREATE_LINK, ChangeKind.UPDATE_LINK)
_PEERINGS = (ChangeKind.CREATE_PEERING, ChangeKind.UPDATE_PEERING, ChangeKind.DELETE_PEERING)
_RECORDS = (ChangeKind.CREATE_RECORD, ChangeKind.UPDATE_RECORD)
_REGISTRY = "Microsoft.ContainerRegistry/registries"


@dataclass(frozen=True, slots=True)
class Touched:
    """The consumers and networks within reach of a plan, each once, in the order of their ids."""

    consumers: tuple[ResourceId, ...] = ()
    networks: tuple[ResourceId, ...] = ()


def touched_by(desired: DesiredState, snapshot: Snapshot, changes: Iterable[Change]) -> Touched:
    """A change to a registry's endpoint or records touches who pulls from it; a link or peering, all who ask there."""
    consumers: set[ResourceId] = set()
    networks: set[ResourceId] = set()
    everyone: dict[ResourceId, list[Leg]] | None = None
    for change in changes:
        named = tuple(_networks(change))
        networks |= set(named)
        if named:
            everyone = everyone if everyone is not None else _by_network(legs(desired, snapshot))
            asking = [leg for network in named for leg in everyone.get(network, ())]
            consumers |= {leg.consumer.id for leg in asking}
            networks |= {rid for leg in asking for rid in _own(leg)}
        for host in _hosts(snapshot, change):
            for leg in legs_to(desired, snapshot, host):
                consumers.add(leg.consumer.id)
                networks |= _own(leg)
    return Touched(tuple(sorted(consumers)), tuple(sorted(networks)))


def _by_network(everyone: Iterable[Leg]) -> dict[ResourceId, list[Leg]]:
    """The legs that start in a network, or whose names are answered there."""
    found: dict[ResourceId, list[Leg]] = {}
    for leg in everyone:
        for rid in dict.fromkeys(one.id for one in (leg.network, leg.answering) if isinstance(one, Network)):
            found.setdefault(rid, []).append(leg)
    return found


def _own(leg: Leg) -> set[ResourceId]:
    return {leg.network.id} if isinstance(leg.network, Network) else set()


def _networks(change: Change) -> Iterator[ResourceId]:
    """The networks that a change names: those of a link or a peering."""
    named = {**(change.before or {}), **(change.after or {})}
    if change.kind in _LINKS:
        yield ResourceId(str(named["network"]))
    elif change.kind in _PEERINGS and change.target.parent is not None:
        yield change.target.parent
        yield ResourceId(str(named["remote"]))


def _hosts(snapshot: Snapshot, change: Change) -> Iterator[str]:
    """The login servers whose pulls a change can reach."""
    if change.kind in _RECORDS and change.target.parent is not None:
        name = host_of_record(change.target.name, change.target.parent.name)
        known = snapshot.registry_of_host(name)
        yield from (known.login_server, *known.regional_hosts) if known else ()
        return
    for registry in _registries(snapshot, change):
        found = snapshot.registries.get(registry)
        yield from (found.login_server, *found.regional_hosts) if found else ()


def _registries(snapshot: Snapshot, change: Change) -> Iterator[ResourceId]:
    named = {**(change.before or {}), **(change.after or {})}
    if "registry" in named:
        yield ResourceId(str(named["registry"]))
    for rid in (change.target, change.target.parent):
        if rid is None:
            continue
        if rid.is_a(_REGISTRY):
            yield rid
        endpoint = snapshot.endpoints.get(rid)
        yield from (target.resource for target in endpoint.targets) if endpoint else ()
