"""What has to be written for two networks to be peered: the missing side, a dead one again, a sync, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.effect import effect
from remediator.core.peering_change import peer
from remediator.core.plan import ordered
from remediator.core.reach import Way, reach
from remediator.core.snapshot import Network, Snapshot
from tests.core.small_snapshots import DENIED, network, network_id, peered, snapshot

CREATE, DELETE, SYNC = ChangeKind.CREATE_PEERING, ChangeKind.DELETE_PEERING, ChangeKind.UPDATE_PEERING
DEAD = {"state": "Disconnected"}


def pair(*, spoke: dict[str, Any] | None, hub: dict[str, Any] | None, prefix: str = "10.10.0.0/16") -> Snapshot:
    """A spoke and a hub; each side of the peering with these fields, None where it is missing."""
    made = (network("spoke", "10.20.0.0/16"), network("hub", prefix))
    sides = {one.id.name: one for one in peered(("spoke", "hub"), networks=made)}
    held: list[Network] = []
    for name, fields in (("spoke", spoke), ("hub", hub)):
        (side,) = sides[name].peerings  # type: ignore[misc]
        held.append(replace(sides[name], peerings=() if fields is None else (replace(side, **fields),)))
    return snapshot(*held)


def planned(found: Snapshot) -> tuple[Change, ...]:
    return peer(found, found.networks[network_id("spoke")], network_id("hub"), "peering")


def words(changes: tuple[Change, ...]) -> list[tuple[ChangeKind, str]]:
    """Each change, and the network that it is made in."""
    return [(one.kind, one.target.parent.name) for one in changes if one.target.parent]


CASES: dict[str, tuple[Snapshot, list[tuple[ChangeKind, str]]]] = {
    "whole": (pair(spoke={}, hub={}), []),
    "none": (pair(spoke=None, hub=None), [(CREATE, "spoke"), (CREATE, "hub")]),
    "the spoke's alone": (pair(spoke={"state": "Initiated"}, hub=None), [(CREATE, "hub")]),
    "the hub's alone": (pair(spoke=None, hub={"state": "Initiated"}), [(CREATE, "spoke")]),
    "dead on both sides": (
        pair(spoke=DEAD, hub=DEAD),
        [(DELETE, "spoke"), (CREATE, "spoke"), (DELETE, "hub"), (CREATE, "hub")],
    ),
    "dead, the other side gone": (
        pair(spoke=DEAD, hub=None),
        [(DELETE, "spoke"), (CREATE, "spoke"), (CREATE, "hub")],
    ),
    "out of sync here": (pair(spoke={"sync": "LocalNotInSync"}, hub={}), [(SYNC, "spoke")]),
    "out of sync on both sides": (
        pair(spoke={"sync": "LocalAndRemoteNotInSync"}, hub={"sync": "RemoteNotInSync"}),
        [(SYNC, "spoke"), (SYNC, "hub")],
    ),
    "ranges that overlap": (pair(spoke=None, hub=None, prefix="10.20.128.0/17"), []),
    "one range inside the other": (pair(spoke=None, hub=None, prefix="10.0.0.0/8"), []),
}


@pytest.mark.parametrize("name", CASES)
def test_what_peers_two_networks(name: str) -> None:
    """The missing side is made, a dead one deleted and made again, an address space synced; no overlap is peered."""
    found, expected = CASES[name]
    assert words(planned(found)) == expected


@pytest.mark.parametrize("name", [name for name, (_, expected) in CASES.items() if expected])
def test_the_changes_peer_them_in_the_order_of_a_plan(name: str) -> None:
    """Carried out in memory, in the order in which a plan makes them, the networks reach each other."""
    found = CASES[name][0]
    for change in ordered(planned(found)).changes:
        found = effect(found, change)
    for here, there in (("spoke", "hub"), ("hub", "spoke")):
        assert reach(found, found.networks[network_id(here)], network_id(there), None, "").way is Way.PEERED


@pytest.mark.parametrize("side", ["spoke", "hub"])
def test_peerings_that_cannot_be_read_are_left_alone(side: str) -> None:
    """Where one side's peerings are unknown, nothing is made beside what may be there."""
    found = pair(spoke=None, hub=None)
    unread = replace(found.networks[network_id(side)], peerings=DENIED)
    assert planned(replace(found, networks={**found.networks, unread.id: unread})) == ()


@pytest.mark.parametrize(
    "fields", [{"unreadable": {network_id("hub"): DENIED}}, {"gone": frozenset({network_id("hub")})}]
)
def test_a_network_that_is_not_known_is_not_peered(fields: dict[str, Any]) -> None:
    """Neither with a network in error nor with one that is gone."""
    assert planned(snapshot(network("spoke", "10.20.0.0/16"), **fields)) == ()


def test_flags_of_a_dead_side_are_kept() -> None:
    """Made again, a side allows what it allowed before: an owner's choice of transit is not ours to change."""
    flags = {"allow_forwarded": True, "allow_gateway_transit": True, "allow_access": False}
    made = [one for one in planned(pair(spoke={**DEAD, **flags}, hub={})) if one.kind is CREATE]
    assert made[0].after == {
        "remote": network_id("hub").text,
        "allowVirtualNetworkAccess": False,
        "allowForwardedTraffic": True,
        "allowGatewayTransit": True,
        "useRemoteGateways": False,
    }


def test_a_new_side_allows_no_more_than_it_must() -> None:
    """A new peering gives access between the two, and no forwarding or gateways."""
    for change in planned(pair(spoke=None, hub=None)):
        flags = {key: value for key, value in (change.after or {}).items() if key != "remote"}
        assert [key for key, value in flags.items() if value] == ["allowVirtualNetworkAccess"]


def test_a_new_side_takes_a_name_that_is_free() -> None:
    """A peering of that name with another network is left alone."""
    made = (network("spoke", "10.20.0.0/16"), network("hub", "10.10.0.0/16"), network("other", "10.30.0.0/16"))
    found = {one.id.name: one for one in peered(("spoke", "other"), networks=made)}
    (side,) = found["spoke"].peerings  # type: ignore[misc]
    taken = replace(side, id=network_id("spoke").child("virtualNetworkPeerings", "to-hub"))
    estate = snapshot(replace(found["spoke"], peerings=(taken,)), found["hub"], found["other"])
    created = next(one for one in planned(estate) if one.target.parent == network_id("spoke"))
    assert (created.target != taken.id, created.target.name.startswith("to-hub")) == (True, True)
