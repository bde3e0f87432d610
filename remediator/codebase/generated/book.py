"""One folder: what it declares, and the files that this is in a given estate.

Called by `folder`, change after change. Values are those of the estate at that point of the plan; what the plan is yet
to bring back keeps the values that it will have, so that nothing goes and comes again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from remediator.codebase.generated import bicep, terraform
from remediator.codebase.generated.handover import disputed, groups
from remediator.codebase.generated.held import GROUP, Fact, Folder, Held, fact_of, proper
from remediator.codebase.generated.marks import Mark, place
from remediator.codebase.generated.owner import SHARED, folder_of
from remediator.codebase.generated.terraform_text import label
from remediator.core.code_home import CodeHome, Language
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Peering, PrivateEndpoint, Snapshot, Unknown, ZoneLink

_RENDER = {Language.BICEP: bicep.render, Language.TERRAFORM: terraform.render}
Marks = Mapping[ResourceId, Mark]


class NotKnown(Exception):
    """What the folder declares was not read: nothing may be written."""


@dataclass(slots=True)
class Book:
    """A folder's name and what it declares by now.

    What policies do is seen in `live`, the estate before the plan. `exempted` are endpoints that the folder takes out
    of a policy's hands.
    """

    name: str
    home: CodeHome
    live: Snapshot
    by_policy: frozenset[ResourceId]
    marks: Marks
    subscriptions: frozenset[str] = frozenset()
    exempted: set[ResourceId] = field(default_factory=set)
    _freed: dict[str, str] = field(default_factory=dict)

    def holder(self, target: ResourceId) -> ResourceId:
        """What is declared for a target: in Terraform an endpoint for its zone group."""
        inside = self.home.language is Language.TERRAFORM and target.is_a(GROUP)
        return target.parent if inside and target.parent is not None else target

    def declares(self, target: ResourceId) -> bool:
        """Whether the folder declares it."""
        found = self.marks.get(self.holder(target))
        return found is not None and not found.released

    def add(self, target: ResourceId, *, adopted: bool) -> None:
        """Declare it from now on."""
        rid = self.holder(target)
        taken = {one.label for one in self.marks.values() if one.id.is_a(rid.type)}
        if not self.declares(rid):
            name = self._freed.pop(rid.type.lower(), "") or label(rid.name, taken)
            self.marks = {**self.marks, rid: Mark(rid, adopted, name)}

    def drop(self, target: ResourceId) -> None:
        """Declare it, and what hangs on it, no more; the next of its type takes its place in Terraform, which then
        destroys the old one before it makes the new one."""
        self._freed = {one.id.type.lower(): one.label for one in self.marks.values() if one.id == target}
        self.marks = {rid: one for rid, one in self.marks.items() if not rid.within(target)}

    def release(self, rid: ResourceId) -> None:
        """Declare it no more and leave it as it is: others keep it. Bicep deletes nothing, Terraform has to be told."""
        marks = {other: one for other, one in self.marks.items() if other != rid}
        if self.home.language is Language.TERRAFORM:
            marks[rid] = replace(self.marks[rid], released=True)
        self.marks = marks

    def files(self, marks: Marks, world: Snapshot, final: Snapshot) -> dict[str, str]:
        """The files that declare what `marks` name, by path from the root; `NotKnown`."""
        held = []
        for one in marks.values():
            if one.released:
                continue
            fact = _known(one.id, world)
            fact = _known(one.id, final) if fact is None else fact
            if fact is not None:
                held.append(Held(fact, one.adopted, one.label))
        subject, location = _described(self.name, world, held)
        policies = frozenset(one.id for one in held if one.id in self.by_policy)
        folder = Folder(
            name=self.name,
            subject=subject,
            cloud=world.cloud,
            location=location,
            held=tuple(sorted(held, key=lambda one: one.id.key)),
            by_policy=policies,
            disputed=frozenset(_disputed(self.live, held)) - policies,
            remote_prefixes=_remote_prefixes(world, held),
            released={one.id: one.label for one in marks.values() if one.released},
            subscriptions=self.subscriptions,
        )
        self.exempted |= folder.disputed
        rendered = _RENDER[self.home.language](folder)
        return {place(self.home, self.name, file): text for file, text in rendered.items()}


def _known(rid: ResourceId, world: Snapshot) -> Fact | None:
    fact = fact_of(world, rid)
    if isinstance(fact, Unknown):
        raise NotKnown(f"the folder declares {proper(rid)}, and {fact.reason}")
    if isinstance(fact, PrivateEndpoint) and isinstance(fact.zone_groups, Unknown):
        raise NotKnown(f"the zone groups of {proper(rid)} are not known: {fact.zone_groups.reason}")
    return fact


def _described(name: str, world: Snapshot, held: list[Held]) -> tuple[str, str]:
    """Whose access the folder holds, in words, and the region in which its deployments may be recorded."""
    own = sorted(rid for rid in world.registries if folder_of(rid) == name)
    if own:
        registry = world.registries[own[0]]
        return f"the private access to the registry {registry.id.name}", registry.location
    networks = sorted(one.fact.network for one in held if isinstance(one.fact, ZoneLink))
    networks += sorted(one.id.parent for one in held if isinstance(one.fact, Peering) and one.id.parent)
    places = [world.networks[rid].location for rid in networks if rid in world.networks]
    places += [world.registries[rid].location for rid in sorted(world.registries)]
    shared = "what several registries share of their private access"
    said = shared if name == SHARED else f"the private access to the registry {name}"
    return said, places[0] if places else "westeurope"


def _disputed(live: Snapshot, held: list[Held]) -> set[ResourceId]:
    """The endpoints of the folder whose zone group a policy would write elsewhere."""
    found = set()
    for one in held:
        if isinstance(one.fact, PrivateEndpoint) and any(disputed(live, group) for group in groups(one.fact)):
            found.add(one.id)
    return found


def _remote_prefixes(world: Snapshot, held: list[Held]) -> Mapping[ResourceId, tuple[str, ...]]:
    """The address ranges of the networks at the other ends of peerings."""
    found = {}
    for one in held:
        other = world.networks.get(one.fact.remote) if isinstance(one.fact, Peering) else None
        if other is not None:
            found[one.id] = other.prefixes
    return found
