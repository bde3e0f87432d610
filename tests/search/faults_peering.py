"""Faults of peerings: missing, one-sided, Disconnected, out of sync, of other subnets only."""

from __future__ import annotations

from tests.search import bodies
from tests.search.fault import Made, pick
from tests.search.land import Land, Net, Pull
from tests.search.surgery import properties


def _crossing(land: Land, number: int) -> tuple[Net, Net, list[Pull]] | None:
    """Two peered networks between which private pulls go: where from, where to, which."""
    pairs: dict[tuple[Net, Net], list[Pull]] = {}
    for pull in land.private_pulls:
        if pull.net and pull.net is not pull.net.area.home:
            pairs.setdefault((pull.net, pull.net.area.home), []).append(pull)
    found = pick(list(pairs.items()), number)
    return (*found[0], found[1]) if found else None


def _sides(here: Net, there: Net) -> tuple[str, str]:
    return (
        f"{here.id}/virtualNetworkPeerings/to-vnet-{there.name}",
        f"{there.id}/virtualNetworkPeerings/to-vnet-{here.name}",
    )


def _broken(land: Land, here: Net, there: Net, pulls: list[Pull]) -> Made:
    """What a broken peering takes: the private pulls, and all of a spoke that asks or leaves through its hub."""
    targets = (*_sides(here, there), here.id, there.id)
    spoke, hub = (here, there) if here.hub else (there, here)
    asks_hub = spoke.dns_server.startswith(f"10.{hub.octet}.")
    others = [p for p in land.pulls if p.net is spoke and p not in pulls]
    if not asks_hub and spoke.shape.egress != "firewall":
        others = []
    elif not asks_hub:
        others = [p for p in others if not p.endpoint]
    tables = [bodies.subnet_of(land.builder, subnet).get("routeTable", {}).get("id") for subnet in spoke.infra]
    also = [("route", f"{table}/routes/out") for table in tables] + [("ip-rules", p.registry.id) for p in others]
    also.append(("custom-dns", spoke.id))
    return Made(("peering",), targets, tuple(pulls), also=tuple(also) if others else (), doubtful=tuple(others))


def peering_missing(land: Land, number: int) -> Made | None:
    """Both sides are gone."""
    found = _crossing(land, number)
    if found is None:
        return None
    for side in _sides(*found[:2]):
        land.builder.drop(side)
    return _broken(land, *found)


def peering_never_answered(land: Land, number: int) -> Made | None:
    """One side only, never accepted by the other: Initiated."""
    found = _crossing(land, number)
    if found is None:
        return None
    kept, gone = _sides(*found[:2])[:: 1 if number // 3 % 2 else -1]
    land.builder.drop(gone)
    properties(land, kept)["peeringState"] = "Initiated"
    return _broken(land, *found)


def peering_cut_on_one_side(land: Land, number: int) -> Made | None:
    """One side was deleted, which leaves the other Disconnected."""
    found = _crossing(land, number)
    if found is None:
        return None
    kept, gone = _sides(*found[:2])[:: 1 if number // 3 % 2 else -1]
    land.builder.drop(gone)
    properties(land, kept)["peeringState"] = "Disconnected"
    return _broken(land, *found)


def peering_disconnected(land: Land, number: int) -> Made | None:
    """Both sides stand, and both are Disconnected."""
    found = _crossing(land, number)
    if found is None:
        return None
    for side in _sides(*found[:2]):
        properties(land, side)["peeringState"] = "Disconnected"
    return _broken(land, *found)


def peering_out_of_sync(land: Land, number: int) -> Made | None:
    """The remote network got the endpoint's range after the peering was made, and was never synced."""
    found = _crossing(land, number)
    if found is None:
        return None
    here, there, _ = found
    properties(land, _sides(here, there)[0]).update(
        peeringSyncLevel="RemoteNotInSync",
        remoteAddressSpace={"addressPrefixes": ["10.250.0.0/16"]},
        remoteVirtualNetworkAddressSpace={"addressPrefixes": ["10.250.0.0/16", f"10.{there.octet}.0.0/16"]},
    )
    return _broken(land, *found)


def peering_of_other_subnets(land: Land, number: int) -> Made | None:
    """A peering of subnets only, which leaves out the apps' or the endpoints' (azure-facts 4)."""
    found = _crossing(land, number)
    if found is None:
        return None
    ours, theirs = _sides(*found[:2])
    named = (["snet-dns"], ["snet-endpoints"]) if number // 3 % 2 else (["snet-aca0", "snet-aca1"], ["snet-dns-out"])
    held = {"peerCompleteVnets": False, "localSubnetNames": named[0], "remoteSubnetNames": named[1]}
    properties(land, ours).update(held)
    mirrored = {"peerCompleteVnets": False, "localSubnetNames": named[1], "remoteSubnetNames": named[0]}
    properties(land, theirs).update(mirrored)
    return _broken(land, *found)


FAULTS = (
    peering_missing,
    peering_never_answered,
    peering_cut_on_one_side,
    peering_disconnected,
    peering_out_of_sync,
    peering_of_other_subnets,
)
