"""What every route works on: state, operations, faults, the cloud, and ids and times made here."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from remediator.sandbox.clouds import Cloud
from remediator.sandbox.faults import Faults
from remediator.sandbox.operations import Operations
from remediator.sandbox.state import State

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
    missing_images: set[str] = field(default_factory=set)
    forwarders: dict[str, str] = field(default_factory=dict)
    appliances: dict[str, str] = field(default_factory=dict)
    egress: dict[str, str] = field(default_factory=dict)
    _counted: int = 0

    def guid(self, seed: str = "") -> str:
        """A new id that nothing else has."""
        self._counted += 1
        return str(uuid.uuid5(NAMESPACE, f"{self._counted}/{seed}"))

    def now(self) -> str:
        """The time as ARM writes it."""
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
