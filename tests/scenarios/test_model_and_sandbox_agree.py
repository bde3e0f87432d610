"""Random estates: the model never says ok where a pull fails in the sandbox, nor broken where it works."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.core.desired import Decision
from remediator.core.pull_path import Verdict
from tests.core.breaks import APP, hub_and_spoke
from tests.core.diagnosing import diagnosed
from tests.estate_builder import EstateBuilder, healthy
from tests.scenarios.sandboxed import Sandboxed

Fault = Callable[[EstateBuilder], None]


def all_of(builder: EstateBuilder, part: str) -> list[str]:
    """The ids of the bodies whose key holds a part of an id."""
    return [body["id"] for key, body in list(builder.bodies.items()) if part in key]


def drop(part: str) -> Fault:
    def fault(builder: EstateBuilder) -> None:
        for resource in all_of(builder, part):
            builder.drop(resource)

    fault.__name__ = f"drop {part}"
    return fault


def set_each(part: str, key: str, value: object) -> Fault:
    def fault(builder: EstateBuilder) -> None:
        for resource in all_of(builder, part):
            builder.get(resource)["properties"][key] = value

    fault.__name__ = f"set {key}={value} on {part}"
    return fault


SIDES = (("/registries/", "privateEndpointConnections"), ("/privateendpoints/", "privateLinkServiceConnections"))


def connections(status: str) -> Fault:
    def fault(builder: EstateBuilder) -> None:
        for part, key in SIDES:
            for resource in all_of(builder, part):
                for connection in builder.get(resource)["properties"].get(key, ()):
                    connection["properties"]["privateLinkServiceConnectionState"]["status"] = status

    fault.__name__ = f"connections {status}"
    return fault


def open_registry(builder: EstateBuilder) -> None:
    properties = builder.get(all_of(builder, "/registries/shop")[0])["properties"]
    properties.update(publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Allow", "ipRules": []})


def deny_by_default(builder: EstateBuilder) -> None:
    properties = builder.get(all_of(builder, "/registries/shop")[0])["properties"]
    properties.update(publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Deny", "ipRules": []})


FAULTS: tuple[Fault, ...] = (
    drop("/virtualnetworklinks/to-vnet-spoke"),
    drop("/a/shop.westeurope.data"),
    drop("/a/"),
    drop("/privatednszones"),
    drop("/privatednszonegroups"),
    drop("/virtualnetworkpeerings/to-vnet-hub"),
    drop("/virtualnetworkpeerings/"),
    set_each("/a/shop", "aRecords", [{"ipv4Address": "10.20.4.77"}]),
    set_each("/virtualnetworklinks/", "resolutionPolicy", "NxDomainRedirect"),
    set_each("/virtualnetworkpeerings/", "peeringState", "Disconnected"),
    set_each("/virtualnetworkpeerings/to-vnet-hub", "peeringState", "Initiated"),
    set_each("/managedenvironments/", "vnetConfiguration", None),
    connections("Pending"),
    connections("Rejected"),
    connections("Disconnected"),
    open_registry,
    deny_by_default,
)

estates = st.tuples(st.sampled_from([healthy, hub_and_spoke]), st.lists(st.sampled_from(FAULTS), max_size=4))


def build(chosen: tuple[Callable[[], EstateBuilder], list[Fault]]) -> EstateBuilder:
    builder = chosen[0]()
    for fault in chosen[1]:
        fault(builder)
    return builder


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(estates)
def test_the_verdict_is_what_a_pull_says(chosen: tuple[Callable[[], EstateBuilder], list[Fault]]) -> None:
    """Ok pulls, broken does not; unknown claims nothing."""
    builder = build(chosen)
    world = Sandboxed.of(builder.document())
    for path in diagnosed(builder).paths:
        if path.verdict is not Verdict.UNKNOWN:
            assert (path.verdict is Verdict.OK) == world.pulls(APP), path.hops


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(estates)
def test_a_plan_that_may_be_applied_makes_the_pull_work(
    chosen: tuple[Callable[[], EstateBuilder], list[Fault]],
) -> None:
    """Whatever was broken: a plan that the policy does not forbid leaves a working pull and nothing more to do."""
    world = Sandboxed.of(build(chosen).document())
    diagnosis = world.diagnose()
    if not diagnosis.plan or diagnosis.ruling is None or diagnosis.ruling.decision is Decision.FORBID:
        return
    world.apply(diagnosis.plan)
    assert (world.pulls(APP), world.diagnose().plan.changes) == (True, ())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(getattr(fault, "__name__", fault)))
def test_every_fault_changes_something(fault: Fault) -> None:
    """A fault that finds nothing to do would make the properties above empty."""
    changed = [base().document() != build((base, [fault])).document() for base in (healthy, hub_and_spoke)]
    assert any(changed)
