"""With what does a sweep work? From the settings to `core.sweep.WideReader`, from a runtime to `flow.sweep_pass`.

The Azure libraries are imported at the first question. Where storage queues are used, the parts of a pass are messages
of the host's account; `here` runs a pass in this process alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from remediator.bootstrap.access import AzureReader, reader
from remediator.bootstrap.storage import queue_named
from remediator.core.queue_names import SWEEP
from remediator.core.resource_id import ResourceId
from remediator.core.sweep import OpenedPart, SweepScope, WideEstate, WideReader
from remediator.flow.sweep_pass import Send, Sweeping, run_here
from remediator.settings import Settings

if TYPE_CHECKING:
    from remediator.adapters.azure.wide_reading import GraphReader
    from remediator.bootstrap.runtime import Runtime


@dataclass(frozen=True, slots=True)
class AzureWideReader:
    """`WideReader` on Resource Graph, with the connection of a reader."""

    reader: AzureReader

    def read(self, scope: SweepScope, told: Callable[[str], None]) -> WideEstate:
        """As `WideReader.read`."""
        return self._graph().read(scope, told)

    def open(self, packed: Sequence[bytes], closer: Sequence[ResourceId] = ()) -> OpenedPart:
        """As `WideReader.open`."""
        return self._graph().open(packed, closer)

    def scope(self) -> SweepScope:
        """What the settings or the desired state name."""
        return SweepScope(self.reader.watched)

    def _graph(self) -> GraphReader:
        from remediator.adapters.azure.wide_reading import GraphReader
        from remediator.adapters.system.clock import SystemClock

        return GraphReader(self.reader.arm, self.reader.cloud, SystemClock().sleep)


def wide_reader(settings: Settings) -> AzureWideReader:
    """What reads a whole company for these settings; nothing is asked yet."""
    return AzureWideReader(reader(settings))


def queries() -> tuple[str, ...]:
    """What a sweep asks Resource Graph for."""
    from remediator.adapters.azure.graph_queries import QUESTIONS

    return tuple(question.text for question in QUESTIONS)


@dataclass(frozen=True, slots=True)
class Sweeper:
    """The doors' part of a shared sweep."""

    sweeping: Sweeping
    send: Send

    def begin(self) -> str:
        """See `flow.sweep_pass`: what the timer does."""
        return self.sweeping.begin(self.send)

    def carry_on(self, message: str) -> None:
        """See `flow.sweep_pass`: what a message asks for."""
        self.sweeping.carry_on(message, self.send)

    def here(self) -> str:
        """A pass that is due, in this process alone."""
        return run_here(self.sweeping)


def sweeper(runtime: Runtime) -> Sweeper:
    """A sweep that shares the runtime's store, connection and intake."""
    wide = AzureWideReader(cast(AzureReader, runtime.flow.observer))
    queue = queue_named(runtime.settings, SWEEP, runtime.ends)
    return Sweeper(sweeping(runtime, wide, wide.scope), queue.send if queue is not None else lambda _: None)


def sweeping(runtime: Runtime, reader: WideReader, scope: Callable[[], SweepScope]) -> Sweeping:
    """What a shared sweep works with, on this reader."""
    from remediator.adapters.records.fleet import RowFleet
    from remediator.adapters.records.sweeps import RowSweeps

    flow, minutes = runtime.flow, runtime.settings.sweep
    kept = RowSweeps(runtime.rows)
    return Sweeping(
        every=timedelta(minutes=minutes) if minutes else None,
        scope=scope,
        reader=reader,
        sweeps=kept,
        sightings=kept,
        fleet=RowFleet(runtime.rows),
        incidents=flow.incidents,
        desired_states=flow.desired_states,
        take_in=runtime.take_in,
        leases=flow.leases,
        clock=runtime.clock,
        ids=runtime.ids,
        log=runtime.log,
        telemetry=flow.telemetry,
    )
