"""Which part of an estate is taken along: what the question needs, and not what belongs to others."""

from __future__ import annotations

from typing import Any

from remediator.core.capsule_names import Renamed, names_of
from remediator.core.capsule_part import part_of

SUB = "/subscriptions/11111111-1111-4111-8111-111111111111"
NETWORK = f"{SUB}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks"
REGISTRY = f"{SUB}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries"
ZONE = f"{SUB}/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io"
ENDPOINT = f"{SUB}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints"


def body(rid: str, **properties: Any) -> dict[str, Any]:
    tail = rid.rpartition("/providers/")[2].split("/")
    return {"id": rid, "type": "/".join([tail[0], *tail[1::2]]), "properties": properties}


def endpoint(name: str) -> dict[str, Any]:
    subnet = {"id": f"{NETWORK}/vnet-{name}/subnets/ends"}
    return body(f"{ENDPOINT}/pe-{name}", subnet=subnet, privateLinkServiceConnections=[{"id": f"{REGISTRY}/{name}"}])


def estate() -> list[dict[str, Any]]:
    """Two registries, each with an endpoint in a network of its own, and a zone that both networks link."""
    made = []
    for name in ("mine", "theirs"):
        made += [body(f"{REGISTRY}/{name}"), body(f"{NETWORK}/vnet-{name}"), endpoint(name)]
        made.append(body(f"{ZONE}/virtualNetworkLinks/link-{name}", virtualNetwork={"id": f"{NETWORK}/vnet-{name}"}))
        role = f"{REGISTRY}/{name}/providers/Microsoft.Authorization/roleAssignments/role-{name}"
        made.append(body(role, principalId=name))
    return [*made, body(ZONE), body(f"{SUB}/providers/Microsoft.Authorization/roleAssignments/all", scope=SUB)]


def names(part: tuple[Any, ...]) -> set[str]:
    return {one["id"].rpartition("/")[2] for one in part}


def test_what_belongs_to_the_question_is_taken() -> None:
    """The registry, its endpoint and network, the zone's link to it, and the grants on it and above; nobody else's."""
    part = names(part_of(estate(), [f"{REGISTRY}/mine"]))
    assert {"mine", "pe-mine", "vnet-mine", "link-mine", "privatelink.azurecr.io", "role-mine", "all"} <= part
    assert part & {"theirs", "pe-theirs", "vnet-theirs", "role-theirs"} == set()


def test_what_could_not_be_read_is_taken() -> None:
    """A stub of something that could not be read belongs to every part: it is unknown there, too."""
    stub = {"id": f"{NETWORK}/hidden", "type": "Microsoft.Network/virtualNetworks", "error": {"code": "Forbidden"}}
    assert "hidden" in names(part_of([*estate(), stub], [f"{REGISTRY}/mine"]))


def test_the_same_name_is_the_same_everywhere_and_order_stays() -> None:
    """In ids, hosts, keys and texts, whatever the casing; names of one kind keep their order, Azure's words stay."""
    bodies = [body(f"{REGISTRY}/zebra"), body(f"{REGISTRY}/Antelope"), body(f"{NETWORK}/default")]
    renamed = Renamed(names_of(bodies))
    first, second = renamed.text("antelope"), renamed.text("ZEBRA")
    assert first < second
    assert renamed.text("pull from zebra.azurecr.io failed") == f"pull from {second}.azurecr.io failed"
    assert renamed.text(f"{REGISTRY}/zebra").endswith(f"/Microsoft.ContainerRegistry/registries/{second}")
    assert renamed.text(f"{NETWORK}/default").endswith("/virtualNetworks/default")
    assert renamed.value({f"{REGISTRY}/zebra": {"zebra": "x-zebra"}}) == {
        renamed.text(f"{REGISTRY}/zebra"): {"zebra": f"x-{second}"}
    }
