"""Who wrote what, as Azure's activity log has it?

Implements `ports.History` on Resource Manager: one question for each resource group, or where there are more than
`MOST_GROUPS` one for each subscription and provider, and at most `MOST_PAGES` pages for each. `$select` is not used: it
does not offer `caller` (API 2015-04-01), by which alone the DNS platform is known. Needs
`Microsoft.Insights/eventtypes/values/read` (azure-facts 9).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.errors import in_azures_words
from remediator.core.azure_write import AzureWrite
from remediator.core.errors import RemediatorError
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.facts.activity_log import writes_in

VERSION = "2015-04-01"
MOST_GROUPS = 4
MOST_SUBSCRIPTIONS = 20
MOST_PAGES = 3


class ActivityLog:
    """The activity log of the subscriptions that the resources lie in."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def writes(self, about: Sequence[ResourceId], since: datetime, until: datetime) -> tuple[AzureWrite, ...] | Unknown:
        """As `ports.History.writes`; of more than `MOST_SUBSCRIPTIONS` places the first ones are asked about.

        Where a place's log is longer than the pages that are read, what was read counts; Unknown when that says
        nothing of these resources. Raises nothing.
        """
        entries: list[dict[str, Any]] = []
        whole = True
        for place in _places(about)[:MOST_SUBSCRIPTIONS]:
            try:
                rows, all_of_them = self._ask(place, since, until)
            except RemediatorError as problem:
                return Unknown(f"the activity log of {place.name} cannot be read: {in_azures_words(problem)}")
            entries += rows
            whole = whole and all_of_them
        named = {rid.key for rid in about}
        found = tuple(write for write in writes_in(entries) if not named.isdisjoint(_itself_and_above(write.resource)))
        if not found and not whole:
            return Unknown(f"the activity log is long, and its first {len(entries)} entries do not tell")
        return found

    def _ask(self, place: _Place, since: datetime, until: datetime) -> tuple[list[dict[str, Any]], bool]:
        path = f"/subscriptions/{place.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
        name = place.name.replace("'", "''")
        times = f"eventTimestamp ge '{_moment(since)}' and eventTimestamp le '{_moment(until)}'"
        asked = f"{times} and {place.narrowed_by} eq '{name}'"
        return self._arm.list_first(path, VERSION, {"$filter": asked}, MOST_PAGES)


class _Place(NamedTuple):
    """A part of a subscription's log: that of one resource group, or of one provider."""

    subscription: str
    narrowed_by: str
    name: str


def _places(about: Sequence[ResourceId]) -> list[_Place]:
    """Where to ask for these resources, each place once, in their order: resource groups while they are few."""
    inside = [rid for rid in about if rid.subscription and rid.resource_group]
    groups = _once(_Place(rid.subscription or "", "resourceGroupName", rid.resource_group or "") for rid in inside)
    if len(groups) <= MOST_GROUPS:
        return groups
    return _once(_Place(r.subscription or "", "resourceProvider", r.type.split("/")[0]) for r in inside)


def _once(places: Iterable[_Place]) -> list[_Place]:
    named: dict[tuple[str, str], _Place] = {}
    for place in places:
        named.setdefault((place.subscription.lower(), place.name.lower()), place)
    return list(named.values())


def _itself_and_above(rid: ResourceId) -> set[str]:
    """The keys of a resource and of all that it lies within."""
    parts = rid.key.split("/")
    return {"/".join(parts[:length]) for length in range(2, len(parts) + 1)}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
