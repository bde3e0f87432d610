"""What does each kind of resource look like in Terraform (`azurerm`)?

Called by `terraform`. What was there before is guarded: tags and what no snapshot shows are left as they are, and
nothing of it is ever destroyed to be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from remediator.codebase.generated.handover import groups
from remediator.codebase.generated.held import (
    ENDPOINT,
    LINK,
    PEERING,
    RECORD,
    REQUEST,
    TAGS,
    ZONE,
    Folder,
    Held,
    proper,
)
from remediator.codebase.generated.terraform_text import Block, Code, label
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Peering, PrivateEndpoint, PrivateZone, Record, ZoneGroup, ZoneLink

Body = Sequence[tuple[str, Any] | Block | None]

KINDS = {
    ZONE: "azurerm_private_dns_zone",
    LINK: "azurerm_private_dns_zone_virtual_network_link",
    RECORD: "azurerm_private_dns_a_record",
    ENDPOINT: "azurerm_private_endpoint",
    PEERING: "azurerm_virtual_network_peering",
}


class Naming:
    """The names that a folder's resources have for each other."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        taken: set[str] = set()
        subscriptions = folder.subscriptions | {held.id.subscription.lower() for held in folder.held}
        self.aliases = {one: label(f"sub_{one[:8]}", taken) for one in sorted(subscriptions)}

    def address(self, held: Held) -> str:
        """The resource's address in Terraform."""
        return f"{kind_of(held)}.{held.label}"

    def provider(self, held: Held) -> Code:
        """The provider of the resource's subscription."""
        return Code(f"azurerm.{self.aliases[held.id.subscription.lower()]}")

    def id_of(self, rid: ResourceId) -> Code | str:
        """The id of a resource: of this folder by its address, of others as it is."""
        held = self.folder.of(rid)
        return Code(f"{self.address(held)}.id") if held is not None else proper(rid).text

    def name_of(self, rid: ResourceId) -> Code | str:
        """The name of a resource: of this folder by its address, of others as it is."""
        held = self.folder.of(rid)
        return Code(f"{self.address(held)}.name") if held is not None else rid.name

    def all_of(self, kind: type) -> list[Code]:
        """The addresses of the folder's resources of one kind, in the order of ids."""
        found = sorted((h for h in self.folder.held if isinstance(h.fact, kind)), key=lambda h: h.id.key)
        return [Code(self.address(held)) for held in found]


def kind_of(held: Held) -> str:
    """The resource type of the provider."""
    return KINDS[held.id.type]


def body_of(naming: Naming, held: Held) -> Body:
    """The body of its block."""
    match held.fact:
        case PrivateZone():
            body: list[tuple[str, Any] | Block | None] = [*_named(naming, held), *_tags(held)]
        case ZoneLink():
            body = [*_link(naming, held, held.fact), *_tags(held), *_last(naming)]
        case Record():
            body = [*_record(naming, held, held.fact)]
        case PrivateEndpoint():
            body = [*_endpoint(naming, held, held.fact)]
        case Peering():
            body = [*_peering(naming, held, held.fact)]
        case ZoneGroup():
            raise TypeError("a zone group is part of its endpoint")
    lifecycle = _lifecycle(naming.folder, held)
    return [*body, None, lifecycle] if lifecycle is not None else body


def exemption_of(naming: Naming, held: Held) -> Block:
    """The exemption of an endpoint from the policy that would write another zone group."""
    return Block(
        ("resource", "azurerm_resource_policy_exemption", held.label),
        (
            ("count", Code('var.policy_assignment_id == "" ? 0 : 1')),
            ("provider", naming.provider(held)),
            ("name", f"remediator-{held.id.name}"[:64]),
            ("resource_id", Code(f"{naming.address(held)}.id")),
            ("policy_assignment_id", Code("var.policy_assignment_id")),
            ("exemption_category", "Mitigated"),
            ("display_name", "This folder declares the DNS zone group of this endpoint"),
        ),
    )


def _named(naming: Naming, held: Held) -> Iterator[tuple[str, Any]]:
    yield "provider", naming.provider(held)
    yield "name", held.id.name
    yield "resource_group_name", held.id.resource_group


def _tags(held: Held) -> Iterator[tuple[str, Any]]:
    if not held.adopted:
        yield "tags", TAGS


def _link(naming: Naming, held: Held, link: ZoneLink) -> Iterator[tuple[str, Any]]:
    yield from _named(naming, held)
    yield "private_dns_zone_name", naming.name_of(held.id.parent or held.id)
    yield "virtual_network_id", naming.id_of(link.network)
    yield "registration_enabled", link.registration_enabled
    yield "resolution_policy", link.resolution_policy


def _last(naming: Naming) -> Iterator[tuple[str, Any] | None]:
    """What must stand before a network is led to the private answers."""
    first = [*naming.all_of(Peering), *naming.all_of(PrivateEndpoint), *naming.all_of(Record)]
    if first:
        yield None
        yield "depends_on", first


def _record(naming: Naming, held: Held, record: Record) -> Iterator[tuple[str, Any]]:
    yield from _named(naming, held)
    yield "zone_name", naming.name_of(held.id.parent or held.id)
    yield "ttl", record.ttl
    yield "records", list(record.addresses)


def _endpoint(naming: Naming, held: Held, endpoint: PrivateEndpoint) -> Iterator[tuple[str, Any] | Block | None]:
    yield from _named(naming, held)
    yield "location", endpoint.location
    yield "subnet_id", proper(endpoint.subnet).text
    yield from _tags(held)
    for target in endpoint.targets:
        request = (("request_message", REQUEST),) if target.manual and not held.adopted else ()
        yield None
        yield Block(
            ("private_service_connection",),
            (
                ("name", target.name or endpoint.id.name),
                ("private_connection_resource_id", proper(target.resource).text),
                ("subresource_names", list(target.groups) or ["registry"]),
                ("is_manual_connection", target.manual),
                *request,
            ),
        )
    for group in () if held.id in naming.folder.by_policy else groups(endpoint):
        yield None
        zones = [naming.id_of(zone) for _, zone in group.zones]
        yield Block(("private_dns_zone_group",), (("name", group.id.name), ("private_dns_zone_ids", zones)))


def _peering(naming: Naming, held: Held, peering: Peering) -> Iterator[tuple[str, Any] | None]:
    yield from _named(naming, held)
    yield "virtual_network_name", (held.id.parent or held.id).name
    yield "remote_virtual_network_id", proper(peering.remote).text
    yield "allow_virtual_network_access", peering.allow_access
    yield "allow_forwarded_traffic", peering.allow_forwarded
    yield "allow_gateway_transit", peering.allow_gateway_transit
    yield "use_remote_gateways", peering.use_remote_gateways
    if not peering.complete:
        yield "peer_complete_virtual_networks_enabled", False
        yield "local_subnet_names", list(peering.local_subnets)
        yield "remote_subnet_names", list(peering.remote_subnets)
    prefixes = naming.folder.remote_prefixes.get(held.id)
    if prefixes:
        yield None
        yield "triggers", {"remote_address_space": ",".join(prefixes)}


def _lifecycle(folder: Folder, held: Held) -> Block | None:
    ignored: list[Code] = []
    if held.adopted and held.id.type in (ZONE, LINK, RECORD, ENDPOINT):
        ignored.append(Code("tags"))
    if held.adopted and isinstance(held.fact, PrivateEndpoint):
        ignored += [Code("custom_network_interface_name"), Code("ip_configuration")]
        if any(target.manual for target in held.fact.targets):
            ignored.append(Code("private_service_connection[0].request_message"))
    if held.id in folder.by_policy:
        ignored.append(Code("private_dns_zone_group"))
    body: list[tuple[str, Any]] = [("prevent_destroy", True)] if held.adopted else []
    if ignored:
        body.append(("ignore_changes", ignored))
    return Block(("lifecycle",), body) if body else None
