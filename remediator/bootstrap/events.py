"""Do other programs hear of incidents? From the settings to the channel of events, where a topic is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from remediator.bootstrap.access import identity
from remediator.core.alert_state import Follow
from remediator.core.incident import Incident, Notice
from remediator.flow.heard import HeardIncidents
from remediator.flow.measured import CaseMeasures
from remediator.ports import Channel, Incidents, Log, Telemetry
from remediator.settings import Settings


@dataclass(frozen=True, slots=True)
class EventNotices:
    """`ports.Channel` on Event Grid, made at its first event."""

    made: Callable[[], Channel]

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """As `ports.Channel.deliver`."""
        self.made().deliver(notice, incident)


def publisher(settings: Settings) -> Channel:
    """The channel to the topic of the settings; nothing is imported and nobody asked yet."""

    @cache
    def made() -> Channel:
        from remediator.adapters.azure.event_grid import EventGrid, Topic

        topic = Topic(settings.event_endpoint, settings.event_topic)
        return EventGrid(topic, lambda: identity(settings, settings.reader_client_id), settings.public_url)

    return EventNotices(made)


def heard(incidents: Incidents, settings: Settings, telemetry: Telemetry, log: Log) -> Incidents:
    """The same case files, measured; where the settings ask for it, with an event for each transition, and with what
    becomes of the alert."""
    return HeardIncidents(
        incidents,
        announce=bool(settings.event_endpoint),
        follow=Follow(settings.alerts),
        listener=CaseMeasures(telemetry, log),
    )
