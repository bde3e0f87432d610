"""A zone's A record in code, and a zone itself.

An address that the code takes from the endpoint is known only after it was deployed; such a record is right by itself,
so nothing is written over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Items
from remediator.codebase.in_place.goal import form, look
from remediator.codebase.in_place.layout import BICEP, HCL, Raw, entry_lines
from remediator.codebase.in_place.layout_lists import with_item
from remediator.codebase.in_place.locate import Declined, Site, is_terraform, parent_of_children, where
from remediator.codebase.in_place.piece import (
    DNS_VERSION,
    Piece,
    added,
    group_beside,
    group_words,
    require_same_place,
    symbol_of,
)
from remediator.codebase.in_place.setting import Way, put_deep, switched, ways
from remediator.codebase.in_place.value import Id, Value, plain
from remediator.codebase.in_place.verified import RECORD, REGISTRY, ZONE
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId, resource_id

_ADDRESSES = {"bicep": ("properties", "aRecords"), "terraform": ("records",)}


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """A record as it should be. `ttl` is used where it is written anew; what the code says of it stays."""

    target: ResourceId
    addresses: tuple[str, ...]
    ttl: int

    @property
    def zone(self) -> ResourceId:
        """The zone that it is in."""
        return ResourceId(self.target.text.rsplit("/", 2)[0])

    def _ones(self, site: Site) -> list[Instance]:
        ones = [one for one in site.ones(self.target) if not one.existing]
        vague = next((one for one in site.children(self.zone, RECORD) if one.names is None), None)
        if not ones and vague is not None and vague.exists is not False:
            reason = (
                f"{where(vague)} may be the record {self.target.name}, but its name is not in the code: {vague.why}"
            )
            raise Declined(Instruction("code-value-unknown", reason))
        return ones

    def holds(self, site: Site) -> bool:
        """Whether its declaration has the addresses."""
        there = [one for one in self._ones(site) if one.exists is not False]
        if there:
            return all(self._right(one) for one in site.certain(self.target, there))
        return any(self._passed(one) for one in site.ones(self.zone) if form(one) == "verified-bicep")

    def _right(self, record: Instance) -> bool:
        value = look(record.body, _ADDRESSES[form(record)])
        return value is not None and _addresses(value) == sorted(self.addresses)

    def _passed(self, module: Instance) -> bool:
        held = look(module.body, ("params", "a"))
        for one in held.data if held is not None and isinstance(held.data, tuple) else ():
            name, value = one.item("name"), one.item("aRecords")
            if name is not None and str(name.data).lower() == self.target.name.lower() and value is not None:
                return _addresses(value) == sorted(self.addresses)
        return False

    def ways(self, site: Site) -> Iterator[Way]:
        """Its addresses, its condition, or a record of its own after the zone."""
        ones = self._ones(site)
        there = [one for one in ones if one.exists is not False]
        if there:
            record = site.certain(self.target, there)[0]
            value = look(record.body, _ADDRESSES[form(record)])
            if value is None or not value.known or "?" in str(plain(value)):
                why = _why(value)
                raise Declined(Instruction("code-value-unknown", f"the addresses of {where(record)}: {why}"))
            wanted: list[Any] = list(self.addresses)
            if form(record) == "bicep":
                wanted = [{"ipv4Address": address} for address in self.addresses]
            yield from ways(value, wanted, site.code.sources)
            return
        if ones:
            yield from switched(ones[0].guards, site.code.sources)
            return
        zone = parent_of_children(site, self.zone)
        if form(zone) == "verified-bicep":
            yield from self._module_ways(site, zone)
            return
        if form(zone) == "verified-terraform":
            reason = f"{where(zone)}: the records of {zone.decl.kind} are given in ways that differ by its version"
            raise Declined(Instruction("code-elsewhere", reason))
        siblings = [one for one in site.instances() if one.scope == zone.scope and one.type.lower() == RECORD.lower()]
        piece = Piece(RECORD, "azurerm_private_dns_a_record", f"record {self.target.name}", self._fields(site, zone))
        yield (added(site, piece, zone, siblings),)

    def _module_ways(self, site: Site, zone: Instance) -> Iterator[Way]:
        made = {"name": self.target.name, "ttl": self.ttl, "aRecords": self._a_records()}
        held = look(zone.body, ("params", "a"))
        if held is None or held.data is None:
            yield from put_deep(zone.body, ("params", "a"), [made], site.code.sources)
        elif isinstance(held.origin, Items) and held.flips is None:
            yield (with_item(site.code.sources[held.origin.span.path], held.origin, made),)

    def _a_records(self) -> list[dict[str, str]]:
        return [{"ipv4Address": address} for address in self.addresses]

    def _fields(self, site: Site, zone: Instance) -> dict[str, Any]:
        symbol = symbol_of(zone)
        if form(zone) == "terraform":
            return {
                "name": self.target.name,
                "zone_name": Raw(f"{symbol}.name"),
                "resource_group_name": group_beside(site, zone),
                "ttl": self.ttl,
                "records": list(self.addresses),
            }
        properties = {"ttl": self.ttl, "aRecords": self._a_records()}
        return {"parent": Raw(symbol), "name": self.target.name, "properties": properties}

    def may_change(self, site: Site, found: Instance) -> bool:
        """The record; of a verified module, the zone."""
        rid, wanted = site.id_of(found), Id.parse(self.target.text)
        owner = Id.parse(self.zone.text)
        if rid is None or wanted is None or owner is None:
            return False
        return rid.fits(wanted) or (form(found) == "verified-bicep" and rid.fits(owner))

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """What it holds."""
        return (_ADDRESSES[form(found)],) if form(found) in _ADDRESSES else (("params", "a"),)

    def owner(self, site: Site) -> ResourceId | None:
        """The zone."""
        return self.zone

    def told(self, site: Site) -> str:
        """The whole record."""
        if is_terraform(site):
            fields = {
                "name": self.target.name,
                "zone_name": self.zone.name,
                "resource_group_name": self.zone.resource_group,
                "ttl": self.ttl,
                "records": list(self.addresses),
            }
            lines = "\n".join(entry_lines(fields, HCL, "  "))
            return f'resource "azurerm_private_dns_a_record" "record" {{\n{lines}\n}}'
        made = {
            "name": f"{self.zone.name}/{self.target.name}",
            "properties": {"ttl": self.ttl, "aRecords": self._a_records()},
        }
        lines = "\n".join(entry_lines(made, BICEP, "  "))
        group = self.zone.resource_group
        return f"// deployed into resource group {group}\nresource record '{RECORD}@{DNS_VERSION}' = {{\n{lines}\n}}"


def _addresses(value: Value) -> list[str] | None:
    found = plain(value)
    if not isinstance(found, list):
        return None
    return sorted(str(one.get("ipv4Address")) if isinstance(one, dict) else str(one) for one in found)


def _why(value: Value | None) -> str:
    if value is None:
        return "it has none"
    parts = value.data if isinstance(value.data, tuple) else ()
    inner = [item for part in parts for item in (part, part.item("ipv4Address")) if item is not None]
    return value.why or next((part.why for part in inner if part.why), "they are not in the code")


@dataclass(frozen=True, slots=True)
class Zone:
    """A private zone that should be there."""

    target: ResourceId

    def holds(self, site: Site) -> bool:
        """Whether the code declares it."""
        there = [one for one in site.ones(self.target) if not one.existing and one.exists is not False]
        return bool(there) and bool(site.certain(self.target, there))

    def ways(self, site: Site) -> Iterator[Way]:
        """Its condition, or a zone of its own after another zone, or after a registry, of its resource group."""
        off = [one for one in site.ones(self.target) if not one.existing and one.guards is not None]
        if off:
            yield from switched(off[0].guards, site.code.sources)
            return
        for one in site.instances():
            rid = site.id_of(one) if one.type.lower() == ZONE.lower() and not one.existing else None
            if rid is None or one.exists is False or rid.names[-1].lower() != self.target.name.lower():
                continue
            if not any(rid.may_be(live) for live in site.live.zones):
                reason = f"{where(one)} declares such a zone, and Azure has it not: deploying the code again makes it"
                raise Declined(Instruction("code-says-so-already", reason))
        near = self._near(site)
        if not near:
            reason = f"nothing in this folder is certainly deployed into resource group {self.target.resource_group}"
            raise Declined(Instruction("code-not-located", reason))
        anchor = near[0]
        fields: dict[str, Any] = {"name": self.target.name}
        if form(anchor) == "terraform":
            fields["resource_group_name"] = group_words(site, anchor, self.target.resource_group)
        else:
            require_same_place(site, anchor, self.target.resource_group, self.target.subscription)
            fields["location"] = "global"
        siblings = [one for one in near if one.type.lower() == ZONE.lower() and one.scope == anchor.scope]
        yield (added(site, Piece(ZONE, "azurerm_private_dns_zone", self.target.name, fields), anchor, siblings),)

    def _near(self, site: Site) -> list[Instance]:
        """Zones and registries that are certainly deployed into the group, zones first."""
        group = self.target.resource_group.lower()
        return [
            one
            for kind in (ZONE, REGISTRY)
            for one in site.instances()
            if one.type.lower() == kind.lower()
            and not one.existing
            and one.exists is True
            and form(one) in ("bicep", "terraform")
            and (rid := site.id_of(one)) is not None
            and (rid.group or "").lower() == group
        ]

    def may_change(self, site: Site, found: Instance) -> bool:
        """The zone."""
        rid, wanted = site.id_of(found), Id.parse(self.target.text)
        return rid is not None and wanted is not None and rid.fits(wanted)

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """What it holds."""
        return ()

    def owner(self, site: Site) -> ResourceId | None:
        """What it stands beside."""
        near = self._near(site)
        rid = site.id_of(near[0]) if near else None
        if rid is None or rid.group is None:
            return None
        return resource_id(rid.subscription or self.target.subscription, rid.group, rid.type, *rid.names)

    def told(self, site: Site) -> str:
        """The whole zone."""
        if is_terraform(site):
            fields = {"name": self.target.name, "resource_group_name": self.target.resource_group}
            lines = "\n".join(entry_lines(fields, HCL, "  "))
            return f'resource "azurerm_private_dns_zone" "zone" {{\n{lines}\n}}'
        lines = "\n".join(entry_lines({"name": self.target.name, "location": "global"}, BICEP, "  "))
        group = self.target.resource_group
        return f"// deployed into resource group {group}\nresource zone '{ZONE}@{DNS_VERSION}' = {{\n{lines}\n}}"
