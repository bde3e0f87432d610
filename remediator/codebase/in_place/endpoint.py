"""A private endpoint of a registry in code.

One that takes the place of a disconnected one keeps that one's declaration and gets the new name, so that deploying it
makes a new endpoint. Otherwise it is written after the registry, or after something of its resource group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.goal import form, look, refers
from remediator.codebase.in_place.layout import BICEP, HCL, Nested, entry_lines
from remediator.codebase.in_place.locate import Declined, Site, is_terraform, where
from remediator.codebase.in_place.piece import (
    NETWORK_VERSION,
    Piece,
    added,
    group_words,
    reference,
    require_same_place,
)
from remediator.codebase.in_place.portable import portable
from remediator.codebase.in_place.setting import Way, switched, ways
from remediator.codebase.in_place.value import Id, ids_in
from remediator.codebase.in_place.verified import ENDPOINT, NETWORK, REGISTRY, SUBNET
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId

AZURERM = "azurerm_private_endpoint"
REQUEST = "Private access for Container Apps, asked for by remediator."
_SUBNET = {"bicep": ("properties", "subnet", "id"), "terraform": ("subnet_id",)}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as it should be; `replaces` is the one whose place it takes."""

    target: ResourceId
    registry: ResourceId
    subnet: ResourceId
    location: str
    manual: bool = False
    replaces: ResourceId | None = None

    def holds(self, site: Site) -> bool:
        """Whether the code declares it under its name."""
        there = [one for one in site.ones(self.target) if not one.existing and one.exists is not False]
        return bool(there) and all(self._right(one) for one in site.certain(self.target, there))

    def _right(self, found: Instance) -> bool:
        value = look(found.body, _SUBNET[form(found)]) if form(found) in _SUBNET else None
        wanted = Id.parse(self.subnet.text)
        return value is None or value.id() is None or (wanted is not None and refers(value, wanted))

    def ways(self, site: Site) -> Iterator[Way]:
        """The new name, its condition, or an endpoint of its own."""
        if self.replaces is not None:
            old = site.declared(self.replaces)[0]
            value = look(old.body, ("params", "name") if form(old) == "verified-bicep" else ("name",))
            if value is not None:
                yield from ways(value, self.target.name, site.code.sources)
            return
        off = [one for one in site.ones(self.target) if not one.existing and one.guards is not None]
        if off:
            yield from switched(off[0].guards, site.code.sources)
            return
        self._no_other(site)
        anchor = self._anchor(site)
        piece = Piece(ENDPOINT, AZURERM, self.target.name, self._fields(site, anchor))
        siblings = [
            one
            for one in site.instances()
            if one.scope == anchor.scope and one.type.lower() == ENDPOINT.lower() and not one.existing
        ]
        yield (added(site, piece, anchor, siblings),)

    def _no_other(self, site: Site) -> None:
        """What the code declares and Azure has not is made by deploying it; what may be this endpoint is a doubt."""
        registry = Id.parse(self.registry.text)
        network = Id.parse(self.subnet.text.rsplit("/", 2)[0])
        for one in site.instances():
            if one.type.lower() != ENDPOINT.lower() or one.existing or one.exists is False:
                continue
            ids = list(ids_in(one.body))
            serves = any(registry is not None and rid.fits(registry) for rid in ids)
            if not serves or network is None or self._in_azure(site, one):
                continue
            subnets = [rid for rid in ids if rid.type.lower() == SUBNET.lower()]
            if any(_network_of(rid).fits(network) for rid in subnets) and one.names is not None:
                reason = f"{where(one)} declares such an endpoint, and Azure has it not: deploying the code makes it"
                raise Declined(Instruction("code-says-so-already", reason))
            if not subnets or one.names is None:
                what = one.why if one.names is None else "where it is put is not in the code"
                raise Declined(Instruction("code-value-unknown", f"{where(one)} may be this endpoint: {what}"))

    @staticmethod
    def _in_azure(site: Site, found: Instance) -> bool:
        rid = site.id_of(found)
        return rid is not None and any(rid.may_be(live) for live in site.live.endpoints)

    def _anchor(self, site: Site) -> Instance:
        """The registry, else its network, where one of them is certainly deployed into the endpoint's group."""
        network = ResourceId(self.subnet.text.rsplit("/", 2)[0])
        declined: Declined | None = None
        for rid in (self.registry, network):
            try:
                found = site.declared(rid)[0]
                if form(found) not in ("bicep", "terraform"):
                    reason = f"{where(found)} is made by a module, and nothing can be written beside what is in it"
                    raise Declined(Instruction("code-elsewhere", reason))
                if form(found) == "bicep":
                    require_same_place(site, found, self.target.resource_group, self.target.subscription)
                elif rid.subscription.lower() != self.target.subscription.lower():
                    reason = f"{where(found)} belongs to another subscription"
                    raise Declined(Instruction("code-value-unknown", reason))
                return found
            except Declined as why:
                declined = declined or why
        raise declined or Declined(Instruction("code-not-located", "nothing declares the registry"))

    def _fields(self, site: Site, anchor: Instance) -> Mapping[str, Any]:
        registry = reference(site, anchor, Id.parse(self.registry.text) or Id("", ()), self.registry.text)
        subnet = reference(site, anchor, Id.parse(self.subnet.text) or Id("", ()), self.subnet.text)
        location = self._location(site, anchor)
        if form(anchor) == "terraform":
            group = group_words(site, anchor, self.target.resource_group)
            return _terraform(self, registry, subnet, location, group)
        return _bicep(self, registry, subnet, location)

    def _location(self, site: Site, anchor: Instance) -> Any:
        """As the registry writes it, where that registry is in the same region."""
        body = anchor.decl.body
        entry = body.entry("location") if body is not None else None
        live = site.live.registries.get(self.registry) if anchor.type.lower() == REGISTRY.lower() else None
        network = next((n for rid, n in site.live.networks.items() if self.subnet.within(rid)), None)
        held = live if live is not None else network if anchor.type.lower() == NETWORK.lower() else None
        region = self.location.replace(" ", "").lower()
        if entry is None or held is None or held.location.replace(" ", "").lower() != region:
            return self.location
        words = portable(site.code.sources[anchor.decl.path], entry.value)
        return words if words is not None else self.location

    def may_change(self, site: Site, found: Instance) -> bool:
        """The endpoint, and the one that it replaces with its children."""
        rid = site.id_of(found)
        if rid is None or not rid.type.lower().startswith(ENDPOINT.lower()):
            return False
        owner = Id(ENDPOINT, rid.names[:1], rid.group, rid.subscription)
        for target in (self.target, *((self.replaces,) if self.replaces else ())):
            wanted = Id.parse(target.text)
            if wanted is not None and owner.fits(wanted) and (rid.type.lower() == ENDPOINT.lower() or self.replaces):
                return True
        return False

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """Anything of one that gets a new name: much is made of it."""
        return None if self.replaces is not None else ()

    def owner(self, site: Site) -> ResourceId | None:
        """What it stands beside."""
        if self.replaces is not None:
            return self.replaces
        network = ResourceId(self.subnet.text.rsplit("/", 2)[0])
        return next((rid for rid in (self.registry, network) if any(site.ones(rid))), None)

    def told(self, site: Site) -> str:
        """The whole endpoint, with full ids."""
        if is_terraform(site):
            fields = _terraform(self, self.registry.text, self.subnet.text, self.location, self.target.resource_group)
            lines = "\n".join(entry_lines(fields, HCL, "  "))
            return f'resource "{AZURERM}" "endpoint" {{\n{lines}\n}}'
        fields = _bicep(self, self.registry.text, self.subnet.text, self.location)
        lines = "\n".join(entry_lines(fields, BICEP, "  "))
        group = self.target.resource_group
        return (
            f"// deployed into resource group {group}\n"
            f"resource endpoint '{ENDPOINT}@{NETWORK_VERSION}' = {{\n{lines}\n}}"
        )


def _network_of(subnet: Id) -> Id:
    return Id(NETWORK, subnet.names[:1], subnet.group, subnet.subscription)


def _bicep(endpoint: Endpoint, registry: Any, subnet: Any, location: Any) -> dict[str, Any]:
    connection: dict[str, Any] = {"privateLinkServiceId": registry, "groupIds": ["registry"]}
    key = "privateLinkServiceConnections"
    if endpoint.manual:
        key = "manualPrivateLinkServiceConnections"
        connection["requestMessage"] = REQUEST
    return {
        "name": endpoint.target.name,
        "location": location,
        "properties": {
            "subnet": {"id": subnet},
            key: [{"name": endpoint.target.name, "properties": connection}],
        },
    }


def _terraform(endpoint: Endpoint, registry: Any, subnet: Any, location: Any, group: Any) -> dict[str, Any]:
    connection: dict[str, Any] = {
        "name": endpoint.target.name,
        "private_connection_resource_id": registry,
        "is_manual_connection": endpoint.manual,
        "subresource_names": ["registry"],
    }
    if endpoint.manual:
        connection["request_message"] = REQUEST
    return {
        "name": endpoint.target.name,
        "location": location,
        "resource_group_name": group,
        "subnet_id": subnet,
        "private_service_connection": Nested((connection,)),
    }
