"""A leg: whom the registry lets in, which names a consumer pulls from, and who pulls from a registry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.leg import Leg, Openness, hosts_of, leg_of, legs, legs_to, legs_to_unread
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, NatGateway, RegistryCredential, Unknown
from tests.core.breaks import APP, ENVIRONMENT, REGISTRY
from tests.core.diagnosing import snapshot_of
from tests.core.pulling_in_public import open_registry
from tests.core.small_snapshots import DENIED, an_id
from tests.estate_builder import EstateBuilder, healthy, rid

NAT = rid("Microsoft.Network/natGateways", "nat")
OPEN, LISTED, PERHAPS, CLOSED = Openness.OPEN, Openness.LISTED, Openness.PERHAPS, Openness.CLOSED
TWO = ("203.0.113.1", "203.0.113.2")


def leg(
    access: str = "Enabled", action: str = "Deny", rules: tuple[str, ...] = (), egress: Any = TWO, **more: Any
) -> Leg:
    """The leg of an app with this declared egress (`None`: no gateway) to a registry with this firewall."""
    listed = [{"action": "Allow", "value": one} for one in rules]
    builder = open_registry(publicNetworkAccess=access, networkRuleSet={"defaultAction": action, "ipRules": listed})
    if egress is not None:
        subnet = builder.get(rid("Microsoft.Network/virtualNetworks", "vnet-spoke"))["properties"]["subnets"][0]
        subnet["properties"]["natGateway"] = {"id": NAT}
    found = snapshot_of(builder)
    if egress is not None:
        found = replace(found, nat_gateways={ResourceId(NAT): NatGateway(ResourceId(NAT), egress)})
    desired = DesiredState(declared=True, registries=(RegistryIntent(**more),)) if more else DesiredState()
    return legs(desired, found)[0]


DOORS = [
    (("Enabled", "Allow", ()), TWO, OPEN),
    (("enabled", "allow", ()), None, OPEN),
    (("Disabled", "Allow", ()), TWO, CLOSED),
    (("Disabled", "Deny", TWO), TWO, CLOSED),
    (("Enabled", "Deny", ()), TWO, CLOSED),
    (("Enabled", "Deny", ()), DENIED, CLOSED),
    (("Enabled", "Deny", TWO), TWO, LISTED),
    (("Enabled", "Deny", ("203.0.113.0/24",)), TWO, LISTED),
    (("Enabled", "Deny", TWO[:1]), TWO, PERHAPS),
    (("Enabled", "Deny", ("198.51.100.1",)), TWO, CLOSED),
    (("Enabled", "Deny", TWO), DENIED, PERHAPS),
    (("Enabled", "Deny", TWO), None, CLOSED),
]


@pytest.mark.parametrize(("firewall", "egress", "expected"), DOORS)
def test_whom_a_registry_lets_in(firewall: tuple[Any, ...], egress: Any, expected: Openness) -> None:
    """Open to all, listed, perhaps or closed: by public access, default action and what the rules name."""
    assert leg(*firewall, egress).openness is expected


INTENTS = [
    ({}, True),
    ({"public_network_access": "Enabled", "default_action": "Allow"}, False),
    ({"public_network_access": "Enabled", "default_action": "Deny", "private_path": False}, False),
    ({"public_network_access": "Enabled", "default_action": "Deny"}, True),
    ({"public_network_access": "Disabled", "private_path": False}, True),
]


@pytest.mark.parametrize(("intent", "expected"), INTENTS)
def test_a_closed_registry_needs_a_private_path_unless_meant_to_be_public(
    intent: dict[str, Any], expected: bool
) -> None:
    """A document that opens the registry, or chooses an allow-list, wants no private path; any other one does."""
    assert leg("Disabled", "Deny", **intent).needs_private is expected


@pytest.mark.parametrize(("rules", "expected"), [(TWO, False), (TWO[:1], False), ((), True)])
def test_a_registry_that_lets_in_or_may_is_left_in_public(rules: tuple[str, ...], expected: bool) -> None:
    """Only a registry that surely keeps the app out needs a private path."""
    assert leg(rules=rules).needs_private is expected


def consumer(*images: str, servers: tuple[str, ...] = ()) -> Consumer:
    credentials = tuple(RegistryCredential(server, "system") for server in servers)
    return Consumer(an_id("Microsoft.App/containerApps", "a"), "app", None, images, credentials)


HOSTS: list[tuple[Consumer, dict[str, tuple[str, ...]]]] = [
    (consumer(), {}),
    (consumer("shop.azurecr.io/a:1"), {"shop.azurecr.io": ("shop.azurecr.io/a:1",)}),
    (consumer("SHOP.azurecr.io/a:1"), {"shop.azurecr.io": ("SHOP.azurecr.io/a:1",)}),
    (
        consumer("shop.azurecr.io/a:1", "shop.azurecr.io/b@sha256:0"),
        {"shop.azurecr.io": ("shop.azurecr.io/a:1", "shop.azurecr.io/b@sha256:0")},
    ),
    (consumer("nginx:1", "ghcr.io/a/b:1", "mcr.microsoft.com/x"), {}),
    (consumer("nginx:1", servers=("shop.azurecr.io", "index.docker.io")), {"shop.azurecr.io": ()}),
    (
        consumer("shop.azurecr.cn/a:1", servers=("Shop.azurecr.cn", "base.azurecr.us")),
        {"shop.azurecr.cn": ("shop.azurecr.cn/a:1",), "base.azurecr.us": ()},
    ),
    (consumer("azurecr.io/a:1", "notazurecr.io/a:1", ""), {}),
]


@pytest.mark.parametrize(("one", "expected"), HOSTS)
def test_the_registries_that_a_consumer_names(one: Consumer, expected: dict[str, tuple[str, ...]]) -> None:
    """Every host of ACR in an image or an entry, in lower case, with its images; other registries are not ours."""
    assert hosts_of(one) == expected


def several() -> EstateBuilder:
    builder = healthy()
    builder.app("web", ENVIRONMENT, "shop.azurecr.io/web:1", "elsewhere.azurecr.io/x:1")
    builder.app("idle", ENVIRONMENT, "nginx:1")
    return builder


def test_legs_are_by_consumer_and_host() -> None:
    """One leg for each app and registry host, in the order of their keys; the same leg when asked again."""
    found, desired = snapshot_of(several()), DesiredState()
    every = legs(desired, found)
    assert [(one.consumer.id.name, one.host) for one in every] == [
        ("orders", "shop.azurecr.io"),
        ("web", "elsewhere.azurecr.io"),
        ("web", "shop.azurecr.io"),
    ]
    assert leg_of(desired, found, every[2].key) is every[2]
    assert leg_of(desired, found, ("nobody", "shop.azurecr.io")) is None
    assert [one.host for one in legs_to(desired, found, "shop.azurecr.io")] == ["shop.azurecr.io"] * 2
    assert [one.host for one in legs_to_unread(desired, found)] == ["elsewhere.azurecr.io"]


def test_legs_belong_to_their_document() -> None:
    """Another document gives legs with its own intent, though the snapshot is the same."""
    found = snapshot_of(healthy())
    first, second = DesiredState(), DesiredState(declared=True, registries=(RegistryIntent(private_path=False),))
    assert [legs(one, found)[0].intent.private_path for one in (first, second, first)] == [True, False, True]


def test_who_pulls_from_a_registry() -> None:
    """The apps that name the login server."""
    found = snapshot_of(several())
    host = found.registries[ResourceId(REGISTRY)].login_server
    names = [one.consumer.id.name for one in legs_to(DesiredState(), found, host)]
    assert names == ["orders", "web"]


UNREAD = {
    "the registry": (REGISTRY, "registry"),
    "the environment": (ENVIRONMENT, "environment"),
    "the network": (rid("Microsoft.Network/virtualNetworks", "vnet-spoke"), "network"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_was_not_read_around_a_leg_is_unknown(name: str) -> None:
    """A resource in error is Unknown with its reason, and so is one that is referred to and not there."""
    resource, field = UNREAD[name]
    for change in ("error", "drop"):
        builder = healthy()
        getattr(builder, change)(resource)
        value = getattr(legs(DesiredState(), snapshot_of(builder))[0], field)
        assert isinstance(value, Unknown)
        assert change == "drop" or "AuthorizationFailed" in value.reason


def test_an_app_without_an_environment_has_neither_network_nor_egress() -> None:
    """Where the environment is not named, nothing around it is known."""
    builder = healthy()
    builder.get(APP)["properties"].pop("managedEnvironmentId")
    found = legs(DesiredState(), snapshot_of(builder))[0]
    assert [isinstance(one, Unknown) for one in (found.environment, found.network, found.egress)] == [True] * 3


def test_a_regional_name_is_asked_for_itself() -> None:
    """The puller asks for the regional name where the image names one, for the login server else."""
    builder = several()
    regional = "shop.westeurope.geo.azurecr.io"
    builder.get(REGISTRY)["properties"].update(regionalEndpoints="Enabled", regionalEndpointHostNames=[regional])
    builder.app("near", ENVIRONMENT, f"{regional}/x:1")
    found = {(one.consumer.id.name, one.host): one.name for one in legs(DesiredState(), snapshot_of(builder))}
    assert (found["near", regional], found["orders", "shop.azurecr.io"]) == (regional, "shop.azurecr.io")


def test_the_private_link_name_means_its_registry() -> None:
    """A reference with the private-link name finds the registry, and the name that DNS is asked for."""
    builder = healthy()
    builder.app("odd", ENVIRONMENT, "shop.privatelink.azurecr.io/x:1")
    odd = next(one for one in legs(DesiredState(), snapshot_of(builder)) if one.consumer.id.name == "odd")
    assert (odd.registry == snapshot_of(builder).registries[ResourceId(REGISTRY)], odd.name) == (
        True,
        "shop.azurecr.io",
    )
