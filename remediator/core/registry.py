"""A container registry as Azure describes it."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown


@dataclass(frozen=True, slots=True)
class EndpointConnection:
    """A private endpoint connection as the registry sees it (`privateEndpointConnections`)."""

    id: ResourceId
    endpoint: ResourceId | None
    status: str
    description: str = ""
    provisioning_state: str = "Succeeded"


@dataclass(frozen=True, slots=True)
class Registry:
    """A container registry. `regions` holds the home region and every replica's; hosts are lower case."""

    id: ResourceId
    location: str
    login_server: str
    sku: str
    public_network_access: str = "Enabled"
    default_action: str = "Allow"
    ip_rules: tuple[str, ...] = ()
    bypass: str = "AzureServices"
    data_endpoint_enabled: bool = False
    data_hosts: tuple[str, ...] = ()
    regional_hosts: tuple[str, ...] = ()
    regions: tuple[str, ...] | Unknown = ()
    connections: tuple[EndpointConnection, ...] | Unknown = ()
    anonymous_pull: bool = False
    admin_user: bool = False
    role_assignment_mode: str = "LegacyRegistryPermissions"
    export_policy: str = "enabled"
    provisioning_state: str = "Succeeded"

    @property
    def open_to_all(self) -> bool:
        """Whether any public address may pull: public access on and nothing denied by default."""
        return self.public_network_access.lower() != "disabled" and self.default_action.lower() == "allow"
