"""Each rule, seen through a diagnosis of an estate in which only its fault was made."""

from __future__ import annotations

import pytest

from remediator.core.desired import Decision
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rules import RULES
from tests.core.breaks import BREAKS, hub_and_spoke
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.estate_builder import EstateBuilder, healthy, spoke

NAMES = sorted(BREAKS)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_finding_names_the_fault(name: str) -> None:
    """The first finding of a broken estate is the rule whose fault was made, at the resource where it was made."""
    build, rule, target, _ = BREAKS[name]
    finding = diagnosed(build()).findings[0]
    assert (rule, True) == (finding.rule, finding.target.text.endswith(target)), finding.target.text


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_holds_the_fewest_changes(name: str) -> None:
    """The plan is exactly what mends the fault, in a safe order, and nothing where only a person can."""
    build, _, _, changes = BREAKS[name]
    assert changes == kinds(diagnosed(build()))


@pytest.mark.parametrize("name", [n for n in NAMES if BREAKS[n][3]])
def test_a_plan_mends_every_broken_path_and_breaks_none(name: str) -> None:
    """Foresight of a plan: every path is ok afterwards."""
    diagnosis = diagnosed(BREAKS[name][0]())
    foresight = diagnosis.foresight
    assert ([*foresight.broken], len(foresight.mended)) == ([], 1)
    assert foresight.unchanged == sum(path.verdict is Verdict.OK for path in diagnosis.paths)


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_breaks_the_path_at_one_hop(name: str) -> None:
    """The path is broken, its deciding hop carries the rule, and all hops before it are ok."""
    path = next(path for path in diagnosed(BREAKS[name][0]()).paths if path.consumer.name == "orders")
    assert (Verdict.BROKEN, BREAKS[name][1]) == (path.verdict, path.deciding.rule if path.deciding else None)
    assert all(hop.verdict is Verdict.OK for hop in path.hops[:-1])


@pytest.mark.parametrize("build", [healthy, hub_and_spoke, lambda: healthy("AzureChinaCloud", "chinanorth3")])
def test_a_healthy_estate_gives_nothing(build: type[EstateBuilder]) -> None:
    """A healthy estate has no finding, no plan and an ok path through every hop."""
    diagnosis = diagnosed(build())
    assert (diagnosis.findings, diagnosis.plan.changes, diagnosis.ruling) == ((), (), None)
    assert [(hop.name, hop.verdict) for hop in diagnosis.paths[0].hops] == [(name, Verdict.OK) for name in HopName]


def test_every_rule_of_this_table_has_a_break() -> None:
    """No rule that breaks a path is left without an estate that shows it."""
    shown = {rule for _, rule, _, _ in BREAKS.values()}
    posture_or_unknown = {
        "public-network-access",
        "default-action",
        "ip-rules",
        "trusted-services",
        "dns-zone-group",
    }
    assert {rule.id for rule in RULES} == shown | posture_or_unknown


def test_without_a_document_people_are_asked() -> None:
    """A plan made without a desired-state document is never applied by itself."""
    ruling = diagnosed(BREAKS["link removed"][0]()).ruling
    assert ruling is not None
    assert Decision.ASK is ruling.decision


def test_custom_dns_servers_make_the_path_unknown() -> None:
    """A network that asks its own DNS servers is neither healthy nor broken, and nothing is planned for it."""
    builder = EstateBuilder()
    network, infrastructure, endpoints = spoke(builder, dns=["10.9.9.9"])
    registry = builder.registry("shop")
    zone = builder.zone()
    builder.group(builder.endpoint("pe-shop", registry, endpoints, 4), zone)
    builder.link(zone, network)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    diagnosis = diagnosed(builder)
    assert (diagnosis.paths[0].verdict, rules(diagnosis), kinds(diagnosis)) == (Verdict.UNKNOWN, ["custom-dns"], [])
