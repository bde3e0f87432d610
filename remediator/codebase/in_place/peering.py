"""One side of a peering in code. Azure knows one peering between two networks, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.goal import form, look, same
from remediator.codebase.in_place.layout import BICEP, HCL, Raw, entry_lines
from remediator.codebase.in_place.locate import Declined, Site, is_terraform, where
from remediator.codebase.in_place.piece import NETWORK_VERSION, Piece, added, group_beside, reference, symbol_of
from remediator.codebase.in_place.setting import Way, put_deep, switched, ways
from remediator.codebase.in_place.value import Id
from remediator.codebase.in_place.verified import PEERING
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId

AZURERM = "azurerm_virtual_network_peering"
# ARM's name, the provider's, and what a declaration that leaves it out means.
_FLAGS: Mapping[str, tuple[str, bool]] = {
    "allowVirtualNetworkAccess": ("allow_virtual_network_access", True),
    "allowForwardedTraffic": ("allow_forwarded_traffic", False),
    "allowGatewayTransit": ("allow_gateway_transit", False),
    "useRemoteGateways": ("use_remote_gateways", False),
}
_REMOTE = {"bicep": ("properties", "remoteVirtualNetwork", "id"), "terraform": ("remote_virtual_network_id",)}


@dataclass(frozen=True, slots=True)
class Peering:
    """A side as it should be; `flags` are those that matter, by ARM's names."""

    target: ResourceId
    remote: ResourceId
    flags: Mapping[str, bool]

    @property
    def network(self) -> ResourceId:
        """The network whose side it is."""
        return ResourceId(self.target.text.rsplit("/", 2)[0])

    def _mine(self, site: Site) -> list[Instance]:
        remote, own = Id.parse(self.remote.text), Id.parse(self.target.text)
        found: list[Instance] = []
        vague: Instance | None = None
        for one in site.children(self.network, PEERING):
            rid = site.id_of(one)
            value = look(one.body, _REMOTE[form(one)])
            goes = value.id() if value is not None else None
            named = rid is not None and own is not None and rid.fits(own)
            if named or (goes is not None and remote is not None and goes.fits(remote)):
                found.append(one)
            elif goes is None:
                vague = vague or one
        if not found and vague is not None:
            reason = f"{where(vague)} may be the peering to {self.remote.name}: where it goes is not in the code"
            raise Declined(Instruction("code-value-unknown", reason))
        return found

    def holds(self, site: Site) -> bool:
        """Whether the code declares it with the flags."""
        mine = [one for one in self._mine(site) if one.exists is not False]
        return bool(mine) and all(not self._wrong(one) for one in site.certain(self.target, mine))

    def _wrong(self, found: Instance) -> list[str]:
        return [key for key, wanted in self.flags.items() if not self._flag_held(found, key, wanted)]

    def _flag_held(self, found: Instance, key: str, wanted: bool) -> bool:
        value = look(found.body, self._path(found, key))
        return wanted == _FLAGS[key][1] if value is None or value.data is None else same(value, wanted)

    @staticmethod
    def _path(found: Instance, key: str) -> tuple[str, ...]:
        return (_FLAGS[key][0],) if form(found) == "terraform" else ("properties", key)

    def ways(self, site: Site) -> Iterator[Way]:
        """Its flags, its condition, or a peering of its own after the network."""
        mine = self._mine(site)
        there = [one for one in mine if one.exists is not False]
        if there:
            yield from self._flag_ways(site, site.certain(self.target, there)[0])
            return
        if mine:
            yield from switched(mine[0].guards, site.code.sources)
            return
        network = site.declared(self.network)[0]
        if form(network) not in ("bicep", "terraform"):
            reason = f"{where(network)} is made by a module that is not in this repository"
            raise Declined(Instruction("code-elsewhere", reason))
        inline = look(network.body, ("properties", "virtualNetworkPeerings"))
        if inline is not None and inline.data is not None:
            reason = f"{where(network)} lists its peerings itself"
            raise Declined(Instruction("code-value-unknown", reason))
        siblings = [one for one in site.instances() if one.scope == network.scope and one.type == network.type]
        piece = Piece(PEERING, AZURERM, self.target.name, self._fields(site, network))
        yield (added(site, piece, network, [one for one in siblings if one.type.lower() == PEERING.lower()]),)

    def _flag_ways(self, site: Site, found: Instance) -> Iterator[Way]:
        wrong = self._wrong(found)
        made: list[Way] = []
        for key in wrong:
            path, wanted = self._path(found, key), self.flags[key]
            value = look(found.body, path)
            if value is None or (value.data is None and value.origin is None):
                options = list(put_deep(found.body, path, wanted, site.code.sources))
            else:
                options = list(ways(value, wanted, site.code.sources))
            if not options:
                raise Declined(Instruction("code-value-unknown", f"{key} at {where(found)} is not a plain value"))
            made.append(options[0])
        yield tuple(edit for way in made for edit in way)

    def _fields(self, site: Site, network: Instance) -> dict[str, Any]:
        remote = reference(site, network, Id.parse(self.remote.text) or Id("", ()), self.remote.text)
        symbol = symbol_of(network)
        if form(network) == "terraform":
            return _terraform(self, Raw(f"{symbol}.name"), group_beside(site, network), remote)
        return {"parent": Raw(symbol), "name": self.target.name, "properties": _properties(self, remote)}

    def may_change(self, site: Site, found: Instance) -> bool:
        """The peering."""
        if found.type.lower() != PEERING.lower() or found.existing:
            return False
        try:
            return any(one.key == found.key for one in self._mine(site))
        except Declined:
            return False

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """The flags."""
        return tuple(self._path(found, key) for key in self.flags)

    def owner(self, site: Site) -> ResourceId | None:
        """The network."""
        return self.network

    def told(self, site: Site) -> str:
        """The whole peering, with full ids."""
        if is_terraform(site):
            fields = _terraform(self, self.network.name, self.network.resource_group, self.remote.text)
            lines = "\n".join(entry_lines(fields, HCL, "  "))
            return f'resource "{AZURERM}" "peering" {{\n{lines}\n}}'
        fields = {
            "name": f"{self.network.name}/{self.target.name}",
            "properties": _properties(self, self.remote.text),
        }
        lines = "\n".join(entry_lines(fields, BICEP, "  "))
        group = self.network.resource_group
        return (
            f"// deployed into resource group {group}\nresource peering '{PEERING}@{NETWORK_VERSION}' = {{\n{lines}\n}}"
        )


def _properties(peering: Peering, remote: Any) -> dict[str, Any]:
    return {"remoteVirtualNetwork": {"id": remote}, **peering.flags}


def _terraform(peering: Peering, network: Any, group: Any, remote: Any) -> dict[str, Any]:
    flags = {_FLAGS[key][0]: wanted for key, wanted in peering.flags.items()}
    return {
        "name": peering.target.name,
        "resource_group_name": group,
        "virtual_network_name": network,
        "remote_virtual_network_id": remote,
        **flags,
    }
