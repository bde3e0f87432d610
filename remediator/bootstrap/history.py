"""Who remembers who wrote what, and by which ids are our own writes known? From the settings to `ports.History`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from remediator.bootstrap.access import SANDBOX_IDENTITY
from remediator.core.azure_write import AzureWrite
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.settings import Mode, Settings

if TYPE_CHECKING:
    from remediator.adapters.azure.arm import Arm


@dataclass(frozen=True, slots=True)
class AzureHistory:
    """`ports.History` on the activity log, over the reader's connection, which is made at the first question."""

    arm: Callable[[], Arm]

    def writes(self, about: Sequence[ResourceId], since: datetime, until: datetime) -> tuple[AzureWrite, ...] | Unknown:
        """As `ports.History.writes`."""
        from remediator.adapters.azure.activity_log import ActivityLog

        return ActivityLog(self.arm()).writes(about, since, until)


def identities(settings: Settings) -> frozenset[str]:
    """The ids by which our own writes are known, as far as the settings name them."""
    named = (settings.applier_client_id, SANDBOX_IDENTITY if settings.mode is Mode.SANDBOX else "")
    return frozenset(known.casefold() for known in named if known)
