"""An endpoint's zone group in code: a resource of its own in Bicep, a block of the endpoint in Terraform.

An endpoint has one group, whatever it is called. A group whose zones the code does not tell may have them already:
then nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Items
from remediator.codebase.in_place.goal import form, ignored_changes, look, refers
from remediator.codebase.in_place.layout import BICEP, HCL, Nested, Raw, entry_lines
from remediator.codebase.in_place.layout_lists import with_item
from remediator.codebase.in_place.locate import Declined, Site, is_terraform, where
from remediator.codebase.in_place.piece import NETWORK_VERSION, Piece, added, reference, symbol_of
from remediator.codebase.in_place.setting import Way, put_deep, switched
from remediator.codebase.in_place.value import Id, Value
from remediator.codebase.in_place.verified import GROUP, RECORD
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId

BLOCK = "private_dns_zone_group"
_CONFIGS = ("properties", "privateDnsZoneConfigs")
_VERIFIED = ("params", "privateDnsZoneGroup", "privateDnsZoneGroupConfigs")


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """A group as it should be: it writes to these zones the records that begin with `label`, where that is known."""

    target: ResourceId
    zones: tuple[ResourceId, ...]
    label: str = ""

    @property
    def endpoint(self) -> ResourceId:
        """The endpoint whose group it is."""
        return ResourceId(self.target.text.rsplit("/", 2)[0])

    def _groups(self, site: Site) -> list[Instance]:
        """Bicep's declared groups of the endpoint."""
        return site.children(self.endpoint, GROUP)

    def holds(self, site: Site) -> bool:
        """Whether the endpoint's group writes to every zone."""
        groups = [one for one in self._groups(site) if one.exists is not False]
        if groups:
            return all(self._has_all(self._zone_ids(one)) for one in site.certain(self.target, groups))
        if not is_terraform(site) and any(form(one) == "bicep" for one in site.ones(self.endpoint)):
            return False
        return all(self._has_all(self._zone_ids(one)) for one in site.declared(self.endpoint))

    def _zone_ids(self, owner: Instance) -> list[Value]:
        """The zones that a group, or an endpoint with its group, names."""
        written = form(owner)
        if written == "terraform":
            held = look(owner.body, (BLOCK, "private_dns_zone_ids"))
            return _elements(held, where(owner))
        path, inner = (_CONFIGS, "privateDnsZoneId") if written == "bicep" else (_VERIFIED, "privateDnsZoneResourceId")
        found: list[Value] = []
        for one in _elements(look(owner.body, path), where(owner)):
            properties = one.item("properties") if written == "bicep" else one
            zone = properties.item(inner) if properties is not None else None
            if zone is not None:
                found.append(zone)
        return found

    def _has_all(self, held: list[Value]) -> bool:
        wanted = [rid for zone in self.zones if (rid := Id.parse(zone.text)) is not None]
        missing = [rid for rid in wanted if not any(refers(value, rid) for value in held)]
        vague = next((value for value in held if value.id() is None), None)
        if missing and vague is not None:
            reason = f"the zone group of {self.endpoint.name} may have {missing[0].names[-1]} already: {vague.why}"
            raise Declined(Instruction("code-value-unknown", reason))
        return not missing

    def ways(self, site: Site) -> Iterator[Way]:
        """A zone more in its list, its condition, or a group of its own."""
        self._no_second_writer(site)
        groups = self._groups(site)
        there = [one for one in groups if one.exists is not False]
        if there:
            yield from self._more(site, site.certain(self.target, there)[0])
            return
        if groups:
            yield from switched(groups[0].guards, site.code.sources)
            return
        endpoint = site.declared(self.endpoint)[0]
        if form(endpoint) == "terraform" and {BLOCK, "all"} & set(ignored_changes(endpoint)):
            reason = f"{where(endpoint)} leaves its zone group to somebody else (lifecycle.ignore_changes)"
            raise Declined(Instruction("code-ignored", reason))
        if form(endpoint) == "terraform" and look(endpoint.body, (BLOCK,)) is not None:
            yield from self._more(site, endpoint)
        elif form(endpoint) == "terraform":
            names = [reference(site, endpoint, Id.parse(z.text) or Id("", ()), z.text) for z in self.zones]
            block = Nested(({"name": self.target.name, "private_dns_zone_ids": names},))
            yield from put_deep(endpoint.body, (BLOCK,), block, site.code.sources)
        elif form(endpoint) == "verified-bicep":
            made = [{"privateDnsZoneResourceId": zone.text} for zone in self.zones]
            yield from put_deep(endpoint.body, _VERIFIED, made, site.code.sources)
        else:
            yield (added(site, self._piece(site, endpoint), endpoint),)

    def _no_second_writer(self, site: Site) -> None:
        """A record that the code declares and the group would write too has two owners, who take it from each other."""
        records = [one for zone in self.zones for one in site.children(zone, RECORD) if one.exists is not False]
        for record in records if self.label else ():
            if record.names is None:
                reason = f"{where(record)} may be a record that the zone group would write too: {record.why}"
                raise Declined(Instruction("code-value-unknown", reason))
            if record.names[-1].lower().split(".")[0] == self.label.lower():
                reason = (
                    f"{where(record)} declares the record {record.names[-1]}, which the zone group of "
                    f"{self.endpoint.name} would write too: take it out of the code and its state first"
                )
                raise Declined(Instruction("code-ambiguous", reason))

    def _more(self, site: Site, owner: Instance) -> Iterator[Way]:
        held = self._zone_ids(owner)
        written = form(owner)
        path = {"terraform": (BLOCK, "private_dns_zone_ids"), "bicep": _CONFIGS}.get(written, _VERIFIED)
        listed = look(owner.body, path)
        missing = [
            zone for zone in self.zones if not any(refers(value, Id.parse(zone.text) or Id("", ())) for value in held)
        ]
        other = next((rid for value in held if (rid := value.id()) and missing and _named(rid, missing[0])), None)
        if other is not None:
            reason = f"{where(owner)} writes to another zone {missing[0].name}, and a group has one zone of a name"
            raise Declined(Instruction("code-ambiguous", reason))
        conditional = listed is not None and listed.flips is not None
        if listed is None or not isinstance(listed.origin, Items) or len(missing) != 1 or conditional:
            raise Declined(Instruction("code-value-unknown", f"the zones of {where(owner)} are not a plain list"))
        zone = missing[0]
        name = reference(site, owner, Id.parse(zone.text) or Id("", ()), zone.text)
        if listed.origin.span.path != owner.decl.path:
            name = zone.text
        made: Any = name
        if written == "bicep":
            made = {"name": zone.name.replace(".", "-"), "properties": {"privateDnsZoneId": name}}
        elif written != "terraform":
            made = {"privateDnsZoneResourceId": name}
        yield (with_item(site.code.sources[listed.origin.span.path], listed.origin, made),)

    def _piece(self, site: Site, endpoint: Instance) -> Piece:
        configs = [
            {
                "name": zone.name.replace(".", "-"),
                "properties": {
                    "privateDnsZoneId": reference(site, endpoint, Id.parse(zone.text) or Id("", ()), zone.text)
                },
            }
            for zone in self.zones
        ]
        fields = {
            "parent": Raw(symbol_of(endpoint)),
            "name": self.target.name,
            "properties": {"privateDnsZoneConfigs": configs},
        }
        return Piece(GROUP, "", f"{endpoint.decl.symbol} zone group", fields)

    def may_change(self, site: Site, found: Instance) -> bool:
        """The group; in Terraform and of a verified module, the endpoint."""
        if form(found) == "bicep":
            return site.is_child(found, self.endpoint, GROUP)
        rid, endpoint = site.id_of(found), Id.parse(self.endpoint.text)
        return rid is not None and endpoint is not None and rid.fits(endpoint)

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """The zones."""
        if form(found) == "bicep":
            return (_CONFIGS,)
        return ((BLOCK,),) if form(found) == "terraform" else (_VERIFIED[:2],)

    def owner(self, site: Site) -> ResourceId | None:
        """The endpoint."""
        return self.endpoint

    def told(self, site: Site) -> str:
        """The block in the endpoint, or the whole group."""
        ids = [zone.text for zone in self.zones]
        if is_terraform(site):
            made = {BLOCK: Nested(({"name": self.target.name, "private_dns_zone_ids": ids},))}
            return f"# in the azurerm_private_endpoint {self.endpoint.name}\n" + "\n".join(entry_lines(made, HCL, ""))
        configs = [
            {"name": zone.name.replace(".", "-"), "properties": {"privateDnsZoneId": zone.text}} for zone in self.zones
        ]
        fields = {
            "name": f"{self.endpoint.name}/{self.target.name}",
            "properties": {"privateDnsZoneConfigs": configs},
        }
        lines = "\n".join(entry_lines(fields, BICEP, "  "))
        group = self.endpoint.resource_group
        return (
            f"// deployed into resource group {group}\nresource zoneGroup '{GROUP}@{NETWORK_VERSION}' = {{\n{lines}\n}}"
        )


def _named(rid: Id, zone: ResourceId) -> bool:
    return rid.names[-1].lower() == zone.name.lower()


def _elements(value: Value | None, owner: str) -> list[Value]:
    if value is None or value.data is None:
        return []
    if not isinstance(value.data, tuple):
        raise Declined(Instruction("code-value-unknown", f"the zones of {owner}: {value.why or 'not a list'}"))
    return list(value.data)
