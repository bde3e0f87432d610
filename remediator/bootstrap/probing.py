"""Who looks from inside? From the settings to `ports.Probes`; in the sandbox its own network pulls as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from remediator.bootstrap.access import AzureReader, writing_as_applier
from remediator.core.approval import ApprovedPlan
from remediator.core.probe import ProbeRun
from remediator.core.resource_id import ResourceId
from remediator.core.restart import Revisions
from remediator.core.snapshot import Unknown
from remediator.core.verification import ProbeResult, Proof
from remediator.ports import Probes, Telemetry
from remediator.settings import Settings
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


@dataclass(frozen=True, slots=True)
class LazyProbes:
    """`ports.Probes`, made at its first question; the applier's credential is made by a start and by nothing else."""

    made: Callable[[], Probes]

    def found(self, run: ProbeRun) -> str | None:
        """As `ports.Probes.found`."""
        return self.made().found(run)

    def start(self, approved: ApprovedPlan, run: ProbeRun) -> str | None:
        """As `ports.Probes.start`."""
        return self.made().start(approved, run)

    def look(self, run: ProbeRun) -> ProbeRun:
        """As `ports.Probes.look`."""
        return self.made().look(run)


def probes(settings: Settings, reader: AzureReader, telemetry: Telemetry | None = None) -> LazyProbes:
    """What runs the probes of the desired state for these settings; nothing is asked yet."""

    @cache
    def made() -> Probes:
        from remediator.adapters.azure.log_query import LogQueries
        from remediator.adapters.azure.probes import AzureProbes

        reading = reader.arm()
        return AzureProbes(reading, writing_as_applier(settings, telemetry), LogQueries(reading.access))

    return LazyProbes(made)


@dataclass(frozen=True, slots=True)
class LazyRevisions:
    """`core.restart.Revisions`, made at its first question; a restart alone makes the applier's credential."""

    made: Callable[[], Revisions]

    def waiting(self, app: ResourceId) -> str | Unknown | None:
        """As `Revisions.waiting`."""
        return self.made().waiting(app)

    def restart(self, approved: ApprovedPlan, app: ResourceId, revision: str) -> None:
        """As `Revisions.restart`."""
        self.made().restart(approved, app, revision)


def revisions(settings: Settings, reader: AzureReader, telemetry: Telemetry | None = None) -> LazyRevisions:
    """What looks at replicas and restarts revisions for these settings; nothing is asked yet."""

    @cache
    def made() -> Revisions:
        from remediator.adapters.azure.revisions import AzureRevisions

        return AzureRevisions(reader.arm(), writing_as_applier(settings, telemetry))

    return LazyRevisions(made)
