"""Which consumers and registries count, and what a focus leaves out."""

from __future__ import annotations

from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.diagnosis import Focus
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from tests.core.breaks import ENVIRONMENT, REGISTRY, link_removed
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.estate_builder import EstateBuilder, closed_without_endpoint, healthy, rid, spoke


def test_jobs_and_init_containers_are_consumers() -> None:
    """A job's image and an init container's image each make a pull path."""
    builder = healthy()
    builder.app("nightly", ENVIRONMENT, "shop.azurecr.io/nightly:1", kind="jobs")
    builder.app("front", ENVIRONMENT, "mcr.microsoft.com/front:1", init=("shop.azurecr.io/migrate:1",))
    assert [path.consumer.name for path in diagnosed(builder).paths] == ["front", "orders", "nightly"]


def test_other_registries_are_not_ours() -> None:
    """An app that pulls from elsewhere has no pull path here."""
    builder = healthy()
    builder.app("web", ENVIRONMENT, "ghcr.io/acme/web:1", "nginx:1")
    assert [path.consumer.name for path in diagnosed(builder).paths] == ["orders"]


def test_a_registry_that_nobody_read_gives_an_unknown_path() -> None:
    """An ACR host that no registry of the estate has is unknown, without a finding."""
    builder = healthy()
    builder.app("web", ENVIRONMENT, "elsewhere.azurecr.io/web:1")
    verdicts = {path.host: path.verdict for path in diagnosed(builder).paths}
    assert verdicts == {"shop.azurecr.io": Verdict.OK, "elsewhere.azurecr.io": Verdict.UNKNOWN}


def test_a_login_server_with_a_hash_label_is_recognised() -> None:
    """The login server is read from the registry, never built from its name."""
    builder = EstateBuilder()
    network, infrastructure, endpoints = spoke(builder)
    registry = builder.registry("shop", login="shop-a1b2c3.azurecr.io")
    zone = builder.zone()
    builder.group(builder.endpoint("pe-shop", registry, endpoints, 4), zone)
    builder.link(zone, network)
    builder.app("orders", builder.environment("cae", infrastructure), "shop-a1b2c3.azurecr.io/orders:1")
    assert [path.verdict for path in diagnosed(builder).paths] == [Verdict.OK]


def test_a_focus_leaves_other_registries_alone() -> None:
    """Asked about one registry, nothing is planned for another one that is broken too."""
    builder = link_removed()
    builder.registry("other")
    builder.app("web", ENVIRONMENT, "other.azurecr.io/web:1")
    focus = Focus(ResourceId(rid("Microsoft.ContainerRegistry/registries", "shop")))
    diagnosis = diagnosed(builder, focus=focus)
    assert (rules(diagnosis), kinds(diagnosis)) == (["vnet-link"], ["create-vnet-link"])


def test_a_focus_compares_ids_without_case() -> None:
    """An event's lower-case id finds the registry that the body spells otherwise."""
    shop = rid("Microsoft.ContainerRegistry/registries", "shop").lower().replace("resourcegroups", "RESOURCEGROUPS")
    assert rules(diagnosed(link_removed(), focus=Focus(ResourceId(shop)))) == ["vnet-link"]


def test_an_open_registry_without_a_document_is_reported_and_left_alone() -> None:
    """Drifts from the defaults are findings with an empty remedy: nobody's registry is closed."""
    builder = closed_without_endpoint("AzureCloud", "westeurope")
    builder.registry("shop", closed=False)
    diagnosis = diagnosed(builder)
    assert rules(diagnosis) == ["public-network-access", "default-action", "private-endpoint"]
    assert (kinds(diagnosis), [path.verdict for path in diagnosis.paths]) == ([], [Verdict.OK])


def test_a_declared_closing_builds_the_private_path_first() -> None:
    """A document that closes a registry gets its private path before the switches."""
    builder = closed_without_endpoint("AzureCloud", "westeurope")
    builder.registry("shop", closed=False)
    diagnosis = diagnosed(builder, DesiredState(declared=True))
    private = ["create-dns-zone", "create-private-endpoint", "create-dns-zone-group", "create-vnet-link"]
    assert [*private, "update-registry", "update-registry"] == kinds(diagnosis)
    assert diagnosis.foresight.broken == ()


def test_records_kept_by_hand_are_a_drift() -> None:
    """Right records without a zone group work today and are reported as a drift of the endpoint."""
    builder = healthy()
    endpoint = rid("Microsoft.Network/privateEndpoints", "pe-shop")
    builder.drop(f"{endpoint}/privateDnsZoneGroups/default")
    builder.records_of(endpoint, rid("Microsoft.Network/privateDnsZones", builder.zone_name), by_hand=True)
    diagnosis = diagnosed(builder)
    assert (rules(diagnosis), kinds(diagnosis)) == (["dns-zone-group"], [])
    assert kinds(diagnosed(builder, DesiredState(declared=True))) == ["create-dns-zone-group"]


def test_the_trusted_services_switch_is_never_a_cure() -> None:
    """No plan for a broken path touches the bypass switch."""
    builder = closed_without_endpoint()
    builder.get(REGISTRY)["properties"]["networkRuleBypassOptions"] = "None"
    assert "update-registry" not in kinds(diagnosed(builder))


def test_a_declared_bypass_that_differs_is_a_drift() -> None:
    """The switch is compared only where the document says something about it."""
    declared = DesiredState(declared=True, registries=(RegistryIntent(bypass="None"),))
    assert rules(diagnosed(healthy(), declared)) == ["trusted-services"]


def test_findings_of_several_apps_about_one_thing_are_one_finding() -> None:
    """Two apps behind one missing link give one finding that names both paths."""
    builder = link_removed()
    builder.app("web", ENVIRONMENT, "shop.azurecr.io/web:1")
    findings = diagnosed(builder).findings
    assert (len(findings), len(findings[0].paths)) == (1, 2)
