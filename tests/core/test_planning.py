"""How a plan is found: whose paths it mends, which way it takes, and what it leaves out and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from remediator.core import drafting
from remediator.core.desired import Decision, DesiredState, RegistryIntent
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from tests.core.breaks import ENVIRONMENT, HUB_SUB, NETWORK, link_removed
from tests.core.breaks_dns import two_endpoints
from tests.core.diagnosing import diagnosed, kinds
from tests.core.test_foresight import ALLOWED, two_networks
from tests.estate_builder import EstateBuilder, healthy, rid, spoke

REGISTRIES = "Microsoft.ContainerRegistry/registries"
ZONES = "Microsoft.Network/privateDnsZones"


def focus(name: str) -> Focus:
    return Focus(ResourceId(rid(REGISTRIES, name)))


def targets(found: Diagnosis) -> list[str]:
    """What the plan writes, by name."""
    return [change.target.name for change in found.plan.changes]


def shelf(*names: str, group: str = "rg-app", octet: int = 20, network: str = "spoke") -> EstateBuilder:
    """One network with an endpoint, records and an app for each registry; the last data record of each is missing."""
    builder = EstateBuilder()
    add_shelf(builder, *names, group=group, octet=octet, network=network)
    return builder


def add_shelf(builder: EstateBuilder, *names: str, group: str, octet: int, network: str) -> None:
    made, infrastructure, endpoints = spoke(builder, network, octet, group=group)
    zone = builder.zone(group=group)
    builder.link(zone, made)
    environment = builder.environment(f"cae-{network}", infrastructure, group=group)
    for n, name in enumerate(names):
        endpoint = builder.endpoint(
            f"pe-{name}", builder.registry(name, group=group), endpoints, 4 + 2 * n, group=group
        )
        builder.group(endpoint, zone)
        builder.drop(f"{zone}/A/{name}.westeurope.data")
        builder.app(f"app-{name}", environment, f"{name}.azurecr.io/a:1", group=group)


def test_several_registries_are_mended_at_once() -> None:
    """Each registry has its own change, in one plan."""
    found = diagnosed(shelf("shop", "tools", "base"))
    assert kinds(found) == ["update-dns-zone-group"] * 3
    assert {change.target.parent.name for change in found.plan.changes if change.target.parent} == {
        "pe-shop",
        "pe-tools",
        "pe-base",
    }


def test_what_two_registries_need_together_is_made_once() -> None:
    """Two closed registries of one network share a zone and its link, and have an endpoint and a zone group each."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder)
    environment = builder.environment("cae", infrastructure)
    for name in ("shop", "tools"):
        builder.registry(name)
        builder.app(f"app-{name}", environment, f"{name}.azurecr.io/a:1")
    found = diagnosed(builder)
    assert kinds(found) == [
        "create-dns-zone",
        *["create-private-endpoint"] * 2,
        *["create-dns-zone-group"] * 2,
        "create-vnet-link",
    ]
    assert len(found.foresight.mended) == 2


def test_several_apps_behind_one_fault_are_one_change() -> None:
    """Three apps, one of them a job, that miss one link give one change and one finding with three paths."""
    builder = link_removed()
    builder.app("web", ENVIRONMENT, "shop.azurecr.io/web:1")
    builder.app("nightly", ENVIRONMENT, "shop.azurecr.io/nightly:1", kind="jobs")
    found = diagnosed(builder)
    assert (kinds(found), len(found.foresight.mended), len(found.findings[0].paths)) == (["create-vnet-link"], 3, 3)


@pytest.mark.parametrize("name", ["shop", "tools"])
def test_a_focus_mends_its_registry_only(name: str) -> None:
    """Asked about one of two broken registries, nothing is planned for the other one."""
    found = diagnosed(shelf("shop", "tools"), focus=focus(name))
    assert [change.target.parent.name for change in found.plan.changes if change.target.parent] == [f"pe-{name}"]


def listed_in_part() -> EstateBuilder:
    """shop has no endpoint; tools denies by default and lists one of two addresses of the network's NAT gateway."""
    builder = EstateBuilder()
    network, infrastructure, _ = spoke(builder)
    kind, nat = "Microsoft.Network/publicIPAddresses", rid("Microsoft.Network/natGateways", "nat")
    addresses = [rid(kind, f"ip{n}") for n in (1, 2)]
    for n, one in enumerate(addresses, 1):
        builder.add({"id": one, "name": f"ip{n}", "type": kind, "properties": {"ipAddress": f"203.0.113.{n}"}})
    held = {"publicIpAddresses": [{"id": one} for one in addresses]}
    builder.add({"id": nat, "name": "nat", "type": "Microsoft.Network/natGateways", "properties": held})
    builder.get(network)["properties"]["subnets"][0]["properties"]["natGateway"] = {"id": nat}
    rules = {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "203.0.113.1"}]}
    builder.registry("tools", publicNetworkAccess="Enabled", networkRuleSet=rules)
    builder.registry("shop")
    environment = builder.environment("cae", infrastructure)
    builder.app("orders", environment, "shop.azurecr.io/orders:1")
    builder.app("build", environment, "tools.azurecr.io/build:1")
    return builder


LISTED = RegistryIntent(
    match="tools",
    public_network_access="Enabled",
    default_action="Deny",
    ip_rules=("203.0.113.1", "203.0.113.2"),
    private_path=False,
)


@pytest.mark.parametrize(("name", "planned"), [("tools", True), ("shop", False)])
def test_a_focus_leaves_an_unknown_path_of_another_registry_alone(name: str, planned: bool) -> None:
    """A path that is not known before is mended only when it was asked about, though its finding has a remedy."""
    desired = DesiredState(declared=True, registries=(LISTED, RegistryIntent()))
    assert ("tools" in targets(diagnosed(listed_in_part(), desired, focus(name)))) is planned


def test_another_way_is_taken_when_the_first_one_harms() -> None:
    """The record that both networks need stays as it is: the networks are peered instead, and nobody loses anything."""
    found = diagnosed(two_endpoints(far_app=True))
    assert (kinds(found), found.foresight.broken) == (["create-peering"] * 2, ())
    finding = next(one for one in found.findings if one.rule == "shared-record")
    assert ([change.kind.value for change in finding.remedy], finding.alternatives) == (["create-peering"] * 2, ())


def test_the_first_way_is_taken_where_it_harms_nobody() -> None:
    """The record is written again where no known app needs it as it is."""
    assert kinds(diagnosed(two_endpoints(far_app=False))) == ["update-dns-zone-group"]


def without_another_way() -> EstateBuilder:
    """Two networks need one record each for itself, and their ranges overlap, so that no peering is possible."""
    builder = two_endpoints(far_app=True)
    far = builder.get(rid("Microsoft.Network/virtualNetworks", "vnet-far", group="rg-far"))
    far["properties"]["addressSpace"]["addressPrefixes"] = ["10.40.0.0/16", "10.20.128.0/17"]
    return builder


def test_without_a_way_that_harms_nobody_nothing_is_planned() -> None:
    """Where each way takes from one what it gives another, a person has to decide."""
    found = diagnosed(without_another_way())
    assert (found.plan.changes, found.findings[0].rule, bool(found.findings[0].advice)) == ((), "shared-record", True)


def test_a_way_that_would_take_from_somebody_else_is_named() -> None:
    """The advice says which path the record's rewriting would have broken."""
    finding = diagnosed(without_another_way()).findings[0]
    assert finding.advice.startswith("Not planned, because ")
    assert "remote" in finding.advice


def harmful(innocent: str) -> EstateBuilder:
    """A first endpoint of shop would cut off network two; tools, in a group of its own, lacks a data record."""
    builder, _, two, _ = two_networks(**ALLOWED)
    builder.drop(rid(ZONES, builder.zone_name, group="rg-two"))
    builder.link(builder.zone(), two)
    add_shelf(builder, "tools", group=innocent, octet=60, network="beside")
    return builder


@pytest.mark.parametrize("group", ["rg-aaa", "rg-zzz"])
def test_what_would_harm_is_left_out_and_the_rest_is_mended(group: str) -> None:
    """One mend that would break something does not keep another one from being planned, whatever their order."""
    found = diagnosed(harmful(group))
    assert (kinds(found), [path.consumer.name for path in found.foresight.mended]) == (
        ["update-dns-zone-group"],
        ["app-tools"],
    )
    assert (found.foresight.broken, found.foresight.cut_off) == ((), ())


@pytest.mark.parametrize("group", ["rg-aaa", "rg-zzz"])
def test_apps_that_share_what_would_harm_are_left_out_together(group: str) -> None:
    """Two apps that need the same harmful endpoint are left out together, and the rest is mended."""
    builder = harmful(group)
    builder.app("web", ENVIRONMENT, "shop.azurecr.io/web:1")
    found = diagnosed(builder)
    assert (kinds(found), found.foresight.cut_off) == (["update-dns-zone-group"], ())


def test_one_that_would_harm_is_found_among_many() -> None:
    """However many mends are planned beside it, the one that would harm is left out."""
    names = [f"reg{n:02}" for n in range(13)]
    builder = harmful("rg-zzz")
    add_shelf(builder, *names, group="rg-zzzz", octet=70, network="many")
    found = diagnosed(builder)
    assert (len(found.foresight.mended), found.foresight.cut_off) == (14, ())


def test_what_is_left_out_says_why() -> None:
    """The finding whose mend is not planned says in its advice whom it would have taken the registry from."""
    finding = next(one for one in diagnosed(harmful("rg-aaa")).findings if one.target.name == "shop")
    assert finding.advice.startswith("Not planned, because ")
    assert "vnet-beside, which links the zone" in finding.advice


def test_a_plan_holds_no_more_remedies_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a plan is cut: the rest stays broken, and is still found."""
    monkeypatch.setattr(drafting, "MAX_REMEDIES", 2)
    found = diagnosed(shelf("shop", "tools", "base", "edge"))
    assert (len(found.plan.changes), len(found.foresight.mended)) == (2, 2)
    assert [path.verdict for path in found.paths] == [Verdict.BROKEN] * 4
    assert sum(one.rule == "dns-record" for one in found.findings) == 4


def test_forty_remedies_are_the_most() -> None:
    """A fleet with more faults than that gets a plan that a policy refuses, not an endless search."""
    found = diagnosed(shelf(*(f"reg{n}" for n in range(45))))
    assert len(found.plan.changes) == 40
    assert found.ruling is not None
    assert found.ruling.decision is Decision.FORBID


def routed_away() -> EstateBuilder:
    """No link, and a security group that drops what would be sent to the endpoint."""
    builder = link_removed()
    group = rid("Microsoft.Network/networkSecurityGroups", "nsg")
    held = {
        "priority": 100,
        "access": "Deny",
        "direction": "Outbound",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "VirtualNetwork",
        "sourcePortRange": "*",
        "destinationPortRange": "443",
    }
    rule = {"id": f"{group}/securityRules/deny", "name": "deny", "properties": held}
    kind = "Microsoft.Network/networkSecurityGroups"
    builder.add({"id": group, "name": "nsg", "type": kind, "properties": {"securityRules": [rule]}})
    builder.get(NETWORK)["properties"]["subnets"][0]["properties"]["networkSecurityGroup"] = {"id": group}
    return builder


def no_image_name() -> EstateBuilder:
    """No link, and the image is named by the private-link name: a link would lead to a name that nobody certifies."""
    builder = link_removed()
    held = builder.get(rid("Microsoft.App/containerApps", "orders"))["properties"]
    held["template"]["containers"][0]["image"] = "shop.privatelink.azurecr.io/orders:1"
    held["configuration"]["registries"][0]["server"] = "shop.privatelink.azurecr.io"
    return builder


@pytest.mark.parametrize("build", [routed_away, no_image_name])
def test_what_mends_no_path_is_not_planned(build: Callable[[], EstateBuilder]) -> None:
    """A link that leads a path from one break to the next is not written: it would mend nothing."""
    found = diagnosed(build())
    assert (found.findings[0].rule, found.findings[0].remedy, found.plan.changes) == ("vnet-link", (), ())


def test_networks_without_known_apps_are_shielded() -> None:
    """A link of a network that would lose the registry falls back first, and says so in the same plan."""
    builder, *_ = two_networks(**ALLOWED)
    found = diagnosed(builder)
    shield = next(change for change in found.plan.changes if change.kind.value == "update-vnet-link")
    assert (shield.after or {})["resolutionPolicy"] == "NxDomainRedirect"
    assert (shield.target.name, found.foresight.cut_off) == ("to-vnet-two", ())


def namesakes(count: int) -> EstateBuilder:
    """Networks of one name in several groups, peered with the hub of the endpoint; none links the zone."""
    builder = EstateBuilder()
    hub, _, endpoints = spoke(builder, "hub", 10, group="rg-hub")
    zone = builder.zone()
    builder.group(builder.endpoint("pe-shop", builder.registry("shop"), endpoints, 4), zone)
    builder.link(zone, hub)
    for octet in range(20, 20 + count):
        network, infrastructure, _ = spoke(builder, "same", octet, group=f"rg-{octet}")
        peered(builder, network, hub, f"to-{octet}")
        environment = builder.environment(f"cae-{octet}", infrastructure, group=f"rg-{octet}")
        builder.app(f"app-{octet}", environment, "shop.azurecr.io/a:1", group=f"rg-{octet}")
    return builder


def peered(builder: EstateBuilder, one: str, hub: str, name: str) -> None:
    """A whole peering; the hub's side has a name of its own, as the networks have not."""
    back = builder.peer(one, hub)[1]
    body: dict[str, Any] = builder.get(back)
    builder.drop(back)
    builder.add({**body, "id": f"{hub}/virtualNetworkPeerings/{name}", "name": name})


def test_networks_of_one_name_have_links_of_their_own() -> None:
    """Each network is linked under a name that no other link has, however many share a name."""
    found = diagnosed(namesakes(4))
    assert (kinds(found), len(set(targets(found))), len(found.foresight.mended)) == (["create-vnet-link"] * 4, 4, 4)


def test_networks_of_one_name_have_peerings_of_their_own() -> None:
    """Each network is peered under a name that no other peering of the hub has."""
    builder = namesakes(4)
    for key in [key for key in builder.bodies if "/virtualnetworkpeerings/" in key]:
        builder.drop(key)
    zone = rid(ZONES, builder.zone_name)
    for octet in range(20, 24):
        network = rid("Microsoft.Network/virtualNetworks", "vnet-same", group=f"rg-{octet}")
        link = builder.get(builder.link(zone, network))
        builder.drop(link["id"])
        builder.add({**link, "id": f"{link['id']}-{octet}", "name": f"{link['name']}-{octet}"})
    found = diagnosed(builder)
    in_hub = [name for name in targets(found) if "same" in name]
    assert (kinds(found), len(set(in_hub)), len(found.foresight.mended)) == (["create-peering"] * 8, 4, 4)


def test_a_healthy_estate_has_no_plan() -> None:
    """Nothing is broken, so nothing is planned, asked or touched."""
    found = diagnosed(healthy())
    assert (found.plan.changes, found.ruling, found.foresight.touched.consumers) == ((), None, ())


def test_a_registry_in_another_subscription_is_mended_where_it_stands() -> None:
    """The endpoint goes beside the app, whichever subscription the registry is in."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder)
    builder.registry("shop", sub=HUB_SUB, group="rg-hub")
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    created = next(one for one in diagnosed(builder).plan.changes if one.kind.value == "create-private-endpoint")
    assert (created.target.resource_group, (created.after or {})["registry"]) == (
        "rg-app",
        rid(REGISTRIES, "shop", sub=HUB_SUB, group="rg-hub"),
    )
