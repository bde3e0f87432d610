"""Whatever becomes of the bodies, reading them never raises and never turns damage into absence."""

from __future__ import annotations

from typing import Any

import arm_bodies as arm
import arm_surroundings as around
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown
from remediator.facts import snapshot_from

ODD = [None, 0, True, 1.5, "", "odd", [], [None], ["odd"], {}, {"id": None}, {"id": "odd"}, [[{}]]]
COLLECTIONS = {
    arm.REGISTRY: "registries",
    arm.ENDPOINT: "endpoints",
    arm.ZONE: "zones",
    arm.NETWORK: "networks",
    arm.ROUTES: "route_tables",
    arm.ENVIRONMENT: "environments",
    arm.APP: "consumers",
    arm.JOB: "consumers",
    around.SECURITY: "security_groups",
    around.NAT: "nat_gateways",
    around.FIREWALL: "firewalls",
    around.BALANCER: "load_balancers",
    around.IDENTITY: "principals",
    around.INBOUND: "inbound_endpoints",
    around.RULESET: "rulesets",
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in pairs for found in ((*path, key), *places(one, (*path, key)))]


def estate() -> list[Any]:
    """The healthy estate with its connection both inline and on its own, and all that stands around it."""
    return [*arm.healthy(), arm.connection(), *around.surroundings()]


PLACES = [place for place in places(estate()) if len(place) > 1]


def damaged(damage: list[tuple[tuple[Any, ...], Any]]) -> list[Any]:
    """The healthy estate with values replaced, or removed where the value is `...`."""
    whole = estate()
    for path, odd in damage:
        at: Any = whole
        try:
            for key in path[:-1]:
                at = at[key]
            if odd is ...:
                del at[path[-1]]
            else:
                at[path[-1]] = odd
        except (KeyError, IndexError, TypeError):
            continue
    return whole


def accounted_for(snapshot: Snapshot, rid: str) -> bool:
    found, collection = ResourceId(rid), getattr(snapshot, COLLECTIONS[rid])
    if isinstance(collection, Unknown) or found in collection:
        return True
    return found in snapshot.unreadable or bool(snapshot.gaps)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from([..., *ODD])), min_size=1, max_size=4))
def test_damage_never_raises(damage: list[tuple[tuple[Any, ...], Any]]) -> None:
    """A snapshot comes out whatever leaves are null, missing or of the wrong type, and it can be printed."""
    assert repr(snapshot_from(damaged(damage), AZURE_CHINA))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([p for p in PLACES if p[1] not in ("id", "error")]), st.sampled_from([None, 0, True, [], {}]))
def test_damage_is_never_absence(path: tuple[Any, ...], odd: Any) -> None:
    """A resource of which one field is damaged is still there, or Unknown; never gone without a word."""
    snapshot = snapshot_from(damaged([(path, odd)]), AZURE_CHINA)
    assert [rid for rid in COLLECTIONS if not accounted_for(snapshot, rid)] == []
    assert snapshot.role_assignments != ()
