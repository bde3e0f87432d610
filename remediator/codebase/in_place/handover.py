"""An endpoint whose zone group a policy keeps, in code: the code leaves the group to the policy, so that nobody fights.

Terraform ignores the group (`lifecycle.ignore_changes`), Azure's verified modules have an input for it
(`private_endpoints_manage_dns_zone_group`), and a Bicep file does not declare the group any more. Sources: azure-facts
3.2; registry.terraform.io azurerm_private_endpoint and Azure/avm-res-containerregistry-registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Items
from remediator.codebase.in_place.goal import form, ignored_changes, lifecycle_of, look, same
from remediator.codebase.in_place.layout import Nested, Raw, with_entry
from remediator.codebase.in_place.layout_lists import with_item
from remediator.codebase.in_place.locate import Declined, Site, is_terraform, where
from remediator.codebase.in_place.setting import Way, put_deep, removed, ways
from remediator.codebase.in_place.verified import GROUP
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId

BLOCK = "private_dns_zone_group"
INPUT = "private_endpoints_manage_dns_zone_group"


@dataclass(frozen=True, slots=True)
class HandOver:
    """An endpoint's zone group is a policy's; the verified module of `registry` may make the endpoint."""

    endpoint: ResourceId
    registry: ResourceId | None = None

    def holds(self, site: Site) -> bool:
        """Whether the code leaves the group alone."""
        if is_terraform(site):
            return all(self._left(one) for one in self._owners(site))
        return not self._groups(site)

    def _left(self, owner: Instance) -> bool:
        if form(owner) == "verified-terraform":
            return same(look(owner.body, (INPUT,)), False)
        return bool({BLOCK, "all"} & set(ignored_changes(owner)))

    def _owners(self, site: Site) -> tuple[Instance, ...]:
        """The endpoint's declaration, else the verified module of its registry, which makes its endpoints."""
        try:
            return site.declared(self.endpoint)
        except Declined:
            if self.registry is None:
                raise
            owners = site.declared(self.registry)
            if form(owners[0]) != "verified-terraform":
                raise
            return owners

    def _groups(self, site: Site) -> list[Instance]:
        return [one for one in site.children(self.endpoint, GROUP) if one.exists is not False]

    def ways(self, site: Site) -> Iterator[Way]:
        """Ignore the group, or declare it no more."""
        if not is_terraform(site):
            yield from self._undeclared(site)
            return
        owner = self._owners(site)[0]
        source = site.code.sources[owner.decl.path]
        if form(owner) == "verified-terraform":
            value = look(owner.body, (INPUT,))
            if value is None:
                yield from put_deep(owner.body, (INPUT,), False, site.code.sources)
            else:
                yield from ways(value, False, site.code.sources)
            return
        body, lifecycle = owner.decl.body, lifecycle_of(owner)
        entry = lifecycle.entry("ignore_changes") if lifecycle is not None else None
        if entry is not None and isinstance(entry.value, Items):
            yield (with_item(source, entry.value, Raw(BLOCK)),)
        elif lifecycle is not None:
            yield (with_entry(source, lifecycle, "ignore_changes", [Raw(BLOCK)]),)
        elif body is not None:
            yield (with_entry(source, body, "lifecycle", Nested(({"ignore_changes": [Raw(BLOCK)]},))),)

    def _undeclared(self, site: Site) -> Iterator[Way]:
        found = self._groups(site)[0]
        source = site.code.sources[found.decl.path]
        rest = source.raw[: found.decl.span.start] + source.raw[found.decl.span.end :]
        if re.search(rb"\b" + re.escape(found.decl.symbol.encode()) + rb"\b", rest):
            reason = f"{where(found)} is a policy's now, and other declarations refer to it"
            raise Declined(Instruction("code-shared", reason))
        yield (removed(source, found.decl.span),)

    def may_change(self, site: Site, found: Instance) -> bool:
        """The group; in Terraform the endpoint, or the module that makes it."""
        if is_terraform(site):
            return any(one.key == found.key for one in self._owners(site))
        return any(one.key == found.key for one in self._groups(site))

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """Who owns the group."""
        return (("lifecycle",), (INPUT,))

    def owner(self, site: Site) -> ResourceId | None:
        """The endpoint."""
        return self.endpoint

    def told(self, site: Site) -> str:
        """What leaves the group to the policy."""
        if is_terraform(site):
            return (
                f"# in the azurerm_private_endpoint {self.endpoint.name}\n"
                f"lifecycle {{\n  ignore_changes = [{BLOCK}]\n}}\n"
                f"# or, where a verified module makes it:\n{INPUT} = false"
            )
        return f"// declare no privateDnsZoneGroups of {self.endpoint.name}: a policy keeps its group"
