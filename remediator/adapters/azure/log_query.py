"""What do the logs of a workspace say? One query in KQL, its rows as they come.

Called by whoever has a question to the logs (`pull_logs`, the prober); which workspace may be asked is decided there.
Nothing is asked of an address that came from outside: the endpoint is the cloud's, or that of the settings.
azure-monitor-query is imported with the first question. Needs `Microsoft.OperationalInsights/workspaces/query/read` and
the right to each table (azure-facts 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from remediator.adapters.azure.arm import ArmAccess, BoundedRetries
from remediator.adapters.azure.error_body import redacted
from remediator.adapters.azure.errors import in_azures_words, translated
from remediator.core.errors import RemediatorError
from remediator.core.unknown import Unknown

Row = Mapping[str, object]
# Seconds that the service may think, and that we wait for it.
THINKING = 20
WAITING = 30
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def kql_text(value: str) -> str:
    """A KQL literal that is exactly this text, whatever it holds; nothing from outside goes into a query otherwise.

    Backslash and quote are escaped, and every character that is not plain ASCII by its number (Kusto, string literals).
    """
    return '"' + "".join(_ESCAPES.get(char) or _numbered(char) for char in value) + '"'


def _numbered(char: str) -> str:
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class LogQueries:
    """Asks Log Analytics with the connection's credential; safe to use from several threads."""

    def __init__(self, access: ArmAccess) -> None:
        self._access = access

    @property
    def endpoint(self) -> str:
        """Where is asked: the cloud's address, or the one that stands for the whole of Azure, such as the sandbox's."""
        return (self._access.base_url or self._access.cloud.log_analytics).rstrip("/")

    def rows(self, workspace: str, query: str, since: datetime, until: datetime) -> tuple[Row, ...] | Unknown:
        """The rows of the first table, each by its columns' names, times as `datetime`.

        `workspace` is the customer id (a GUID) and `since` and `until` bound TimeGenerated. `Unknown` where the answer
        is a refusal, none, or a part without rows. Of a part the rows count, and of no answer may anything be concluded
        from a row that is not there: ingestion is late (azure-facts 6.1). Raises nothing.
        """
        try:
            with translated("asking the logs of workspace", workspace):
                found = self._client.query_workspace(
                    workspace, query, timespan=(since, until), server_timeout=THINKING, **self._waits()
                )
            partial = getattr(found, "partial_error", None)
            rows = _by_name(found.tables if partial is None else found.partial_data)
            if partial is not None and not rows:
                said = redacted(f"{partial.code}: {partial.message}")
                return Unknown(f"the logs of workspace {workspace} were read in part only: {said}")
            return rows
        except RemediatorError as problem:
            return Unknown(f"the logs of workspace {workspace} cannot be read: {in_azures_words(problem)}")
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return Unknown(f"the logs of workspace {workspace} cannot be read: the answer has another shape")

    def close(self) -> None:
        """Close the connection, if there was a question."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> Any:
        from azure.monitor.query import LogsQueryClient

        chosen: dict[str, Any] = {"retry_policy": BoundedRetries(retry_total=2, retry_backoff_max=5)}
        if self._access.transport is not None:
            chosen["transport"] = self._access.transport
        audience = self._access.cloud.log_analytics
        return LogsQueryClient(self._access.credential, endpoint=self.endpoint, audience=audience, **chosen)

    def _waits(self) -> dict[str, Any]:
        return {"connection_verify": self._access.verify, "connection_timeout": 10, "read_timeout": WAITING}


def _by_name(tables: Any) -> tuple[Row, ...]:
    table = tables[0]
    return tuple(dict(zip(table.columns, row, strict=True)) for row in table.rows)
