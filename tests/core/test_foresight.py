"""What a plan would do to everybody else."""

from __future__ import annotations

from remediator.core.desired import Decision
from remediator.core.diagnosis import Focus
from remediator.core.resource_id import ResourceId
from tests.core.diagnosing import diagnosed, kinds
from tests.estate_builder import HUB_SUB, EstateBuilder, rid, spoke

ALLOWED = {
    "publicNetworkAccess": "Enabled",
    "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "203.0.113.9"}]},
}


def two_networks(**registry: object) -> tuple[EstateBuilder, str, str, str]:
    """An app in network `one`; network `two` (other group) links a zone that knows nothing of the registry."""
    builder = EstateBuilder()
    one, infrastructure, _ = spoke(builder, "one", 20)
    two, other, _ = spoke(builder, "two", 30, group="rg-two")
    builder.registry("shop", **registry)
    zone = builder.zone(group="rg-two")
    builder.link(zone, two)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder, one, two, other


def test_a_first_endpoint_that_hides_the_registry_elsewhere_is_shielded() -> None:
    """A network that links a zone without the record is let fall back before the endpoint comes."""
    builder, *_ = two_networks(**ALLOWED)
    planned = kinds(diagnosed(builder))
    assert planned.index("update-vnet-link") < planned.index("create-private-endpoint")


def test_a_closed_registry_has_nothing_to_lose_elsewhere() -> None:
    """A registry without public access is hidden from nobody: no link is touched."""
    builder, *_ = two_networks()
    assert "update-vnet-link" not in kinds(diagnosed(builder))


def test_a_consumer_whose_path_may_work_is_not_broken() -> None:
    """A consumer that an address rule may let in keeps a path that is not broken."""
    builder, _, two, other = two_networks(**ALLOWED)
    subnet = builder.get(two)["properties"]["subnets"][0]["properties"]
    subnet["natGateway"] = {"id": rid("Microsoft.Network/natGateways", "nat")}
    builder.app(
        "reports", builder.environment("cae-two", other, group="rg-two"), "shop.azurecr.io/reports:1", group="rg-two"
    )
    diagnosis = diagnosed(builder)
    assert (diagnosis.foresight.broken, diagnosis.foresight.cut_off) == ((), ())


def test_a_new_link_falls_back_when_the_zone_lacks_other_registries() -> None:
    """Linking a zone for one registry does not hide another one that has its endpoint elsewhere."""
    builder = EstateBuilder()
    _, infrastructure, endpoints = spoke(builder)
    _, _, far = spoke(builder, "far", 40, group="rg-far")
    zone = builder.zone()
    builder.group(builder.endpoint("pe-shop", builder.registry("shop"), endpoints, 4), zone)
    builder.endpoint("pe-far", builder.registry("tools", closed=False, group="rg-far"), far, 4, group="rg-far")
    environment = builder.environment("cae", infrastructure)
    builder.app("orders", environment, "shop.azurecr.io/orders:1")
    builder.app("build", environment, "tools.azurecr.io/build:1")
    diagnosis = diagnosed(builder, focus=Focus(ResourceId(rid("Microsoft.ContainerRegistry/registries", "shop"))))
    link = diagnosis.plan.changes[0].after or {}
    assert (kinds(diagnosis), link["resolutionPolicy"]) == (["create-vnet-link"], "NxDomainRedirect")
    assert diagnosis.foresight.unchanged == 1


def test_one_endpoint_in_the_hub_serves_two_spokes() -> None:
    """Two spokes of one hub get one endpoint there, not one each."""
    builder = EstateBuilder()
    hub, _, _ = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-hub")
    builder.registry("shop")
    for name, octet in (("one", 20), ("two", 30)):
        network, infrastructure, _ = spoke(builder, name, octet)
        builder.peer(network, hub)
        builder.app(f"app-{name}", builder.environment(f"cae-{name}", infrastructure), "shop.azurecr.io/a:1")
    diagnosis = diagnosed(builder)
    created = [c.target.name for c in diagnosis.plan.changes if c.kind.value == "create-private-endpoint"]
    assert (created, len(diagnosis.foresight.mended)) == (["pe-shop-vnet-hub"], 2)


def test_a_remedy_that_mends_nothing_is_not_planned() -> None:
    """Two networks that no zone can serve together: only what mends a path is planned, the rest is left to people."""
    builder = EstateBuilder()
    builder.registry("shop")
    for name, octet in (("one", 20), ("two", 30)):
        _, infrastructure, _ = spoke(builder, name, octet)
        builder.app(f"app-{name}", builder.environment(f"cae-{name}", infrastructure), "shop.azurecr.io/a:1")
    diagnosis = diagnosed(builder)
    assert (kinds(diagnosis).count("create-private-endpoint"), len(diagnosis.foresight.mended)) == (1, 1)


def test_a_plan_that_would_break_somebody_is_forbidden() -> None:
    """When a network would lose the registry and nothing brings it back, the ruling is forbid and says whom."""
    builder, _, two, _ = two_networks(**ALLOWED)
    builder.drop(rid("Microsoft.Network/privateDnsZones", builder.zone_name, group="rg-two"))
    zone = builder.zone()
    builder.link(zone, two)
    ruling = diagnosed(builder).ruling
    assert ruling is not None
    assert (ruling.decision, any("vnet-two" in reason for reason in ruling.reasons)) == (Decision.FORBID, True)
