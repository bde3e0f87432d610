"""Who looks what would stop a plan? From the settings to `ports.Preflight`, over the reader's connection."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.bootstrap.access import AzureReader
from remediator.core.plan import Plan
from remediator.core.preflight import PreflightResult
from remediator.settings import Settings


@dataclass(frozen=True, slots=True)
class LazyPreflight:
    """`ports.Preflight`, made at its first question; `applier` is None where the reader writes too."""

    reader: AzureReader
    applier: str | None

    def check(self, plan: Plan) -> PreflightResult:
        """As `ports.Preflight.check`."""
        from remediator.adapters.azure.preflight import AzurePreflight

        subscriptions = self.reader.subscriptions or self.reader.desired.load().subscriptions
        return AzurePreflight(self.reader.arm(), self.reader.cloud, self.applier, subscriptions).check(plan)


def preflight(settings: Settings, reader: AzureReader) -> LazyPreflight:
    """What looks beforehand for these settings; nothing is asked yet."""
    same = settings.applier_client_id.lower() == settings.reader_client_id.lower()
    return LazyPreflight(reader, None if same else settings.applier_client_id)
