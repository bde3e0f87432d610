"""May a revision be restarted so that a replica which waits for its image pulls at once, and how does a person do it?

A puller tries again by itself, five minutes apart at most (azure-facts 2.4): a replica that still waits later than that
is worth a restart. A revision whose replica runs is never restarted, since what runs would go down with it. Asked by
`flow/restarting`; docs/desired-state.md has the limit `allowRestart`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from remediator.core.approval import ApprovedPlan
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown

APP = "Microsoft.App/containerApps"
LONG_ENOUGH = timedelta(minutes=6)
# Each is a question of its own, and a write.
MOST_RESTARTS = 5


@dataclass(frozen=True, slots=True)
class Restart:
    """A revision that was restarted, or (not `by_us`) that a person was told to restart."""

    app: ResourceId
    revision: str
    at: datetime
    by_us: bool

    @property
    def command(self) -> str:
        """What a person runs for it."""
        place = f"--name {self.app.name} --resource-group {self.app.resource_group} --revision {self.revision}"
        return f"az containerapp revision restart {place} --subscription {self.app.subscription}"


class Revisions(Protocol):
    """Looks at the replicas of apps, and restarts revisions. A restart is a write."""

    def waiting(self, app: ResourceId) -> str | Unknown | None:
        """The app's latest revision when a replica of it waits for its image and none runs; None when it does not."""
        ...

    def restart(self, approved: ApprovedPlan, app: ResourceId, revision: str) -> None:
        """Restart a revision, with an `ApprovedPlan` as the right to do so."""
        ...
