"""Logs of pullers for tests of the flow: an app in an environment that logs to a workspace, and lines set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from remediator.core.pull_log import Ended, LogLine, LogPlace
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.snapshot import Consumer, Environment, Snapshot, Unknown

SUB = "00000000-0000-0000-0000-000000000001"
WORKSPACE = "6f0a0000-0000-4000-8000-000000000001"
HOST = "acrone.azurecr.io"
HOME = resource_id(SUB, "rg", "Microsoft.App/managedEnvironments", "cae")
SHOP = resource_id(SUB, "rg", "Microsoft.App/containerApps", "shop")
CELLAR = resource_id(SUB, "rg", "Microsoft.App/containerApps", "cellar")
CENTRAL = resource_id(SUB, "rg", "Microsoft.OperationalInsights/workspaces", "log-central")


@dataclass
class Logbook:
    """`ports.PullLogs` with lines by how pulls ended; `unread` is why nothing can be read."""

    failed: list[LogLine] = field(default_factory=list)
    pulled: list[LogLine] = field(default_factory=list)
    unread: str = ""
    asked: list[tuple[LogPlace, Ended, datetime, datetime]] = field(default_factory=list)

    def lines(self, place: LogPlace, ended: Ended, since: datetime, until: datetime) -> tuple[LogLine, ...] | Unknown:
        """The lines of the window, newest first."""
        self.asked.append((place, ended, since, until))
        if self.unread:
            return Unknown(self.unread)
        held = self.failed if ended is Ended.FAILED else self.pulled
        found = [line for line in held if since <= line.at <= until]
        return tuple(sorted(found, key=lambda line: line.at, reverse=True))


def snapshot(workspace: str = WORKSPACE, *apps: ResourceId) -> Snapshot:
    """Apps in one environment, whose log goes to a workspace, or nowhere."""
    home = Environment(HOME, "westeurope", None, log_destination="log-analytics", log_workspace=workspace)
    held = {app: Consumer(app, "app", HOME, (f"{HOST}/{app.name}:1",)) for app in apps or (SHOP,)}
    return Snapshot(environments={HOME: home}, consumers=held)


def path(app: ResourceId = SHOP, *, ok: bool = False) -> PullPath:
    """The path of an app to the registry."""
    return PullPath(app, HOST, None, (Hop(HopName.ZONE, Verdict.OK if ok else Verdict.BROKEN, "", None),))


def line(at: datetime, text: str, app: str = "shop", environment: str = "cae") -> LogLine:
    """A line of the log."""
    return LogLine(at, app, environment, text)
