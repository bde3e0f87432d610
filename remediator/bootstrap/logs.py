"""Who reads what pullers have written? From the settings to `ports.PullLogs`, over the reader's connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from remediator.bootstrap.access import AzureReader
from remediator.core.pull_log import Ended, LogLine, LogPlace
from remediator.core.unknown import Unknown
from remediator.ports import PullLogs


@dataclass(frozen=True, slots=True)
class LazyPullLogs:
    """`ports.PullLogs`, made at its first question."""

    made: Callable[[], PullLogs]

    def lines(self, place: LogPlace, ended: Ended, since: datetime, until: datetime) -> tuple[LogLine, ...] | Unknown:
        """As `ports.PullLogs.lines`."""
        return self.made().lines(place, ended, since, until)


def pull_logs(reader: AzureReader) -> LazyPullLogs:
    """What reads the logs with this reader's connection, of the subscriptions that it watches; nothing is asked yet."""

    @cache
    def made() -> PullLogs:
        from remediator.adapters.azure.log_query import LogQueries
        from remediator.adapters.azure.pull_logs import AzurePullLogs

        arm = reader.arm()
        return AzurePullLogs(arm, LogQueries(arm.access), lambda: reader.watched)

    return LazyPullLogs(made)
