"""A sweep shared by many workers: begun by the timer, read by one, judged in parts by all, ended by the last.

A message is a pass's id, or that and a part's number. The store is the truth: a message that comes twice does nothing
the second time, and one that was lost is sent again by the timer once nothing has happened for a while. Reading is one
worker's, since the quota of Resource Graph is the identity's and not the worker's; judging is what takes the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from remediator.core.desired import DesiredState
from remediator.core.errors import RemediatorError, Transient
from remediator.core.fleet import Fleet, part_of
from remediator.core.measures import SWEPT
from remediator.core.opening import with_openings
from remediator.core.signal import Signal
from remediator.core.sweep import SweepScope, Swept, WideReader, together
from remediator.core.sweep_pass import LONGEST, Sightings, Stage, SweepPass, Sweeps
from remediator.flow.keep_open import standing
from remediator.flow.sweeping import MadeKnown, judge_part, make_known
from remediator.ports import Clock, DesiredStates, Ids, Incidents, Lease, Leases, Log, TakenIn, Telemetry

LEASE_SECONDS = 600.0
Send = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sweeping:
    """What a shared sweep works with. `every` is the time between the beginnings of two passes, None for never."""

    every: timedelta | None
    scope: Callable[[], SweepScope]
    reader: WideReader
    sweeps: Sweeps
    sightings: Sightings
    fleet: Fleet
    incidents: Incidents
    desired_states: DesiredStates
    take_in: Callable[[Signal], TakenIn]
    leases: Leases
    clock: Clock
    ids: Ids
    log: Log
    telemetry: Telemetry

    def begin(self, send: Send) -> str:
        """What the timer does: begin a pass that is due, or send again what a dead worker left; the id, "" for none.

        Never a second pass beside one that runs. Whoever loses the race for the first step has nothing to do.
        """
        now = self.clock.now()
        known, version = self.sweeps.current()
        if known is not None and not known.over and now - known.began < LONGEST:
            return self._again(known, version, send)
        if self.every is None or (known is not None and now - known.began < self.every):
            return ""
        if known is not None and not known.over:
            self.log.error("giving a sweep up", sweep=known.id, stage=known.stage.value)
        fresh = SweepPass(self.ids.new(), now, now)
        if not self._saved(fresh, version):
            return ""
        if known is not None:
            self.sweeps.clear(known.id)
        send(fresh.id)
        return fresh.id

    def carry_on(self, message: str, send: Send) -> None:
        """One step of the pass: read it, or judge one of its parts. What may pass is left to the timer."""
        sweep, _, number = message.partition("/")
        known, _ = self.sweeps.current()
        if known is None or known.id != sweep or known.over:
            return
        lease = self.leases.take((f"sweep:{message}",), f"{message}/{self.ids.new()}", LEASE_SECONDS)
        if lease is None:
            return  # another worker has this step in hand
        try:
            if not number:
                self._read(sweep, lease, send)
            elif number.isdigit() and int(number) not in self.sweeps.judged(sweep):
                self._judge(sweep, int(number))
            self._end(sweep)
        except Transient as problem:
            self.log.info("sweeping: later", sweep=sweep, code=problem.code)
        except RemediatorError as problem:
            self.log.error("sweeping", sweep=sweep, code=problem.code)
        finally:
            lease.release()

    def with_openings(self, desired: DesiredState) -> DesiredState:
        """The desired state while openings stand that somebody approved."""
        return with_openings(desired, standing(self.incidents))

    def make_known(self, found: Swept, sweep: str, desired: DesiredState) -> MadeKnown:
        """See `flow.sweeping.make_known`."""
        return make_known(
            found,
            sweep,
            desired=desired,
            incidents=self.incidents,
            take_in=self.take_in,
            sightings=self.sightings,
            clock=self.clock,
            telemetry=self.telemetry,
        )

    def _again(self, known: SweepPass, version: str, send: Send) -> str:
        """Send what is left of a pass that stands still; the id where anything was sent."""
        if not known.stalled(self.clock.now()) or not self._saved(known.at(self.clock.now(), known.stage), version):
            return ""
        done = self.sweeps.judged(known.id) if known.stage is Stage.JUDGING else ()
        left = [number for number in range(known.parts) if number not in done]
        self.log.info("sweeping: again", sweep=known.id, stage=known.stage.value, left=len(left))
        for message in [f"{known.id}/{number}" for number in left] or [known.id]:
            send(message)
        return known.id

    def _read(self, sweep: str, lease: Lease, send: Send) -> None:
        known, _ = self.sweeps.current()
        if known is None or known.stage is not Stage.READING:
            return
        wide = self.reader.read(self.scope(), lambda _: self._keep(lease))
        for number, packed in enumerate(wide.parts):
            self.sweeps.keep_part(sweep, number, packed)
        if not lease.still_held():
            return
        known, version = self.sweeps.current()
        if known is None or known.id != sweep or known.stage is not Stage.READING:
            return
        told = replace(
            known.at(self.clock.now(), Stage.JUDGING),
            parts=len(wide.parts),
            registries=wide.registries,
            rows=wide.rows,
            requests=wide.requests,
            subscriptions=wide.subscriptions,
            unseen=wide.unseen,
            notes=wide.notes,
        )
        if self._saved(told, version):
            self.log.info("sweeping: read", sweep=sweep, parts=told.parts, rows=told.rows, requests=told.requests)
            for number in range(told.parts):
                send(f"{sweep}/{number}")

    def _keep(self, lease: Lease) -> None:
        """Hold on to the lease while a long step goes on; whoever has lost it is stopped."""
        if not lease.still_held():
            raise Transient("lease-held", "sweeping: another worker has taken over", retry_after=60)

    def _judge(self, sweep: str, number: int) -> None:
        packed = self.sweeps.part(sweep, number)
        if not packed:
            return
        desired = self.with_openings(self.desired_states.load())
        found, _ = judge_part(self.reader, packed, desired)
        made = self.make_known(found, sweep, desired)
        if made.left:
            self.log.info("sweeping: left for the next pass", sweep=sweep, part=number, sightings=made.left)
        self.sweeps.keep_found(sweep, number, found, made.missed)
        self._touch(sweep)

    def _end(self, sweep: str) -> None:
        """Put the parts together once all are judged: one part of the fleet for each subscription."""
        known, version = self.sweeps.current()
        if known is None or known.id != sweep or known.stage is not Stage.JUDGING:
            return
        if len(self.sweeps.judged(sweep)) < known.parts:
            return
        several = [self.sweeps.found(sweep, number) for number in self.sweeps.judged(sweep)]
        whole = together(found for found, _ in several)
        missed: Counter[str] = Counter()
        for _, counts in several:
            missed.update(counts)
        now = self.clock.now()
        concerned = whole.by_subscription()
        for subscription in sorted({*concerned, *missed}):
            held = concerned.get(subscription, ())
            self.fleet.keep(part_of(subscription, now, held, sweep=sweep, missed=missed[subscription]))
        for part in self.fleet.parts():
            if part.sweep != sweep and part.subscription not in known.unseen:
                self.fleet.forget(part.subscription)
        if self._saved(replace(known.at(now, Stage.DONE), missed=missed.total()), version):
            self.telemetry.add(SWEPT, (now - known.began).total_seconds())
            self.log.info("sweeping: done", sweep=sweep, findings=len(whole.seen), missed=missed.total())
            self.sweeps.clear(sweep)

    def _touch(self, sweep: str) -> None:
        known, version = self.sweeps.current()
        if known is not None and known.id == sweep:
            self._saved(known.at(self.clock.now(), known.stage), version)

    def _saved(self, one: SweepPass, version: str) -> bool:
        try:
            self.sweeps.save(one, version)
        except Transient as lost:
            if lost.code != "lost-race":
                raise
            return False
        return True


def run_here(sweeping: Sweeping) -> str:
    """A whole pass in this process, where no other worker shares it; the id of the pass, "" where none was due."""
    waiting: list[str] = []
    begun = sweeping.begin(waiting.append)
    while waiting:
        sweeping.carry_on(waiting.pop(0), waiting.append)
    return begun
