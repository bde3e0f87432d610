"""What do the log workspaces hold? Rows by workspace and table, each to be seen once it has been ingested.

A workspace is one that an environment names by its customer id, or a resource that has one. Rows are written by
`pulling_again`, and by hand with `azure.logs.write`; `providers.log_query` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from remediator.sandbox.kql import Table
from remediator.sandbox.state import State
from remediator.sandbox.wire import Body

ENVIRONMENTS = "microsoft.app/managedenvironments"
WORKSPACES = "microsoft.operationalinsights/workspaces"
SETTINGS = "microsoft.insights/diagnosticsettings"
TIME = "TimeGenerated"


@dataclass(frozen=True)
class Logged:
    """One row: its columns by name, and the time at which it can be read."""

    workspace: str
    table: str
    columns: dict[str, Any]
    seen: datetime


@dataclass
class Pullers:
    """How often each app has failed in a row, and when it tries again; an app that is not here has not started."""

    failed: dict[str, int] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Logs:
    """All rows in the order in which they were written. `late` is how many seconds a row takes to be ingested."""

    rows: list[Logged] = field(default_factory=list)
    late: float = 0.0

    def write(self, workspace: str, table: str, at: datetime, columns: dict[str, Any]) -> None:
        """Put a row into a table of a workspace (its customer id); the table comes into being with its first row."""
        row = {TIME: at, **columns}
        self.rows.append(Logged(workspace.lower(), table, row, at + timedelta(seconds=self.late)))

    def table(self, workspace: str, name: str, now: datetime) -> Table | None:
        """A table as it can be read now, None where it has no row yet."""
        there = [
            row for row in self.rows if (row.workspace, row.table) == (workspace.lower(), name) and row.seen <= now
        ]
        if not there:
            return None
        kinds = {column: _kind(value) for row in there for column, value in row.columns.items()}
        return Table(kinds, tuple(row.columns for row in there))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "datetime" if isinstance(value, datetime) else "real" if isinstance(value, (int, float)) else "string"


def workspace_of(state: State, environment: Body) -> tuple[str, bool]:
    """The customer id of the workspace that gets an environment's system log, and whether it comes as `_CL`.

    With the destination `azure-monitor` a diagnostic setting of the environment names the workspace; "" for nowhere.
    """
    configured = _object(environment["properties"].get("appLogsConfiguration"))
    match str(configured.get("destination") or "").lower():
        case "log-analytics":
            named = _object(configured.get("logAnalyticsConfiguration")).get("customerId")
            return str(named or "").lower(), True
        case "azure-monitor":
            return _by_setting(state, environment), False
        case _:
            return "", True


def _object(value: Any) -> Body:
    """What an estate's author has put here need be no object: where a log goes, no pull depends on."""
    return value if isinstance(value, dict) else {}


def _by_setting(state: State, environment: Body) -> str:
    below = f"{environment['id']}/providers/{SETTINGS}/".lower()
    for setting in state.of_type(SETTINGS):
        if str(setting["id"]).lower().startswith(below):
            workspace = state.get(str(setting["properties"].get("workspaceId") or ""))
            return str((workspace or {}).get("properties", {}).get("customerId") or "").lower()
    return ""


def workspaces(state: State) -> Iterator[tuple[str, str]]:
    """The workspaces that there are: customer id, and the resource id where the estate has the resource."""
    for body in state.of_type(WORKSPACES):
        if body["properties"].get("customerId"):
            yield str(body["properties"]["customerId"]).lower(), str(body["id"])
    for environment in state.of_type(ENVIRONMENTS):
        customer, _ = workspace_of(state, environment)
        if customer:
            yield customer, ""
