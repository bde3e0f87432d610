"""Traps of private DNS: shared records, second endpoints, and what a forwarder has to forward."""

from __future__ import annotations

import pytest

from remediator.core.change import ChangeKind
from tests.core.breaks import APP, zone_of
from tests.core.breaks_dns import hub_answers, record_that_others_need, zones_compete
from tests.core.diagnosing import diagnosed, kinds
from tests.estate_builder import EstateBuilder, healthy, spoke


def an_app_elsewhere() -> EstateBuilder:
    """A second network, not peered, links the zone of the first and has an app that cannot reach the endpoint."""
    builder = healthy()
    network, infrastructure, _ = spoke(builder, "far", 40, group="rg-far")
    builder.link(zone_of(builder), network)
    far = builder.environment("cae-far", infrastructure, group="rg-far")
    builder.app("remote", far, "shop.azurecr.io/remote:1", group="rg-far")
    return builder


def test_the_networks_are_peered_rather_than_given_a_second_endpoint() -> None:
    """A second endpoint would take the shared record from the first network's app, and its end would delete it."""
    diagnosis = diagnosed(an_app_elsewhere())
    assert kinds(diagnosis) == ["create-peering"] * 2
    assert diagnosis.foresight.broken == ()


@pytest.mark.parametrize("grouped", [True, False], ids=["a zone group", "records by hand"])
def test_a_lost_login_record_is_no_reason_for_a_second_endpoint(grouped: bool) -> None:
    """The zone that the far network asks is the first endpoint's: its record is written again, and they are peered."""
    builder = an_app_elsewhere()
    builder.drop(APP)
    zone = zone_of(builder)
    builder.drop(f"{zone}/A/shop")
    if not grouped:
        for key in [key for key in builder.bodies if "/privatednszonegroups/" in key]:
            builder.drop(key)
    diagnosis = diagnosed(builder)
    writes = "update-dns-zone-group" if grouped else "create-dns-zone-group"
    assert sorted(kinds(diagnosis)) == sorted(["create-peering", "create-peering", writes])
    assert [path.consumer.name for path in diagnosis.foresight.mended] == ["remote"]


def test_no_plan_takes_a_record_from_those_who_use_it() -> None:
    """Where two endpoints write one record and both are used, the record stays as it is and nobody's endpoint goes."""
    planned = kinds(diagnosed(record_that_others_need()))
    assert not {"update-dns-zone-group", "update-dns-record", "delete-private-endpoint"} & set(planned)


def test_a_second_zone_of_the_name_is_never_linked() -> None:
    """Azure refuses it (overlapping namespaces): the records go into the zone that the network links already."""
    diagnosis = diagnosed(zones_compete())
    assert not [change for change in diagnosis.plan.changes if change.kind is ChangeKind.CREATE_LINK]


def test_the_owner_of_a_forwarder_hears_the_public_name() -> None:
    """A server that forwards `privatelink.azurecr.io` alone never sees the question: it must forward `azurecr.io`."""
    (finding,) = diagnosed(hub_answers("10.99.0.4")).findings
    assert finding.rule == "custom-dns"
    assert "azurecr.io" in finding.advice.replace("privatelink.azurecr.io", "")
    assert "168.63.129.16" in finding.advice
