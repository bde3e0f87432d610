"""What did pullers write into the system logs of Container Apps? `core.pull_log.PullLogs` on Log Analytics.

Both shapes of the table are asked at once, and a workspace has one of them as a rule: a fuzzy union leaves out the one
that is not there, and `column_ifexists` a column (azure-facts 2.5). Filters are `contains`, since a word behind a JSON
escape is no term of its own, and go by what a line says, since `ImagePullFailure` is no reason and a failed pull can be
of the type Normal (azure-facts 2.6, 12). A workspace that comes by its resource id is asked only in a subscription that
is watched. Called through `bootstrap`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.error_body import redacted
from remediator.adapters.azure.errors import in_azures_words
from remediator.adapters.azure.log_query import LogQueries, Row, kql_text
from remediator.core.errors import RemediatorError
from remediator.core.pull_log import Ended, LogLine, LogPlace
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.signals.system_log import read_row

WORKSPACE = "Microsoft.OperationalInsights/workspaces"
MOST_LINES = 100
# A line is kept to this length: the longest texts that pulls fail with have some 1,500 characters.
MOST_TEXT = 4000
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# Neither table is there: nobody has written yet, or the reader has no right to them (azure-facts 2.5).
_NO_TABLE = "Failed to resolve table"
_COLUMNS = {
    "App": "ContainerAppName",
    "Job": "JobName",
    "Env": "EnvironmentName",
    "Reason": "Reason",
    "Msg": "Log",
}
_REASONS = ("ImagePullUnauthorized", "ContainerBackOff", "FetchingKeyVaultSecretFailed")
_FAILURES = ("ImagePull", "Failed to pull image", "Pull image:", "Persistent Image Pull", "construct registry secret")


class AzurePullLogs:
    """`core.pull_log.PullLogs`; `watched` gives the subscriptions that are watched, () for all that can be seen."""

    def __init__(self, arm: Arm, queries: LogQueries, watched: Callable[[], Collection[str]]) -> None:
        self._arm, self._queries, self._watched = arm, queries, watched

    def lines(self, place: LogPlace, ended: Ended, since: datetime, until: datetime) -> tuple[LogLine, ...] | Unknown:
        """As `PullLogs.lines`; at most `MOST_LINES`. Raises nothing that Azure may answer."""
        customer = self._customer(place.workspace)
        if isinstance(customer, Unknown):
            return customer
        rows = self._queries.rows(customer, query_for(place, ended), since, until)
        if isinstance(rows, Unknown):
            return () if _NO_TABLE in rows.reason else rows
        found = (_line(row) for row in rows if ended is Ended.PULLED or read_row(row).about_a_pull)
        return tuple(line for line in found if line is not None)

    def _customer(self, workspace: str | ResourceId) -> str | Unknown:
        if isinstance(workspace, ResourceId):
            return self._customer_of(workspace)
        known = workspace.lower()
        return known if _GUID.fullmatch(known) else Unknown(f"{workspace[:80]!r} is not the id of a workspace")

    def _customer_of(self, workspace: ResourceId) -> str | Unknown:
        watched = {subscription.lower() for subscription in self._watched()}
        if not workspace.is_a(WORKSPACE) or (watched and workspace.subscription.lower() not in watched):
            return Unknown(f"the workspace {workspace.name[:80]} is in no subscription that is watched")
        try:
            body = self._arm.get(workspace.text)
        except RemediatorError as problem:
            return Unknown(f"the workspace {workspace.name[:80]} cannot be read: {in_azures_words(problem)}")
        held = body.get("properties")
        return self._customer(str(held.get("customerId") or "") if isinstance(held, dict) else "")


def query_for(place: LogPlace, ended: Ended) -> str:
    """The query in KQL; every text from outside stands in it as a literal."""
    legs = ",\n".join(f"({_leg(table, suffix)})" for table, suffix in _TABLES)
    filters = [_said(ended)]
    if place.environments:
        filters.append(f"Env in~ ({_listed((*place.environments, ''))})")
    if place.apps:
        filters.append(f"App in~ ({_listed(place.apps)}) or Job in~ ({_listed(place.apps)})")
    where = "".join(f"\n| where {one}" for one in filters)
    return f"union isfuzzy=true\n{legs}{where}\n| order by TimeGenerated desc\n| take {MOST_LINES}"


_TABLES = (("ContainerAppSystemLogs_CL", "_s"), ("ContainerAppSystemLogs", ""))


def _leg(table: str, suffix: str) -> str:
    columns = (f'{short}=column_ifexists("{name}{suffix}", "")' for short, name in _COLUMNS.items())
    return f"{table} | project TimeGenerated, {', '.join(columns)}"


def _said(ended: Ended) -> str:
    if ended is Ended.PULLED:
        return 'Reason == "PulledImage"'
    said = " or ".join(f"Msg contains {kql_text(word)}" for word in _FAILURES)
    return f"Reason in ({_listed(_REASONS)}) or {said}"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(kql_text(text) for text in texts)


def _line(row: Row) -> LogLine | None:
    at = row.get("TimeGenerated")
    if not isinstance(at, datetime):
        return None
    app, environment = str(row.get("App") or row.get("Job") or ""), str(row.get("Env") or "")
    return LogLine(at, app[:256], environment[:256], redacted(str(row.get("Msg") or ""), MOST_TEXT))
