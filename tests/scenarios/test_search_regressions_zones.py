"""Small estates with zones of longer names than `privatelink.…`: the linked zone with the longest name answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.pull_path import Verdict
from tests.core.breaks import NETWORK, zone_of
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.estate_builder import EstateBuilder, healthy, rid, spoke
from tests.scenarios.sandboxed import Sandboxed
from tests.search import bodies
from tests.search.comparing import disagreements

ZONES = "Microsoft.Network/privateDnsZones"
DATA, LOGIN = "10.20.4.4", "10.20.4.5"


def longer_zone(builder: EstateBuilder, prefix: str, record: str = "", address: str = "") -> str:
    """A linked zone, e.g. `westeurope.data.privatelink…`, with one record or none."""
    made = bodies.put(builder, rid(ZONES, f"{prefix}.{builder.zone_name}", group="rg-landing-zone"), ZONES, {})
    builder.link(made, NETWORK)
    if record:
        builder.record(made, record, address)
    return made


def empty() -> EstateBuilder:
    """The region's zone is linked and lacks the record that the other zone has."""
    builder = healthy()
    longer_zone(builder, "westeurope.data")
    return builder


def with_the_record() -> EstateBuilder:
    """The region's zone has the record that the other zone lacks."""
    builder = healthy()
    longer_zone(builder, "westeurope.data", "shop", DATA)
    builder.drop(f"{zone_of(builder)}/A/shop.westeurope.data")
    return builder


def instead_of_the_ordinary_zone() -> EstateBuilder:
    """The ordinary zone is not linked: the login name has a zone of its own, the data names have theirs."""
    builder = healthy()
    longer_zone(builder, "westeurope.data", "shop", DATA)
    longer_zone(builder, "shop", "@", LOGIN)
    builder.drop(f"{zone_of(builder)}/virtualNetworkLinks/to-vnet-spoke")
    return builder


def of_another_region() -> EstateBuilder:
    """A zone of a region in which the registry has no replica takes none of its names."""
    builder = healthy()
    longer_zone(builder, "eastus.data")
    return builder


def unread() -> EstateBuilder:
    """Whether the region's zone has the record cannot be said."""
    builder = healthy()
    builder.error(longer_zone(builder, "westeurope.data", "shop", DATA))
    return builder


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (empty, Verdict.BROKEN),
        (with_the_record, Verdict.OK),
        (instead_of_the_ordinary_zone, Verdict.OK),
        (of_another_region, Verdict.OK),
        (unread, Verdict.UNKNOWN),
    ],
)
def test_the_longest_zone_name_answers(make: Callable[[], EstateBuilder], verdict: Verdict) -> None:
    """Wherever the record stands, what counts is whether it stands there (learn private-dns-privatednszone)."""
    builder = make()
    diagnosis = diagnosed(builder)
    assert [path.verdict for path in diagnosis.paths] == [verdict]
    assert disagreements(Sandboxed.of(builder.document()).azure, diagnosis) == []


def test_a_record_goes_where_it_is_asked_for() -> None:
    """Into the linked zone of the region, by hand: no zone group is known to write there."""
    world = Sandboxed.of(empty().document())
    diagnosis = world.diagnose()
    assert (rules(diagnosis), kinds(diagnosis)) == (["dns-record"], ["create-dns-record"])
    assert diagnosis.plan.changes[0].target.text.endswith("/westeurope.data.privatelink.azurecr.io/A/shop")
    world.apply(diagnosis.plan)
    after = world.diagnose()
    assert ([path.verdict for path in after.paths], rules(after)) == ([Verdict.OK], [])


def test_a_zone_of_a_region_does_not_fall_back() -> None:
    """Azure takes NxDomainRedirect on links to `privatelink.…` alone (azure-facts 3.5): where a region's zone hides
    an open registry, nothing is planned that Azure would refuse, and a person reads what helps."""
    builder = EstateBuilder("AzureCloud", "westeurope")
    network, infrastructure, _ = spoke(builder, "app")
    other, _, endpoints = spoke(builder, "other", 30)
    registry = builder.registry("shop", closed=False)
    zone = builder.zone()
    builder.link(zone, other)
    builder.group(builder.endpoint("pe-shop", registry, endpoints, 4), zone)
    builder.link(bodies.put(builder, rid(ZONES, f"westeurope.data.{builder.zone_name}"), ZONES, {}), network)
    builder.app("web", builder.environment("cae", infrastructure), "shop.azurecr.io/web:1")
    found = diagnosed(builder)
    assert (rules(found)[0], kinds(found)) == ("shadowed-registry", [])
    assert found.findings[0].advice == "Give the zone this registry's records."
