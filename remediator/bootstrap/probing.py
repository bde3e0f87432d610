"""What does a pull look like from inside? In the sandbox its own network says; nobody else is asked yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Unknown
from remediator.core.verification import ProbeResult, Proof
from remediator.views.plain import plain

if TYPE_CHECKING:
    from remediator.sandbox.azure import Azure


class SandboxProber:
    """`ports.Prober` on the network of an in-process sandbox: it resolves the name and tries the pull."""

    def __init__(self, azure: Azure) -> None:
        from remediator.sandbox.network import Network

        self._azure, self._network = azure, Network(azure)

    def probe(self, consumer: ResourceId, image: str) -> ProbeResult | Unknown:
        """As `ports.Prober.probe`; the proof is a pull."""
        app = self._azure.resource(consumer.text)
        properties = (app or {}).get("properties", {})
        environment = str(properties.get("environmentId") or properties.get("managedEnvironmentId") or "")
        placed = self._azure.resource(environment) if environment else None
        if placed is None:
            return Unknown(f"the environment of {consumer.name} is not there")
        host = image.partition("/")[0]
        attempt = self._network.pull(environment, image)
        subnet = (placed["properties"].get("vnetConfiguration") or {}).get("infrastructureSubnetId")
        network = ResourceId(subnet).parent if subnet else None
        found = self._network.resolve(network.text, host) if network is not None else None
        return ProbeResult(
            consumer=consumer.text,
            host=host,
            addresses=found.addresses if found else (),
            private=found.private if found else False,
            whole=attempt.ok,
            detail=plain(attempt.text),
            proof=Proof.PULL,
        )
