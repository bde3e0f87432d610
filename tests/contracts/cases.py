"""Incidents and signals that the contract suites use, and a door to rows at which something goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from remediator.adapters.records.incidents import RowIncidents
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.signal import Signal, SignalSource
from remediator.ports import Held, Row, Rows, Write

T = TypeVar("T")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"


def registry(name: str) -> ResourceId:
    return resource_id(SUBSCRIPTION, "rg", "Microsoft.ContainerRegistry/registries", name)


SHOP = registry("shop")


def signal(number: int = 1, text: str | None = None) -> Signal:
    return Signal(SignalSource.EVENT_GRID, f"s{number}", NOON, SHOP, text=text)


def fresh(name: str = "one", subject: ResourceId = SHOP, at: datetime = NOON) -> Incident:
    return Incident(name, subject, at, wake_at=at, registries=(subject,))


def ended(incident: Incident, status: Status = Status.NO_DRIFT) -> Incident:
    return replace(incident.to(status, NOON, "nothing to do"), wake_at=None)


def opened_case(incidents: RowIncidents, name: str = "one") -> Held:
    return incidents.load(incidents.take_in(SHOP, signal(), fresh(name)).incident)


class PowerCut(BaseException):
    """The program is gone."""


class Interposed:
    """A door to rows: `happens` is called before its call number `at`, or there the power fails."""

    def __init__(
        self, rows: Rows, *, at: int, happens: Callable[[], object] | None = None, cut_after: bool = False
    ) -> None:
        self._rows, self._at, self._happens, self._cut_after, self._calls = rows, at, happens, cut_after, 0

    def _call(self, call: Callable[[], T]) -> T:
        self._calls += 1
        if self._calls != self._at:
            return call()
        if self._happens is not None:
            self._happens()
            return call()
        if self._cut_after:
            call()
        raise PowerCut

    def get(self, partition: str, key: str) -> Row | None:
        return self._call(lambda: self._rows.get(partition, key))

    def scan(self, partition: str, prefix: str = "") -> Sequence[Row]:
        return self._call(lambda: self._rows.scan(partition, prefix))

    def find(
        self, equals: Mapping[str, str], *, at_most: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Row]:
        return self._call(lambda: self._rows.find(equals, at_most=at_most, limit=limit))

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        return self._call(lambda: self._rows.write(partition, writes))
