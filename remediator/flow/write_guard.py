"""May we write to Azure at this moment? Asked by `apply` and `undo` before any side effect and before each write.

The version of a save does not stop two workers from writing to ARM: the lease does. The switch stops everybody, and the
budget of an hour lets them go on later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from remediator.core.errors import Transient
from remediator.core.incident import Incident
from remediator.core.pace import EVERYWHERE
from remediator.core.resource_id import ResourceId
from remediator.core.subject import lease_names
from remediator.ports import Clock, DesiredStates, Ids, Lease, Leases, Pace, Switch

LEASE_SECONDS = 180.0
# While Azure is at work we look at least this often, so that the lease is renewed in time.
LONGEST_NAP = 30.0


@dataclass(frozen=True, slots=True)
class WriteGuard:
    """A lease that is held, and the switch."""

    lease: Lease
    switch: Switch
    budget: Budget

    def renew(self) -> None:
        """Raises `Transient("lease-lost")` when somebody else may be writing by now."""
        if not self.lease.still_held():
            raise Transient("lease-lost", "making changes: the lease is no longer ours", retry_after=LEASE_SECONDS)

    def check(self, target: ResourceId) -> None:
        """Raises `Transient` when this very write may not be made now."""
        refuse_when_stopped(self.switch)
        self.renew()
        self.budget.spend(target)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many changes may be made in an hour: what the desired state says at the time of each change.

    Without `desired_states` changes are counted and none is held back: taking our own writes back does not wait.
    """

    pace: Pace | None = None
    desired_states: DesiredStates | None = None

    def spend(self, target: ResourceId) -> None:
        """Count one change; `Transient("changes-per-hour")` where the hour has no more, anywhere or in the target's
        subscription."""
        if self.pace is None:
            return
        limits = self.desired_states.load().limits if self.desired_states is not None else None
        most = limits.changes_per_hour if limits else None
        here = limits.changes_per_hour_in_subscription if limits else None
        wait = self.pace.take({EVERYWHERE: most, (target.subscription or "nowhere").lower(): here})
        if wait is None:
            return
        allowed = f"limits.changesPerHour allows {most}"
        if here is not None:
            allowed += f" and changesPerHourInSubscription {here}"
        raise Transient(
            "changes-per-hour",
            f"the next change waits: {allowed}, and as many were made within an hour",
            retry_after=wait,
        )


def refuse_when_stopped(switch: Switch) -> None:
    """Raises `Transient("writes-stopped")` while somebody has stopped every write."""
    reason = switch.stopped()
    if reason is not None:
        raise Transient("writes-stopped", f"every write is stopped: {reason}", retry_after=60)


@contextmanager
def guarded(
    incident: Incident, *, leases: Leases, switch: Switch, ids: Ids, budget: Budget | None = None
) -> Iterator[WriteGuard]:
    """Hold the lease of everything that the plan touches; each run is an owner of its own.

    `Transient("lease-held")` when another run has one of them.
    """
    refuse_when_stopped(switch)
    lease = leases.take(lease_names(incident), f"{incident.id}/{ids.new()}", LEASE_SECONDS)
    if lease is None:
        raise Transient(
            "lease-held", f"incident {incident.id}: another run writes to the same resources", retry_after=30
        )
    try:
        yield WriteGuard(lease, switch, budget or Budget())
    finally:
        lease.release()


def nap(seconds: float, *, clock: Clock, ends: datetime) -> datetime | None:
    """Wait for Azure within this run; when the run would end meanwhile, the time at which to look again instead."""
    wait = min(max(seconds, 1.0), LONGEST_NAP)
    until = clock.now() + timedelta(seconds=wait)
    if until >= ends:
        return until
    clock.sleep(wait)
    return None
