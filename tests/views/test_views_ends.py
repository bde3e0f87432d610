"""The two boxes of a picture, where the snapshot is at hand."""

from __future__ import annotations

import pytest

from remediator.core.desired import DesiredState
from remediator.core.walk import all_paths
from remediator.views.picture import Ends
from remediator.views.picture_ends import ends_seen
from tests.core.breaks import BREAKS, ENDPOINT, ENVIRONMENT, REGISTRY, hub_and_spoke
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import EstateBuilder, healthy, spoke


def ends(builder: EstateBuilder, at: int = 0) -> Ends:
    """The ends of one path of an estate."""
    snapshot = snapshot_of(builder)
    return ends_seen(DesiredState(), snapshot, all_paths(DesiredState(), snapshot)[at])


def test_names_and_addresses_of_both_ends() -> None:
    """App, place, environment, subnet, network and image; registry, switches, endpoint with address and network."""
    assert ends(hub_and_spoke()) == Ends(
        (
            "orders",
            "container app in rg-app",
            "environment cae · snet-aca 10.20.0.0/23 · vnet-spoke",
            "pulls shop.azurecr.io/orders:1",
        ),
        (
            "shop.azurecr.io",
            "registry in rg-app",
            "public access Disabled · default action Deny",
            "pe-shop · 10.10.4.5 · vnet-hub/snet-endpoints · Approved",
        ),
    )


def test_a_job_with_several_images_and_a_registry_without_one() -> None:
    """A job is called one; further images are counted; a host that only `registries` names says so."""
    builder = healthy()
    builder.app(
        "nightly",
        ENVIRONMENT,
        "shop.azurecr.io/a:1",
        kind="jobs",
        init=("shop.azurecr.io/b:1", "shop.azurecr.io/c:1"),
        registries=[
            {"server": "shop.azurecr.io", "identity": "system"},
            {"server": "other.azurecr.io", "username": "u"},
        ],
    )
    shop, other = ends(builder, 2), ends(builder, 1)
    assert shop.consumer[1::2] == ("container apps job in rg-app", "pulls shop.azurecr.io/a:1 and 2 more images")
    assert other.consumer[3] == "no image of it, only an entry of configuration.registries"
    assert other.registry == ("other.azurecr.io", "no registry with the login server other.azurecr.io was read")


@pytest.mark.parametrize(
    ("builder", "line"),
    [
        (BREAKS["no endpoint"][0], "no private endpoint"),
        (BREAKS["no own network"][0], "no private endpoint"),
        (BREAKS["connection pending"][0], "pe-shop · no address yet · vnet-spoke/snet-endpoints · Pending"),
        (BREAKS["record that others need"][0], "pe-far · 10.40.4.5 · vnet-far/snet-endpoints · Approved"),
    ],
)
def test_what_is_said_of_endpoints(builder: object, line: str) -> None:
    """None, one that waits, and several with the one first that the name leads to."""
    assert ends(builder()).registry[3] == line  # type: ignore[operator]


def test_more_endpoints_than_fit_are_counted() -> None:
    """Three endpoints are shown, the rest is a number."""
    builder = healthy()
    for octet in range(40, 44):
        _, _, endpoints = spoke(builder, f"n{octet}", octet)
        builder.endpoint(f"pe-{octet}", REGISTRY, endpoints, 4)
    lines = ends(builder).registry[3:]
    assert (len(lines), lines[0].split(" ")[0], lines[-1]) == (4, "pe-shop", "and 2 more endpoints")


def test_what_was_not_read_is_said() -> None:
    """An unread environment, endpoint or registry is named as such, not left out."""
    builder = healthy()
    builder.error(ENVIRONMENT)
    assert ends(builder).consumer[2] == "environment cae: not read"
    assert ends(builder).registry[3] == "1 private endpoint connection"
    builder = healthy()
    builder.error(ENDPOINT)
    assert ends(builder).registry[3] == "1 private endpoint connection, to endpoints that were not read"
    builder = healthy()
    builder.error(REGISTRY)
    assert ends(builder).registry[1].startswith("reading shop (Microsoft.ContainerRegistry/registries): Authorization")


def test_an_init_container_is_named_as_one() -> None:
    """An image that only an init container names says so: its pull comes first, and its failure reads otherwise."""
    builder = healthy()
    builder.app("front", ENVIRONMENT, "mcr.microsoft.com/front:1", init=("shop.azurecr.io/migrate:1",))
    snapshot = snapshot_of(builder)
    path = next(p for p in all_paths(DesiredState(), snapshot) if p.consumer.name == "front")
    assert ends_seen(DesiredState(), snapshot, path).consumer[-1] == "pulls shop.azurecr.io/migrate:1 (init container)"
