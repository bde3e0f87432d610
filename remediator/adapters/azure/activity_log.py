"""Who wrote what, as Azure's activity log has it?

Implements `ports.History` on Resource Manager: one question for each resource group, at most `MOST_GROUPS` of them and
`MOST_PAGES` pages for each. `$select` is not used: it does not offer `caller` (API 2015-04-01), by which alone the DNS
platform is known. Needs `Microsoft.Insights/eventtypes/values/read` (azure-facts 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.errors import in_azures_words
from remediator.core.azure_write import AzureWrite
from remediator.core.errors import RemediatorError
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.facts.activity_log import writes_in

VERSION = "2015-04-01"
MOST_GROUPS = 4
MOST_PAGES = 3


class ActivityLog:
    """The activity log of the subscriptions that the resources lie in."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def writes(self, about: Sequence[ResourceId], since: datetime, until: datetime) -> tuple[AzureWrite, ...] | Unknown:
        """As `ports.History.writes`; of more than `MOST_GROUPS` resource groups the first ones are asked about.

        Where a group's log is longer than the pages that are read, what was read counts; Unknown when that says
        nothing of these resources. Raises nothing.
        """
        entries: list[dict[str, Any]] = []
        whole = True
        for subscription, group in _groups(about)[:MOST_GROUPS]:
            try:
                rows, all_of_them = self._ask(subscription, group, since, until)
            except RemediatorError as problem:
                return Unknown(f"the activity log of {group} cannot be read: {in_azures_words(problem)}")
            entries += rows
            whole = whole and all_of_them
        found = tuple(write for write in writes_in(entries) if any(write.resource.within(rid) for rid in about))
        if not found and not whole:
            return Unknown(f"the activity log is long, and its first {len(entries)} entries do not tell")
        return found

    def _ask(
        self, subscription: str, group: str, since: datetime, until: datetime
    ) -> tuple[list[dict[str, Any]], bool]:
        path = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
        name = group.replace("'", "''")
        times = f"eventTimestamp ge '{_moment(since)}' and eventTimestamp le '{_moment(until)}'"
        asked = f"{times} and resourceGroupName eq '{name}'"
        return self._arm.list_first(path, VERSION, {"$filter": asked}, MOST_PAGES)


def _groups(about: Sequence[ResourceId]) -> list[tuple[str, str]]:
    """The resource groups of these resources, each once, in their order."""
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for rid in about:
        if rid.subscription and rid.resource_group:
            place = (rid.subscription, rid.resource_group)
            named.setdefault((place[0].lower(), place[1].lower()), place)
    return list(named.values())


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
