"""Does the alert behind an incident follow it? From the settings to the channel that changes its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from remediator.bootstrap.access import AzureReader, writing_as_applier
from remediator.core.alert_state import ALERTS, Follow
from remediator.core.incident import Incident, Notice
from remediator.ports import Channel, Clock, Telemetry
from remediator.settings import Settings


@dataclass(frozen=True, slots=True)
class AlertNotices:
    """`ports.Channel` to Azure Monitor, made at its first notice."""

    made: Callable[[], Channel]

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """As `ports.Channel.deliver`."""
        self.made().deliver(notice, incident)


def alert_channel(
    settings: Settings, reader: AzureReader, clock: Clock, telemetry: Telemetry | None = None
) -> Mapping[str, Channel]:
    """The channel of alerts where the settings ask for it; nothing is imported and nobody asked yet."""

    @cache
    def made() -> Channel:
        from remediator.adapters.azure.alerts import AlertStates

        return AlertStates(reader.arm, writing_as_applier(settings, telemetry), lambda: reader.watched, clock)

    return {} if Follow(settings.alerts) is Follow.OFF else {ALERTS: AlertNotices(made)}
