"""Whom a plan touches: the apps and networks within reach of a link, record, peering, endpoint or switch."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.core.blast import Touched, touched_by
from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.resource_id import ResourceId
from tests.core.diagnosing import diagnosed, snapshot_of
from tests.estate_builder import EstateBuilder, rid, spoke

ZONE = rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
SHOP = rid("Microsoft.ContainerRegistry/registries", "shop")
TOOLS = rid("Microsoft.ContainerRegistry/registries", "tools")
ENDPOINT = rid("Microsoft.Network/privateEndpoints", "pe-shop")
NETWORKS = "Microsoft.Network/virtualNetworks"
NOBODY: tuple[list[str], list[str]] = ([], [])


def vnet(name: str) -> str:
    return rid(NETWORKS, f"vnet-{name}", group=f"rg-{name}")


def street() -> EstateBuilder:
    """`one` pulls from both registries, `two` asks DNS in `hub` and pulls from shop, `idle` pulls nothing."""
    builder = EstateBuilder()
    hub, _, endpoints = spoke(builder, "hub", 10, group="rg-hub")
    builder.endpoint("pe-shop", builder.registry("shop"), endpoints, 4)
    builder.registry("tools", closed=False)
    for octet, name, dns in ((20, "one", None), (30, "two", ["10.10.4.40"]), (40, "idle", None)):
        network, infrastructure, _ = spoke(builder, name, octet, group=f"rg-{name}", dns=dns)
        builder.peer(network, hub)
        environment = builder.environment(f"cae-{name}", infrastructure)
        if name != "idle":
            builder.app(f"orders-{name}", environment, "shop.azurecr.io/orders:1")
        if name == "one":
            builder.app("build", environment, "tools.azurecr.io/build:1", "mcr.microsoft.com/x:1")
            builder.app("elsewhere", environment, "ghcr.io/acme/x:1")
    return builder


def change(kind: ChangeKind, target: str, after: dict[str, Any] | None = None, **more: Any) -> Change:
    held = {"before": None, **more}
    return Change(kind=kind, target=ResourceId(target), summary="", after=after, rule="r", **held)


def link(to: str, kind: ChangeKind = ChangeKind.CREATE_LINK) -> Change:
    after = {"network": vnet(to), "resolutionPolicy": "Default", "registration": False}
    return change(kind, f"{ZONE}/virtualNetworkLinks/{to}", after)


def peering(here: str, there: str, kind: ChangeKind = ChangeKind.CREATE_PEERING) -> Change:
    document = {"remote": vnet(there)}
    before, after = (document, None) if kind is ChangeKind.DELETE_PEERING else (None, document)
    return change(kind, f"{vnet(here)}/virtualNetworkPeerings/p", after, before=before)


def record(name: str, kind: ChangeKind = ChangeKind.CREATE_RECORD) -> Change:
    return change(kind, f"{ZONE}/A/{name}", {"addresses": ["10.10.4.5"], "ttl": 300})


def touched(*changes: Change, builder: EstateBuilder | None = None) -> tuple[list[str], list[str]]:
    """The names of the apps and networks."""
    found = touched_by(DesiredState(), snapshot_of(builder or street()), changes)
    return [one.name for one in found.consumers], [one.name.removeprefix("vnet-") for one in found.networks]


ONE_AND_TWO = (["orders-one", "orders-two"], ["one", "two"])
CASES: dict[str, tuple[Change, tuple[list[str], list[str]]]] = {
    "a link to a network": (link("one"), (["build", "orders-one"], ["one"])),
    "a link that is changed": (link("one", ChangeKind.UPDATE_LINK), (["build", "orders-one"], ["one"])),
    "a link to a network without apps": (link("idle"), ([], ["idle"])),
    "a peering": (peering("one", "idle"), (["build", "orders-one"], ["idle", "one"])),
    "a peering that is taken away": (
        peering("one", "idle", ChangeKind.DELETE_PEERING),
        (["build", "orders-one"], ["idle", "one"]),
    ),
    "a login record": (record("shop"), ONE_AND_TWO),
    "a data record": (record("shop.westeurope.data", ChangeKind.UPDATE_RECORD), ONE_AND_TWO),
    "a record of nobody": (record("stranger"), NOBODY),
    "a new endpoint": (
        change(ChangeKind.CREATE_ENDPOINT, f"{ENDPOINT}-2", {"registry": SHOP, "subnet": "s"}),
        ONE_AND_TWO,
    ),
    "an endpoint that goes": (
        change(ChangeKind.DELETE_ENDPOINT, f"{ENDPOINT}-gone", before={"registry": SHOP}),
        ONE_AND_TWO,
    ),
    "a zone group of an endpoint": (
        change(ChangeKind.UPDATE_ZONE_GROUP, f"{ENDPOINT}/privateDnsZoneGroups/default", {"zones": [ZONE]}),
        ONE_AND_TWO,
    ),
    "an approval": (
        change(ChangeKind.APPROVE_CONNECTION, f"{SHOP}/privateEndpointConnections/pe-shop.0", {"status": "Approved"}),
        ONE_AND_TWO,
    ),
    "a switch of a registry": (
        change(ChangeKind.UPDATE_REGISTRY, TOOLS, {"publicNetworkAccess": "Disabled"}),
        (["build"], ["one"]),
    ),
    "a zone": (change(ChangeKind.CREATE_ZONE, ZONE, {"zone": "privatelink.azurecr.io"}), NOBODY),
}


@pytest.mark.parametrize("name", CASES)
def test_whom_a_change_touches(name: str) -> None:
    """A link or peering touches all who ask or stand there; the rest touches who pulls from the registry."""
    one, expected = CASES[name]
    assert touched(one) == expected


def test_a_link_touches_those_who_ask_through_its_network() -> None:
    """An app whose network asks DNS servers in the linked one gets other answers."""
    consumers, networks = touched(link("hub"))
    assert (consumers, "hub" in networks) == (["orders-two"], True)


def test_the_network_of_those_who_ask_through_another_is_touched() -> None:
    """The network that asks through the linked one is within reach too."""
    assert touched(link("hub"))[1] == ["hub", "two"]


def test_several_changes_touch_each_once() -> None:
    """Everybody is named once, in the order of ids, whatever the number and order of changes."""
    changes = (record("shop"), link("one"), record("shop.westeurope.data"), link("one"))
    assert touched(*changes) == touched(*reversed(changes)) == (["build", "orders-one", "orders-two"], ["one", "two"])


def test_nothing_touches_nobody() -> None:
    """A plan without changes has no blast radius."""
    assert touched_by(DesiredState(), snapshot_of(street()), ()) == Touched()


def test_an_app_without_a_network_is_touched_by_its_registry() -> None:
    """An environment without a network of its own has no network to name, and its app pulls all the same."""
    builder = street()
    builder.app("plain", builder.environment("cae-plain", None), "tools.azurecr.io/x:1")
    switch = change(ChangeKind.UPDATE_REGISTRY, TOOLS, {"publicNetworkAccess": "Disabled"})
    assert touched(switch, builder=builder) == (["build", "plain"], ["one"])


def test_an_app_that_names_a_regional_host_is_touched() -> None:
    """A regional name is another name of the same registry."""
    builder = street()
    regional = "shop.westeurope.geo.azurecr.io"
    builder.get(SHOP)["properties"].update(regionalEndpoints="Enabled", regionalEndpointHostNames=[regional])
    _, infrastructure, _ = spoke(builder, "geo", 50, group="rg-geo")
    builder.app("regional", builder.environment("cae-geo", infrastructure), f"{regional}/x:1")
    assert "regional" in touched(record("shop"), builder=builder)[0]


def test_a_plan_says_whom_it_touches() -> None:
    """Foresight of a plan names the apps and networks, also those whose paths stay as they are."""
    builder = street()
    foresight = diagnosed(builder).foresight
    assert {one.name for one in foresight.touched.consumers} >= {"orders-one", "orders-two"}
    assert {one.name for one in foresight.touched.networks} >= {"vnet-one"}
