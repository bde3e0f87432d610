"""Container Apps environments, and the apps and jobs that pull images."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Environment:
    """A Container Apps environment; `subnet` is None when it has no network of its own.

    `infrastructure_group` is the resource group in which Azure keeps its load balancer, `principal` the principal id of
    its system identity; `log_destination` says where its log goes (`log-analytics`, `azure-monitor`), `log_workspace`
    is the customer id of that workspace and `domain` its default domain. Each is "" when it is not named.
    `without_identity` says that it has no system identity; a body without an identity block does not tell.
    """

    id: ResourceId
    location: str
    subnet: ResourceId | None
    workload_profiles: bool = True
    provisioning_state: str = "Succeeded"
    infrastructure_group: str = ""
    principal: str = ""
    log_destination: str = ""
    log_workspace: str = ""
    domain: str = ""
    without_identity: bool = False

    @property
    def network(self) -> ResourceId | None:
        """The network of its infrastructure subnet."""
        return self.subnet.parent if self.subnet else None


@dataclass(frozen=True, slots=True)
class RegistryCredential:
    """One entry of `configuration.registries`; `identity` is `system`, an id, or "" for user and password."""

    server: str
    identity: str = ""
    username: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A container app or job; `images` are all image references; `init_images` those that only init containers name.

    `principals` pairs an identity (`system`, or an id in lower case) with its principal id, where the body says it.
    """

    id: ResourceId
    kind: str
    environment: ResourceId | None
    images: tuple[str, ...]
    credentials: tuple[RegistryCredential, ...] = ()
    secrets: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    init_images: frozenset[str] = frozenset()
    location: str = ""
    provisioning_state: str = "Succeeded"
