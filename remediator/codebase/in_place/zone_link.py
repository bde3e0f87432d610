"""A zone's link to a network in code.

A zone can be linked to a network once, so a link of another name that goes to the same network is the one that is
meant. A link whose network the code does not tell may be it: then nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Items
from remediator.codebase.in_place.goal import form, look, refers, same
from remediator.codebase.in_place.layout import BICEP, HCL, Raw, entry_lines
from remediator.codebase.in_place.layout_lists import with_item
from remediator.codebase.in_place.locate import Declined, Site, is_terraform, parent_of_children, where
from remediator.codebase.in_place.longer_list import longer
from remediator.codebase.in_place.piece import DNS_VERSION, Piece, added, group_beside, reference, symbol_of
from remediator.codebase.in_place.setting import Way, put_deep, switched, ways
from remediator.codebase.in_place.source import Edit
from remediator.codebase.in_place.value import Id, Value
from remediator.codebase.in_place.verified import GROUP, LINK
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Unknown

AZURERM = "azurerm_private_dns_zone_virtual_network_link"
_NETWORK = {"bicep": ("properties", "virtualNetwork", "id"), "terraform": ("virtual_network_id",)}
_POLICY = {"bicep": ("properties", "resolutionPolicy"), "terraform": ("resolution_policy",)}


@dataclass(frozen=True, slots=True)
class ZoneLink:
    """A link as it should be. `awaited` are the plan's zone groups and records: they have to be there first."""

    target: ResourceId
    network: ResourceId
    policy: str = "Default"
    registration: bool = False
    awaited: tuple[ResourceId, ...] = ()

    @property
    def zone(self) -> ResourceId:
        """The zone that it is a child of."""
        return ResourceId(self.target.text.rsplit("/", 2)[0])

    def _links(self, site: Site) -> list[Instance]:
        """Declared links of the zone."""
        return site.children(self.zone, LINK)

    def _network(self, site: Site, link: Instance) -> Id | None:
        """Where a declared link goes; where the code does not tell, what Azure has under its name."""
        value = look(link.body, _NETWORK[form(link)])
        told = value.id() if value is not None else None
        if told is not None:
            return told
        zone = site.live.zones.get(self.zone)
        held = zone.links if zone is not None and not isinstance(zone.links, Unknown) else ()
        name = (link.names or ("",))[-1].lower()
        return next((Id.parse(one.network.text) for one in held if one.id.name.lower() == name), None)

    def _is_mine(self, site: Site, link: Instance) -> bool:
        """Whether a declared link of the zone goes to the network, or has the very name and may go anywhere."""
        wanted, own = Id.parse(self.network.text), Id.parse(self.target.text)
        found, rid = self._network(site, link), site.id_of(link)
        if found is not None:
            return wanted is not None and found.fits(wanted)
        return rid is not None and own is not None and rid.fits(own)

    def _mine(self, site: Site) -> list[Instance]:
        ones = [(one, self._network(site, one)) for one in self._links(site)]
        mine = [one for one, _ in ones if self._is_mine(site, one)]
        vague = next((one for one, found in ones if found is None), None)
        if not mine and vague is not None:
            value = look(vague.body, _NETWORK[form(vague)])
            why = value.why if value is not None else "it names no network"
            reason = f"{where(vague)} may be the link to {self.network.name}: its network is not in the code: {why}"
            raise Declined(Instruction("code-value-unknown", reason))
        return mine

    def holds(self, site: Site) -> bool:
        """Whether a link of the zone goes to the network, with the policy."""
        mine = [one for one in self._mine(site) if one.exists is not False]
        if mine:
            return all(self._policy_held(one) for one in site.certain(self.target, mine))
        return any(self._passed(one) is not None for one in site.ones(self.zone) if form(one) == "verified-bicep")

    def _policy_held(self, link: Instance) -> bool:
        value = look(link.body, _POLICY[form(link)])
        if value is None or value.data is None:
            return self.policy == "Default"
        return same(value, self.policy)

    def _passed(self, module: Instance) -> Value | None:
        """The element of a verified module's `virtualNetworkLinks` that goes to the network."""
        wanted = Id.parse(self.network.text)
        held = look(module.body, ("params", "virtualNetworkLinks"))
        for one in held.data if held is not None and isinstance(held.data, tuple) else ():
            if wanted is not None and refers(one.item("virtualNetworkResourceId"), wanted):
                return one if same(one.item("resolutionPolicy") or Value("Default"), self.policy) else None
        return None

    def ways(self, site: Site) -> Iterator[Way]:
        """Its policy, its condition, the list that a loop makes links of, or a link of its own."""
        mine = self._mine(site)
        there = [one for one in mine if one.exists is not False]
        if there:
            yield from self._policy_ways(site, site.certain(self.target, there)[0])
            return
        if mine:
            yield from switched(mine[0].guards, site.code.sources)
            return
        yield from self._loop_ways(site)
        zone = parent_of_children(site, self.zone)
        if form(zone) == "verified-bicep":
            yield from self._module_ways(site, zone)
            return
        if form(zone) == "verified-terraform":
            reason = f"{where(zone)}: the links of {zone.decl.kind} are given in ways that differ by its version"
            raise Declined(Instruction("code-elsewhere", reason))
        siblings = [one for one in self._links(site) if one.scope == zone.scope]
        yield (added(site, self._piece(site, zone), zone, siblings),)

    def _policy_ways(self, site: Site, link: Instance) -> Iterator[Way]:
        path = _POLICY[form(link)]
        value = look(link.body, path)
        bump = self._newer(link)
        if value is not None and not (value.data is None and value.origin is None):
            for way in ways(value, self.policy, site.code.sources):
                yield (*way, *bump)
            return
        for way in put_deep(link.body, path, self.policy, site.code.sources):
            yield (*way, *bump)

    def _newer(self, link: Instance) -> Way:
        """The first API version that knows the policy, where the declaration has an older one (azure-facts 3.4)."""
        version = link.decl.kind.partition("@")[2]
        if form(link) != "bicep" or version[:10] >= DNS_VERSION or self.policy == "Default":
            return ()
        span, kind = link.decl.kind_span, link.decl.kind.partition("@")[0]
        return (Edit(span, f"'{kind}@{DNS_VERSION}'"),) if span is not None else ()

    def _loop_ways(self, site: Site) -> Iterator[Way]:
        """One more element in the list or map that the zone's links are made of."""
        for one in self._links(site):
            source = one.loop
            if source is None or one.exists is False or source.origin is None:
                continue
            text = reference(site, one, self._network_id(), self.network.text)
            yield from longer(site, one, source, self.network, text)

    def _network_id(self) -> Id:
        return Id.parse(self.network.text) or Id("", ())

    def _module_ways(self, site: Site, zone: Instance) -> Iterator[Way]:
        made: dict[str, Any] = {"virtualNetworkResourceId": self.network.text}
        if self.policy != "Default":
            made["resolutionPolicy"] = self.policy
        held = look(zone.body, ("params", "virtualNetworkLinks"))
        if held is None or held.data is None:
            yield from put_deep(zone.body, ("params", "virtualNetworkLinks"), [made], site.code.sources)
        elif isinstance(held.origin, Items) and held.flips is None:
            yield (with_item(site.code.sources[held.origin.span.path], held.origin, made),)
        else:
            raise Declined(Instruction("code-value-unknown", f"the links of {where(zone)}: {held.why or 'not a list'}"))

    def _piece(self, site: Site, zone: Instance) -> Piece:
        network = reference(site, zone, self._network_id(), self.network.text)
        least = DNS_VERSION if self.policy != "Default" else ""
        return Piece(LINK, AZURERM, f"link {self.target.name}", self._fields(site, zone, network), least)

    def _fields(self, site: Site, zone: Instance, network: Any) -> Mapping[str, Any]:
        symbol, awaited = symbol_of(zone), self._awaited(site, zone)
        policy = self.policy if self.policy != "Default" else None
        if form(zone) == "terraform":
            fields = {
                "name": self.target.name,
                "resource_group_name": group_beside(site, zone),
                "private_dns_zone_name": Raw(f"{symbol}.name"),
                "virtual_network_id": network,
            }
            more: dict[str, Any] = {"resolution_policy": policy} if policy else {}
            return fields | more | ({"depends_on": awaited} if awaited else {})
        properties: dict[str, Any] = {"registrationEnabled": self.registration}
        if policy:
            properties["resolutionPolicy"] = policy
        properties["virtualNetwork"] = {"id": network}
        made = {"parent": Raw(symbol), "name": self.target.name, "location": "global", "properties": properties}
        return made | ({"dependsOn": awaited} if awaited else {})

    def _awaited(self, site: Site, zone: Instance) -> list[Raw]:
        """The symbols of what has to be there before, as far as the same scope declares it."""
        targets = self.awaited
        if form(zone) == "terraform":  # a group is a block of its endpoint
            targets = tuple(ResourceId(t.text.rsplit("/", 2)[0]) if t.is_a(GROUP) else t for t in targets)
        found = [one for target in targets for one in site.ones(target) if one.scope == zone.scope and not one.existing]
        return [Raw(symbol_of(one).partition("[")[0]) for one in found]

    def may_change(self, site: Site, found: Instance) -> bool:
        """The link; of a verified module, the zone."""
        rid, zone = site.id_of(found), Id.parse(self.zone.text)
        if form(found) == "verified-bicep":
            return zone is not None and rid is not None and rid.fits(zone)
        if not site.is_child(found, self.zone, LINK):
            return False
        return self._is_mine(site, found)

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """The policy; of a verified module its links."""
        return (_POLICY[form(found)],) if form(found) in _POLICY else (("params", "virtualNetworkLinks"),)

    def owner(self, site: Site) -> ResourceId | None:
        """The zone."""
        return self.zone

    def told(self, site: Site) -> str:
        """The whole link, with full ids."""
        if is_terraform(site):
            fields: dict[str, Any] = {
                "name": self.target.name,
                "resource_group_name": self.zone.resource_group,
                "private_dns_zone_name": self.zone.name,
                "virtual_network_id": self.network.text,
            }
            if self.policy != "Default":
                fields["resolution_policy"] = self.policy
            lines = "\n".join(entry_lines(fields, HCL, "  "))
            return f'resource "{AZURERM}" "link" {{\n{lines}\n}}'
        properties: dict[str, Any] = {"registrationEnabled": self.registration}
        if self.policy != "Default":
            properties["resolutionPolicy"] = self.policy
        properties["virtualNetwork"] = {"id": self.network.text}
        name = f"{self.zone.name}/{self.target.name}"
        lines = "\n".join(entry_lines({"name": name, "location": "global", "properties": properties}, BICEP, "  "))
        group = self.zone.resource_group
        return f"// deployed into resource group {group}\nresource link '{LINK}@{DNS_VERSION}' = {{\n{lines}\n}}"
