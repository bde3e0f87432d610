"""Private DNS zones of registries, with their links and records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown


@dataclass(frozen=True, slots=True)
class ZoneLink:
    """A virtual network link; only one can exist for a zone and a network (azure-facts 3.1)."""

    id: ResourceId
    network: ResourceId
    state: str = "Completed"
    resolution_policy: str = "Default"
    registration_enabled: bool = False
    provisioning_state: str = "Succeeded"

    @property
    def falls_back(self) -> bool:
        """Whether a name that the zone lacks is asked again in public (azure-facts 3.5)."""
        return self.resolution_policy.lower() == "nxdomainredirect"


@dataclass(frozen=True, slots=True)
class Record:
    """An A record set; `creator` is the metadata that a zone group leaves, "" for one made by hand."""

    id: ResourceId
    name: str
    addresses: tuple[str, ...]
    ttl: int = 10
    creator: str = ""

    @property
    def kept_by_group(self) -> bool:
        """Whether a zone group wrote it (azure-facts 1.5: ttl 10 and a creator; by hand: 3600 and none)."""
        return "private endpoint" in self.creator.lower()


@dataclass(frozen=True)
class PrivateZone:
    """A private DNS zone of registries (`privatelink.azurecr.*`)."""

    id: ResourceId
    name: str
    links: tuple[ZoneLink, ...] | Unknown = ()
    records: tuple[Record, ...] | Unknown = ()
    provisioning_state: str = "Succeeded"

    def link_to(self, network: ResourceId) -> ZoneLink | None:
        """The link to a network, None when there is none or the links cannot be read."""
        return self._link_by_network.get(network.key)

    def record(self, name: str) -> Record | None:
        """The record of that relative name, None when there is none or the records cannot be read."""
        return self._record_by_name.get(name.lower())

    @cached_property
    def _link_by_network(self) -> dict[str, ZoneLink]:
        links = () if isinstance(self.links, Unknown) else self.links
        return {link.network.key: link for link in reversed(links)}

    @cached_property
    def _record_by_name(self) -> dict[str, Record]:
        records = () if isinstance(self.records, Unknown) else self.records
        return {record.name.lower(): record for record in reversed(records)}
