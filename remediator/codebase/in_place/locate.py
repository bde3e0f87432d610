"""Which place in the code declares a resource of Azure, with certainty?

Certain is: type and names are worked out from the code and are the same, the scope is the same or cannot be another,
and one declaration has them. Everything else is `Declined` with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from remediator.codebase.in_place.declared import Instance, Place
from remediator.codebase.in_place.value import Id, plain
from remediator.codebase.in_place.verified import ENDPOINT, NETWORK, REGISTRY, ZONE
from remediator.codebase.in_place.worlds import Code
from remediator.core.code_home import Language
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot

UPDATER = "azapi_update_resource"  # changes a part of what something else declares
_KINDS = {
    "registries": "registry",
    "privateendpoints": "private endpoint",
    "privatednszones": "private zone",
    "virtualnetworks": "network",
    "virtualnetworklinks": "link",
    "virtualnetworkpeerings": "peering",
    "a": "record",
    "privatednszonegroups": "zone group",
}
_WORDS = {
    REGISTRY: ("Microsoft.ContainerRegistry/registries@", "azurerm_container_registry"),
    ENDPOINT: ("Microsoft.Network/privateEndpoints@", "azurerm_private_endpoint"),
    ZONE: ("Microsoft.Network/privateDnsZones@", "azurerm_private_dns_zone"),
    NETWORK: ("Microsoft.Network/virtualNetworks@", "azurerm_virtual_network"),
}


class Declined(Exception):
    """Nothing is written: the instruction says why."""

    def __init__(self, told: Instruction) -> None:
        super().__init__(told.reason)
        self.told = told


@dataclass(slots=True)
class Site:
    """The code beside the estate. `places` are scopes that are certain from a registry, whose name Azure has once;
    `subscriptions` are those into which deployments with such a registry go."""

    code: Code
    live: Snapshot
    places: dict[str, Place] = field(default_factory=dict)
    subscriptions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, code: Code, live: Snapshot) -> Site:
        """With the places worked out."""
        site = cls(code, live)
        by_name = {registry.name.lower(): registry for registry in live.registries}
        for world in code.worlds:
            seen = {
                (rid.resource_group.lower(), rid.subscription.lower()): rid
                for found in world.instances
                if found.type.lower() == REGISTRY.lower() and found.names is not None and _inherits(found)
                for rid in [by_name.get(found.names[-1].lower())]
                if rid is not None
            }
            if len(seen) == 1:
                rid = next(iter(seen.values()))
                site.places[world.name] = Place(rid.resource_group, rid.subscription)
            held = {
                by_name[found.names[-1].lower()].subscription.lower()
                for found in world.instances
                if found.type.lower() == REGISTRY.lower() and not found.existing and found.place.subscription is None
                if found.names is not None and found.names[-1].lower() in by_name
            }
            if len(held) == 1:
                site.subscriptions[world.name] = held.pop()
        return site

    def instances(self) -> Iterator[Instance]:
        """Everything that is declared or referred to."""
        for world in self.code.worlds:
            yield from world.instances

    def id_of(self, found: Instance) -> Id | None:
        """Its id, with the scope that is certain."""
        rid = found.id
        if rid is None:
            return None
        known = self.places.get(found.world)
        if known is None or not _inherits(found):
            return rid
        return replace(rid, group=known.group, subscription=known.subscription)

    def ones(self, target: ResourceId) -> Iterator[Instance]:
        """Every instance that may be the target, referred to or declared, there or switched off."""
        wanted = Id.parse(target.text)
        for found in self.instances():
            rid = self.id_of(found)
            if wanted is not None and rid is not None and rid.fits(wanted):
                yield found

    def children(self, parent: ResourceId, kind: str) -> list[Instance]:
        """Declared children of a type, also those whose own name is not known."""
        return [found for found in self.instances() if self.is_child(found, parent, kind)]

    def is_child(self, found: Instance, parent: ResourceId, kind: str) -> bool:
        """Whether something that is declared is a child of this type of a parent."""
        if found.type.lower() != kind.lower() or found.existing:
            return False
        wanted, rid = Id.parse(parent.text), self.id_of(found)
        if rid is not None:
            owner = replace(rid, type=rid.type.rpartition("/")[0], names=rid.names[:-1])
        elif found.parent is not None:
            owner = found.parent
        else:
            return False
        return wanted is not None and owner.fits(wanted)

    def declared(self, target: ResourceId) -> tuple[Instance, ...]:
        """The instances of the one declaration of the target; `Declined` where there is none, or no certain one."""
        ones = [found for found in self.ones(target) if not found.existing and found.decl.kind != UPDATER]
        there = [found for found in ones if found.exists is not False]
        if not there:
            raise Declined(_not_there(self, target, ones))
        return self.certain(target, there)

    def certain(self, target: ResourceId, there: list[Instance]) -> tuple[Instance, ...]:
        """The same, where they are of one declaration and cannot be another's; else `Declined`."""
        declarations = {found.decl.key: found for found in there}
        if len(declarations) > 1:
            where = " and ".join(sorted(_where(found) for found in declarations.values()))
            raise Declined(Instruction("code-ambiguous", f"{_words(target)} is declared in {where}"))
        if len({found.key for found in there}) > len({found.world for found in there}):
            reason = f"{_where(there[0])} declares {_words(target)} more than once in one deployment"
            raise Declined(Instruction("code-ambiguous", reason))
        if target.type.lower() != REGISTRY.lower():
            if any(_group(self, found) is None for found in there):
                self._only_one(target, there)
            self._one_subscription(target, there)
        return tuple(there)

    def _one_subscription(self, target: ResourceId, there: list[Instance]) -> None:
        """Several deployments mean one resource only where all say its subscription; often they are environments."""
        worlds = sorted({found.world for found in there})
        said = {(rid.subscription or "").lower() if (rid := self.id_of(one)) is not None else "" for one in there}
        held = {self.subscriptions.get(world, "") for world in worlds}
        if len(worlds) > 1 and "" in said and held != {target.subscription.lower()}:
            reason = (
                f"{_where(there[0])} declares {_words(target)} in {' and '.join(worlds)}, "
                "which may be deployed into several subscriptions"
            )
            raise Declined(Instruction("code-ambiguous", reason))

    def only_name(self, target: ResourceId) -> bool:
        """Whether Azure has no other resource of this type and name, as far as was read."""
        return all(rid == target for rid in _same_names(self.live, target))

    def _only_one(self, target: ResourceId, there: list[Instance]) -> None:
        """Without a group in the code it is certain only where Azure has one such name and the code one deployment."""
        others = [rid for rid in _same_names(self.live, target) if rid != target]
        if others or len({found.world for found in there}) > 1:
            what = f"also {others[0].text}" if others else "deployed with several parameter files"
            reason = (
                f"{_where(there[0])} declares {_words(target)} without its resource group, and a name like it is {what}"
            )
            raise Declined(Instruction("code-ambiguous", reason))


def _inherits(found: Instance) -> bool:
    return found.place.inherited and found.place.group is None


def _group(site: Site, found: Instance) -> str | None:
    rid = site.id_of(found)
    return rid.group if rid is not None else None


def _same_names(live: Snapshot, target: ResourceId) -> Iterator[ResourceId]:
    owner = target
    while owner.parent is not None:
        owner = owner.parent
    held: Iterable[ResourceId] = (*live.zones, *live.endpoints, *live.networks)
    for rid in held:
        if rid.type.lower() == owner.type.lower() and rid.name.lower() == owner.name.lower():
            yield target if rid == owner else rid


def _not_there(site: Site, target: ResourceId, off: list[Instance]) -> Instruction:
    """Why no declaration was found."""
    what = _words(target)
    if off:
        return Instruction("code-not-located", f"{_where(off[0])} declares {what} under a condition that is false")
    referred = next((found for found in site.ones(target) if found.existing), None)
    broken = _unparsed(site, target)
    if broken:
        return Instruction("code-not-parsed", f"{broken} cannot be parsed, and it may declare {what}")
    vague = [found for found in site.instances() if _vague(found, target)]
    if vague:
        reason = f"{_where(vague[0])} may declare {what}, but its name is not in the code: {vague[0].why}"
        return Instruction("code-value-unknown", reason)
    outside = next((found for found in site.instances() if _outside(found, target)), None)
    if outside is not None:
        reason = f"{_where(outside)} passes {target.name} to {outside.decl.kind}, which is not in this repository"
        return Instruction("code-elsewhere", reason)
    if referred is not None:
        return Instruction("code-not-located", f"{_where(referred)} only refers to {what}; it is declared elsewhere")
    return Instruction("code-not-located", f"nothing in this folder declares {what}")


def _unparsed(site: Site, target: ResourceId) -> str:
    """A file with a syntax error that names the target or its type."""
    words = [target.name, *_WORDS.get(target.type, ())]
    for path in site.code.unparsed:
        raw = site.code.sources[path].raw.lower()
        if any(word.lower().encode() in raw for word in words):
            return path
    return ""


def _vague(found: Instance, target: ResourceId) -> bool:
    same = found.type.lower() == target.type.lower()
    return same and found.names is None and not found.existing and found.exists is not False


def _outside(found: Instance, target: ResourceId) -> bool:
    """A call of a module that is not in the tree, with the target's name among what is passed."""

    return not found.type and found.exists is not False and f"'{target.name.lower()}'" in str(plain(found.body)).lower()


def _where(found: Instance) -> str:
    return f"{found.decl.symbol} in {found.decl.path}"


def _words(target: ResourceId) -> str:
    kind = target.type.rpartition("/")[2]
    return f"{_KINDS.get(kind.lower(), kind)} {target.name}"


def where(found: Instance) -> str:
    """A declaration for people."""
    return _where(found)


def is_terraform(site: Site) -> bool:
    """Whether the code is Terraform."""
    return site.code.language is Language.TERRAFORM


def parent_of_children(site: Site, rid: ResourceId) -> Instance:
    """Its declaration, else the one place that refers to it and can have children; `Declined` where none is sure."""
    try:
        return site.declared(rid)[0]
    except Declined as declined:
        terraform = is_terraform(site)
        ones = [one for one in site.ones(rid) if one.existing and (terraform or one.place.inherited)]
        if len({one.decl.key for one in ones}) != 1 or declined.told.code == "code-ambiguous":
            raise
        return site.certain(rid, ones)[0]
