"""What may differ between two healthy estates: choices only, no bodies. `building` makes an estate of a `Shape`.

The first value of each list of choices is the plainest one, so that a search shrinks towards it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Cloud = Literal["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"]
REGIONS: dict[str, tuple[str, ...]] = {
    "AzureCloud": ("westeurope", "northeurope", "eastus"),
    "AzureChinaCloud": ("chinanorth3", "chinaeast2", "chinanorth2"),
    "AzureUSGovernment": ("usgovvirginia", "usgovarizona", "usgovtexas"),
}

# closed: private only; open: anybody; listed: an allow-list of egress addresses; chained: open, its endpoint far away
Access = Literal["closed", "open", "listed", "chained"]
ACCESSES: tuple[Access, ...] = ("closed", "open", "listed", "chained")
# who answers names for a network
Dns = Literal["azure", "own-server", "hub-server", "hub-firewall", "hub-inbound", "rule-public", "rule-private"]
LONE_DNS: tuple[Dns, ...] = ("azure", "own-server")
HUB_DNS: tuple[Dns, ...] = ("hub-server", "hub-firewall", "hub-inbound", "rule-public", "rule-private")
Egress = Literal["none", "nat", "nat-prefix", "firewall"]
EGRESSES: tuple[Egress, ...] = ("none", "nat", "nat-prefix", "firewall")
Signing = Literal["system", "user-assigned", "environment", "admin", "user"]
SIGNINGS: tuple[Signing, ...] = ("system", "user-assigned", "environment", "admin", "user")
ZoneHome = Literal["network", "dns"]


class _Choices:
    """Choices that show only what differs from the plainest ones."""

    def __repr__(self) -> str:
        shown = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if getattr(self, f.name) != f.default]  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True, repr=False)
class RegistryShape(_Choices):
    """A registry. `replicas` counts regions beyond the home region; `home_listed` says that the list of replications
    names the home region too (azure-facts 13); `regional` switches regional endpoints on; `elsewhere` puts it into a
    subscription of its own."""

    access: Access = "closed"
    hashed: bool = False
    replicas: int = 0
    home_listed: bool = False
    regional: bool = False
    elsewhere: bool = False
    abac: bool = False
    anonymous: bool = False
    manual: bool = False
    by_policy: bool = False


@dataclass(frozen=True, repr=False)
class AppShape(_Choices):
    """An app or job: which registries it pulls from, by number, and how it signs in."""

    pulls: tuple[int, ...] = (0,)
    job: bool = False
    init: bool = False
    signing: Signing = "system"
    regional: bool = False
    beside: bool = False


@dataclass(frozen=True, repr=False)
class EnvironmentShape(_Choices):
    """An environment with its apps; `legacy` has a subnet that is not delegated, `homeless` no network of its own."""

    apps: tuple[AppShape, ...] = (AppShape(),)
    legacy: bool = False
    homeless: bool = False


@dataclass(frozen=True, repr=False)
class NetworkShape(_Choices):
    """A network with environments. `linked` links the zone although another network's links decide."""

    environments: tuple[EnvironmentShape, ...] = (EnvironmentShape(),)
    dns: Dns = "azure"
    egress: Egress = "none"
    guarded: bool = False
    fallback: bool = False
    linked: bool = False


@dataclass(frozen=True, repr=False)
class IslandShape(_Choices):
    """Networks that reach each other: one alone, or spokes around a hub. `endpoint_in` says where endpoints stand."""

    spokes: tuple[NetworkShape, ...] = (NetworkShape(),)
    hub: bool = False
    hub_app: bool = False
    endpoint_in: Literal["core", "spoke"] = "core"
    zone_home: ZoneHome = "network"
    inbound_guard: Literal["none", "inert", "allow"] = "none"
    fallback: bool = False
    region: int = 0


@dataclass(frozen=True, repr=False)
class Shape(_Choices):
    """A whole estate. `central` keeps one zone for all islands where that can be healthy; `roles` adds assignments;
    `same_ranges` gives islands the same addresses; `declared` writes a desired state although none is needed."""

    cloud: Cloud = "AzureCloud"
    registries: tuple[RegistryShape, ...] = (RegistryShape(),)
    islands: tuple[IslandShape, ...] = (IslandShape(),)
    central: bool = False
    roles: bool = False
    same_ranges: bool = False
    declared: bool = False
    noise: tuple[str, ...] = ()
