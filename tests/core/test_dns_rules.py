"""Competing zones and shared records, seen through diagnoses of small estates."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding, Severity
from remediator.core.pull_path import Verdict
from tests.core.breaks import HUB_SUB, NETWORK
from tests.core.breaks_dns import (
    two_endpoints,
    zones_compete,
)
from tests.core.diagnosing import diagnosed, kinds
from tests.core.pulling_in_public import judged
from tests.estate_builder import EstateBuilder, healthy, rid, spoke

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN
Build = Callable[[], EstateBuilder]
OWN = rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
CENTRAL = rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io", sub=HUB_SUB, group="rg-dns")
SHOP = rid("Microsoft.ContainerRegistry/registries", "shop")


def finding(found: Diagnosis, rule: str) -> Finding:
    return next(one for one in found.findings if one.rule == rule)


def falls_back(build: Build) -> EstateBuilder:
    """The link to the central zone asks in public for names that the zone lacks."""
    builder = build()
    link = f"{CENTRAL}/virtualNetworkLinks/to-vnet-spoke"
    builder.get(link)["properties"]["resolutionPolicy"] = "NxDomainRedirect"
    return builder


def opened(build: Build) -> EstateBuilder:
    builder = build()
    builder.get(SHOP)["properties"].update(
        publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Allow", "ipRules": []}
    )
    return builder


def without_group(build: Build) -> EstateBuilder:
    """The records of the own zone are kept by hand."""
    builder = build()
    builder.drop(rid("Microsoft.Network/privateEndpoints", "pe-shop") + "/privateDnsZoneGroups/default")
    return builder


def data_missing_only() -> EstateBuilder:
    """The linked zone has the login record, so it is the registry's zone: the other one is no rival."""
    builder = zones_compete()
    builder.record(CENTRAL, "shop", "10.20.4.5")
    return builder


def nobody_has_it() -> EstateBuilder:
    """No zone has a record of the registry, and no group writes one."""
    builder = without_group(zones_compete)
    for name in ("shop", "shop.westeurope.data"):
        builder.drop(f"{OWN}/A/{name}")
    return builder


def written_to_both() -> EstateBuilder:
    """The endpoint's group writes to the linked zone too, where somebody deleted the login record."""
    builder = zones_compete()
    builder.group(rid("Microsoft.Network/privateEndpoints", "pe-shop"), OWN, CENTRAL)
    builder.drop(f"{CENTRAL}/A/shop")
    return builder


ZONES: dict[str, tuple[Build, tuple[Verdict, str | None], list[str]]] = {
    "the linked zone lacks the registry": (
        zones_compete,
        (BROKEN, "competing-zone"),
        ["create-dns-record", "create-dns-record"],
    ),
    "the link falls back": (
        lambda: falls_back(zones_compete),
        (BROKEN, "competing-zone"),
        ["create-dns-record", "create-dns-record"],
    ),
    "an open registry": (
        lambda: opened(zones_compete),
        (BROKEN, "competing-zone"),
        ["create-dns-record", "create-dns-record"],
    ),
    "an open registry, and the link falls back": (lambda: falls_back(lambda: opened(zones_compete)), (OK, None), []),
    "records by hand in the other zone": (
        lambda: without_group(zones_compete),
        (BROKEN, "competing-zone"),
        ["create-dns-zone-group"],
    ),
    "a data record alone": (data_missing_only, (BROKEN, "dns-record"), ["create-dns-record"]),
    "the group writes to both zones, and one record was lost": (
        written_to_both,
        (BROKEN, "dns-record"),
        ["update-dns-zone-group"],
    ),
    "no zone has a record": (nobody_has_it, (BROKEN, "dns-record"), ["create-dns-zone-group"]),
}


@pytest.mark.parametrize("name", ZONES)
def test_the_records_go_into_the_zone_that_is_linked(name: str) -> None:
    """A network links one zone of a name: what it lacks is written there, a second link is never planned."""
    build, expected, planned = ZONES[name]
    found = diagnosed(build())
    assert (judged(found), kinds(found)) == (expected, planned)


def test_both_zones_are_named() -> None:
    """The finding is about the linked zone; its evidence names the one that has the records."""
    found = finding(diagnosed(zones_compete()), "competing-zone")
    assert (found.target.text, any(OWN in line for line in found.evidence)) == (CENTRAL, True)


def test_records_in_the_linked_zone_are_those_of_the_endpoint() -> None:
    """Each name gets the endpoint's own address for it."""
    written = {
        change.target.name: (change.after or {})["addresses"] for change in diagnosed(zones_compete()).plan.changes
    }
    assert written == {"shop": ["10.20.4.5"], "shop.westeurope.data": ["10.20.4.4"]}


def near_by_hand() -> EstateBuilder:
    """The endpoint in reach has no zone group at all, and its records were overwritten."""
    return without_group(lambda: two_endpoints(far_app=False))


def peered_with_the_far_one() -> EstateBuilder:
    builder = two_endpoints(far_app=False)
    builder.peer(NETWORK, rid("Microsoft.Network/virtualNetworks", "vnet-far", group="rg-far"))
    return builder


def far_in_a_zone_of_its_own() -> EstateBuilder:
    """A second endpoint in another region, with a zone in a group of its own, as the documentation advises."""
    builder = healthy()
    network, _, endpoints = spoke(builder, "far", 40, group="rg-far")
    zone = builder.zone(group="rg-far")
    builder.group(builder.endpoint("pe-far", SHOP, endpoints, 4, group="rg-far"), zone)
    builder.link(zone, network)
    return builder


def far_rejected() -> EstateBuilder:
    """The far endpoint's connection was rejected: nobody writes the record but ours."""
    builder = healthy()
    _, _, endpoints = spoke(builder, "far", 40, group="rg-far")
    builder.endpoint("pe-far", SHOP, endpoints, 4, status="Rejected", group="rg-far")
    return builder


RECORDS: dict[str, tuple[Build, tuple[Verdict, str | None], list[str]]] = {
    "the far one wrote last": (
        lambda: two_endpoints(far_app=False),
        (BROKEN, "shared-record"),
        ["update-dns-zone-group"],
    ),
    "the near one has no group": (near_by_hand, (BROKEN, "shared-record"), ["create-dns-zone-group"]),
    "the far one is peered": (peered_with_the_far_one, (OK, None), []),
    "a zone for each": (far_in_a_zone_of_its_own, (OK, None), []),
    "the far one is rejected": (far_rejected, (OK, None), []),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_leads_out_of_reach(name: str) -> None:
    """Broken where the last writer's endpoint is out of reach and another one, in reach, writes there too."""
    build, expected, planned = RECORDS[name]
    found = diagnosed(build())
    assert (judged(found), kinds(found)) == (expected, planned)


def test_two_writers_are_a_risk_while_it_works() -> None:
    """Where the record leads to an endpoint in reach, the second writer is a risk, with no change of ours."""
    found = finding(diagnosed(peered_with_the_far_one()), "shared-record")
    assert (found.severity, found.remedy, bool(found.advice)) == (Severity.RISK, (), True)
    assert all(any(name in line for line in found.evidence) for name in ("pe-shop", "pe-far"))


@pytest.mark.parametrize("build", [far_in_a_zone_of_its_own, far_rejected, healthy])
def test_one_writer_is_no_risk(build: Build) -> None:
    """Endpoints that write to zones of their own, or do not write, take nothing from each other."""
    assert "shared-record" not in {one.rule for one in diagnosed(build()).findings}


def both_addresses() -> EstateBuilder:
    """The record holds the near address first, then the far one: every other answer leads nowhere."""
    builder = two_endpoints(far_app=False)
    builder.get(f"{OWN}/A/shop")["properties"]["aRecords"] = [
        {"ipv4Address": "10.20.4.5"},
        {"ipv4Address": "10.40.4.5"},
    ]
    return builder


def test_of_two_addresses_the_one_out_of_reach_is_named() -> None:
    """A record with both addresses leads to the far endpoint too, and that is the one the finding is about."""
    found = finding(diagnosed(both_addresses()), "shared-record")
    assert "leads to pe-far in vnet-far" in found.summary
