"""A registry's own switches in code: public access, default action, address rules, trusted services, SKU.

Defaults of what a declaration leaves out: a template's PUT sets them back to the ARM defaults, and the azurerm
provider documents the same ones (learn Microsoft.ContainerRegistry/registries; azurerm_container_registry).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.goal import form, ignored_changes, look, same
from remediator.codebase.in_place.layout import BICEP, HCL, Nested, entry_lines
from remediator.codebase.in_place.locate import UPDATER, Declined, Site, is_terraform, where
from remediator.codebase.in_place.setting import Way, put_deep, ways
from remediator.codebase.in_place.value import Value, plain
from remediator.codebase.in_place.verified import REGISTRY
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId

_ABSENT = object()
_PATHS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "bicep": {
        "publicNetworkAccess": ("properties", "publicNetworkAccess"),
        "defaultAction": ("properties", "networkRuleSet", "defaultAction"),
        "ipRules": ("properties", "networkRuleSet", "ipRules"),
        "bypass": ("properties", "networkRuleBypassOptions"),
        "sku": ("sku", "name"),
    },
    "verified-bicep": {
        "publicNetworkAccess": ("params", "publicNetworkAccess"),
        "defaultAction": ("params", "networkRuleSetDefaultAction"),
        "ipRules": ("params", "networkRuleSetIpRules"),
        "bypass": ("params", "networkRuleBypassOptions"),
        "sku": ("params", "acrSku"),
    },
    "terraform": {
        "publicNetworkAccess": ("public_network_access_enabled",),
        "defaultAction": ("network_rule_set", "default_action"),
        "ipRules": ("network_rule_set", "ip_rule"),
        "bypass": ("network_rule_bypass_option",),
        "sku": ("sku",),
    },
    "azapi": {
        "publicNetworkAccess": ("body", "properties", "publicNetworkAccess"),
        "defaultAction": ("body", "properties", "networkRuleSet", "defaultAction"),
        "ipRules": ("body", "properties", "networkRuleSet", "ipRules"),
        "bypass": ("body", "properties", "networkRuleBypassOptions"),
        "sku": ("body", "sku", "name"),
    },
    "verified-terraform": {
        "publicNetworkAccess": ("public_network_access_enabled",),
        "defaultAction": ("network_rule_set", "default_action"),
        "ipRules": ("network_rule_set", "ip_rule"),
        "bypass": ("network_rule_bypass_option",),
        "sku": ("sku",),
    },
}
_DEFAULTS: Mapping[str, Any] = {
    "publicNetworkAccess": "Enabled",
    "defaultAction": "Allow",
    "ipRules": [],
    "bypass": "AzureServices",
}
# What only Premium has, by ARM's names and the provider's (learn container-registry-skus).
_OF_SKU = (
    "policies",
    "encryption",
    "zoneRedundancy",
    "dataEndpointEnabled",
    "anonymousPullEnabled",
    "zone_redundancy_enabled",
    "georeplications",
    "retention_policy_in_days",
    "trust_policy_enabled",
    "quarantine_policy_enabled",
    "export_policy_enabled",
    "data_endpoint_enabled",
)


@dataclass(frozen=True, slots=True)
class RegistrySwitch:
    """One field of a registry as it should be.

    `beside` is the default action that stands beside new address rules, `planned` are the fields that the plan changes.
    """

    target: ResourceId
    field: str
    value: Any
    beside: str | None = None
    planned: frozenset[str] = frozenset()

    def holds(self, site: Site) -> bool:
        """Whether every instance of its declaration says so."""
        self._no_other_writer(site)
        return all(self._said(found) for found in site.declared(self.target))

    def _no_other_writer(self, site: Site) -> None:
        """Where azapi changes the same field of what something else declares, nobody can say which counts."""
        for one in site.ones(self.target):
            value = look(one.body, _PATHS["azapi"][self.field]) if one.decl.kind == UPDATER else None
            if value is not None and one.exists is not False:
                reason = f"{where(one)} sets {self.field} of {self.target.name} beside its declaration"
                raise Declined(Instruction("code-ambiguous", reason))

    def _said(self, found: Instance) -> bool:
        value = self._found(found)
        wanted = self._wanted(form(found))
        if value is None or (value.known and value.data is None):
            plain_form = form(found) in ("bicep", "terraform", "azapi")
            return plain_form and self.value == _DEFAULTS.get(self.field, _ABSENT)
        if self.field == "ipRules":
            return sorted(_addresses(plain(value))) == sorted(self.value) and value.known
        return same(value, wanted)

    def _found(self, found: Instance) -> Value | None:
        return look(found.body, _PATHS[form(found)][self.field])

    def _wanted(self, written: str) -> Any:
        terraform = written.endswith("terraform")
        if self.field == "publicNetworkAccess" and terraform:
            return self.value == "Enabled"
        if self.field == "ipRules":
            return [self._rule(address, terraform=terraform) for address in self.value]
        return self.value

    @staticmethod
    def _rule(address: str, *, terraform: bool) -> dict[str, Any]:
        return {"action": "Allow", "ip_range" if terraform else "value": address}

    def ways(self, site: Site) -> Iterator[Way]:
        """Set what is there, or put what is missing."""
        found = site.declared(self.target)[0]
        written = form(found)
        path, wanted = _PATHS[written][self.field], self._wanted(written)
        value = look(found.body, path)
        ignored = _ignored(found, path[0])
        if ignored:
            raise Declined(Instruction("code-ignored", f"{where(found)} ignores changes of {ignored} (lifecycle)"))
        if value is not None and not value.known:
            raise Declined(Instruction("code-value-unknown", f"{self.field} at {where(found)}: {value.why}"))
        if value is not None and not (value.data is None and value.origin is None):
            yield from ways(value, wanted, site.code.sources)
            return
        unknown = _unknown_on_the_way(found.body, path)
        if unknown:
            raise Declined(Instruction("code-value-unknown", f"{self.field} at {where(found)}: {unknown}"))
        path, wanted = self._put(found, path, wanted)
        yield from put_deep(found.body, path, wanted, site.code.sources, nested=written == "terraform")

    def _put(self, found: Instance, path: tuple[str, ...], wanted: Any) -> tuple[tuple[str, ...], Any]:
        """New address rules come with the default action, without which a rule set is not whole."""
        written = form(found)
        if self.field == "ipRules" and written == "terraform":
            wanted = Nested(tuple(wanted))
        outer = look(found.body, path[:-1])
        fresh = len(path) > 1 and (outer is None or outer.data is None or outer.data == ())
        if self.field == "ipRules" and fresh and path[-2] != "params":
            beside = self.beside or _DEFAULTS["defaultAction"]
            made = {"defaultAction" if written in ("bicep", "azapi") else "default_action": beside, path[-1]: wanted}
            return path[:-1], Nested((made,)) if written == "terraform" else made
        return path, wanted

    def may_change(self, site: Site, found: Instance) -> bool:
        """The registry itself: Azure has its name once, wherever the code puts it."""
        same_name = found.names is not None and found.names[-1].lower() == self.target.name.lower()
        return found.type.lower() == REGISTRY.lower() and same_name

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """The field, what else the plan changes, and what follows from it.

        The default action comes with the first address rules; without public access the rules mean nothing; what only
        Premium has hangs on the SKU.
        """
        paths = _PATHS[form(found)]
        beside: tuple[tuple[str, ...], ...] = (paths["defaultAction"],) if self.field == "ipRules" else ()
        if self.field == "publicNetworkAccess" and self.value == "Disabled":
            beside = (paths["defaultAction"], paths["ipRules"])
        if self.field == "sku":
            beside = tuple((*paths["bypass"][:-1], key) for key in _OF_SKU)
        return (paths[self.field], *beside, *(paths[key] for key in sorted(self.planned)))

    def owner(self, site: Site) -> ResourceId | None:
        """The registry."""
        return self.target

    def told(self, site: Site) -> str:
        """The field in the registry's declaration."""
        written = "terraform" if is_terraform(site) else "bicep"
        wanted: Any = self._wanted(written)
        path = _PATHS[written][self.field]
        if written == "terraform":
            if self.field == "ipRules":
                wanted = Nested(tuple(wanted))
            made = {path[0]: Nested(({path[1]: wanted},))} if len(path) > 1 else {path[0]: wanted}
            return "\n".join(entry_lines(made, HCL, ""))
        for key in reversed(path[1:]):
            wanted = {key: wanted}
        return "\n".join(entry_lines({path[0]: wanted}, BICEP, ""))


def _ignored(found: Instance, attribute: str) -> str:
    """The attribute where Terraform leaves it alone (`lifecycle.ignore_changes`), "" where it does not."""
    if form(found) != "terraform":
        return ""
    names = ignored_changes(found)
    return attribute if attribute in names else "everything" if "all" in names else ""


def _addresses(rules: Any) -> list[str]:
    if not isinstance(rules, list):
        return ["?"]
    return [str(rule.get("value", rule.get("ip_range", "?"))) if isinstance(rule, dict) else "?" for rule in rules]


def _unknown_on_the_way(body: Value, path: tuple[str, ...]) -> str:
    for depth in range(len(path)):
        found = look(body, path[:depth])
        if found is not None and not found.known:
            return found.why
    return ""


def switches(
    target: ResourceId, after: Mapping[str, Any], beside: str | None, planned: Iterable[str] = ()
) -> tuple[RegistrySwitch, ...]:
    """One wish for each field of a change; `planned` are the fields of the registry that the whole plan changes."""
    fields = frozenset(planned) & set(_PATHS["bicep"])
    return tuple(
        RegistrySwitch(target, key, value, beside, fields) for key, value in after.items() if key in _PATHS["bicep"]
    )
