"""Which typed client makes a write?

azure-mgmt-network, -privatedns and -containerregistry are imported when the first write needs them. They run on the
policies of `arm.ArmAccess` and with the api-version that the cloud answered to when the target was read. Called by
`applier` and `apply_*`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.errors import translated
from remediator.core.resource_id import ResourceId
from remediator.ports import Started

TAGS = {"created-by": "remediator"}


class Clients:
    """Typed clients by subscription and api-version, and how a write is begun with them.

    `arm` is the connection that they write on; `version` gives the api-version of a resource type.
    """

    def __init__(self, arm: Arm, version: Callable[[str], str]) -> None:
        self.arm = arm
        self.version = version
        self._made: dict[tuple[str, str, str], Any] = {}

    def network(self, rid: ResourceId) -> Any:
        """azure-mgmt-network for a resource."""
        from azure.mgmt.network import NetworkManagementClient

        return self._client("network", NetworkManagementClient, rid)

    def private_dns(self, rid: ResourceId) -> Any:
        """azure-mgmt-privatedns for a resource."""
        from azure.mgmt.privatedns import PrivateDnsManagementClient

        return self._client("private-dns", PrivateDnsManagementClient, rid)

    def registries(self, rid: ResourceId) -> Any:
        """azure-mgmt-containerregistry for a resource."""
        from azure.mgmt.containerregistry import ContainerRegistryManagementClient

        return self._client("registries", ContainerRegistryManagementClient, rid)

    def begin(self, doing: str, rid: ResourceId, call: Callable[..., Any], *args: Any, **options: Any) -> Started:
        """Make one write that goes on in the background; the polling address is kept as Azure gave it."""
        answers: list[Any] = []
        with translated(doing, rid.text):
            call(*args, polling=False, raw_response_hook=answers.append, **options)
        response = answers[-1].http_response
        location = response.headers.get("Location") if response.status_code in (201, 202) else None
        return Started(response.headers.get("Azure-AsyncOperation") or location)

    def at_once(self, doing: str, rid: ResourceId, call: Callable[..., Any], *args: Any, **options: Any) -> Started:
        """Make one write that is over when it is answered."""
        with translated(doing, rid.text):
            call(*args, **options)
        return Started()

    def _client(self, name: str, make: Callable[..., Any], rid: ResourceId) -> Any:
        version = self.version(rid.type)
        place = (name, rid.subscription.lower(), version)
        if place not in self._made:
            access = self.arm.access
            self._made[place] = make(
                access.credential,
                rid.subscription,
                access.endpoint,
                credential_scopes=[access.cloud.scope],
                api_version=version,
                **access.options(),
            )
        return self._made[place]


def names_of(rid: ResourceId) -> tuple[str, str, str]:
    """Resource group, name of the parent ("" for a resource of its own), and name."""
    parent = rid.parent
    return rid.resource_group, parent.name if parent else "", rid.name
