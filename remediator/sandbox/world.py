"""What every route works on: state, operations, faults, the cloud, and ids and times made here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from remediator.sandbox.clouds import Cloud
from remediator.sandbox.faults import Faults
from remediator.sandbox.graph_quota import GraphQuota
from remediator.sandbox.history import History
from remediator.sandbox.logs import Logs, Pullers
from remediator.sandbox.operations import Operations
from remediator.sandbox.state import State

T = TypeVar("T")
NAMESPACE = uuid.UUID("6d1c2a50-0000-4000-8000-000000000000")


@dataclass
class World:
    """The whole sandbox behind the wire. Ids are counted, not random: the same story gives the same ids."""

    state: State
    cloud: Cloud
    clock: Callable[[], float]
    operation_polls: int = 1
    page_size: int | None = None
    faults: Faults = field(default_factory=Faults)
    operations: Operations = field(default_factory=Operations)
    history: History = field(default_factory=History)
    logs: Logs = field(default_factory=Logs)
    pullers: Pullers = field(default_factory=Pullers)
    missing_images: set[str] = field(default_factory=set)
    forwarders: dict[str, str] = field(default_factory=dict)
    appliances: dict[str, str] = field(default_factory=dict)
    egress: dict[str, str] = field(default_factory=dict)
    permissions: dict[str, Collection[str]] = field(default_factory=dict)
    alert_history: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    executions: dict[str, int] = field(default_factory=dict)  # reads until a running execution ends, by its key
    graph_quota: GraphQuota = field(default_factory=GraphQuota)
    writing: bool = False
    _counted: int = 0
    _remembered: dict[str, Any] = field(default_factory=dict)
    _remembered_at: int = -1

    def remember(self, name: str, work: Callable[[], T]) -> T:
        """What `work` makes of the estate, kept until anything changes in it; made afresh while something is under way.

        Bodies are live and may be changed by whoever holds one, which only writes and operations do.
        """
        if self.writing or self.operations.under_way:
            return work()
        if self._remembered_at != self.state.changes:
            self._remembered, self._remembered_at = {}, self.state.changes
        if name not in self._remembered:
            self._remembered[name] = work()
        found: T = self._remembered[name]
        return found

    def guid(self, seed: str = "") -> str:
        """A new id that nothing else has."""
        self._counted += 1
        return str(uuid.uuid5(NAMESPACE, f"{self._counted}/{seed}"))

    def be_told(self, told: dict[str, Any]) -> None:
        """Take in what no ARM body tells; what has another shape is passed over."""
        images = told.get("missingImages")
        self.missing_images.update(map(str, images if isinstance(images, list) else ()))
        for name in ("forwarders", "appliances", "egress"):
            given = told.get(name)
            if isinstance(given, dict):
                getattr(self, name).update({str(key): str(value) for key, value in given.items()})

    def told(self) -> dict[str, Any]:
        """What no ARM body tells, as an estate document has it; only what there is."""
        found = {
            "missingImages": sorted(self.missing_images),
            "forwarders": dict(self.forwarders),
            "appliances": dict(self.appliances),
            "egress": dict(self.egress),
        }
        return {name: value for name, value in found.items() if value}

    def moment(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def now(self) -> str:
        """The time as ARM writes it."""
        return self.moment().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
