"""Does a replica still wait for its image, long after the change? Called by `verify` when nothing was seen to work yet.

Where the desired state allows it, the revision is restarted, once for each app and execution, with the approved plan,
under its lease and the switch: the intent is saved first, and a start that may have been made is not made again. Where
it does not, the journal has the command for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.core.approval import NotApproved
from remediator.core.errors import RemediatorError
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.restart import APP, LONG_ENOUGH, MOST_RESTARTS, Restart, Revisions
from remediator.flow.turn import IN_HAND, keep
from remediator.flow.write_guard import guarded
from remediator.ports import Clock, Held, Ids, Incidents, Leases, Switch


@dataclass(frozen=True, slots=True)
class Restarting:
    """Everything that a restart takes; `revisions` is None where nobody can look at replicas."""

    revisions: Revisions | None
    incidents: Incidents
    leases: Leases
    switch: Switch
    ids: Ids
    clock: Clock

    def where_stuck(self, held: Held, apps: Iterable[ResourceId], over_at: datetime, *, allowed: bool) -> Held:
        """Restart what still waits among these apps, or say how; nothing before the puller had its time."""
        revisions = self.revisions
        if revisions is None or self.clock.now() - over_at < LONG_ENOUGH:
            return held
        known = {one.app for one in restarts(held.incident)}
        asked = [app for app in dict.fromkeys(apps) if app.is_a(APP) and app not in known]
        for app in asked[: MOST_RESTARTS - len(known)]:
            revision = revisions.waiting(app)
            if isinstance(revision, str):
                held = self._one(revisions, held, Restart(app, revision, self.clock.now(), allowed))
        return held

    def _one(self, revisions: Revisions, held: Held, restart: Restart) -> Held:
        if not restart.by_us:
            waits = f"a replica of {restart.app.name} still waits for its image"
            return self._noted(held, f"{waits}: {restart.command}", restart)
        held = self._noted(held, f"restarting {restart.revision}: its replica still waits for its image", restart)
        if problem := self._restarted(revisions, held.incident, restart):
            held = self._noted(held, f"{restart.revision} was not restarted: {problem}. {restart.command}")
        return held

    def _restarted(self, revisions: Revisions, incident: Incident, restart: Restart) -> str:
        """Why it was not restarted, "" when it was."""
        approved = incident.approved(self.clock.now())
        if isinstance(approved, NotApproved):
            return approved.reason
        try:
            with guarded(incident, leases=self.leases, switch=self.switch, ids=self.ids) as guard:
                guard.check(restart.app)
                revisions.restart(approved, restart.app, restart.revision)
        except RemediatorError as problem:
            return str(problem)
        return ""

    def _noted(self, held: Held, what: str, restart: Restart | None = None) -> Held:
        execution, now = held.incident.execution, self.clock.now()
        if execution is None:
            return held
        more = (restart,) if restart is not None else ()
        after = replace(held.incident, execution=replace(execution, restarts=(*execution.restarts, *more)))
        return keep(self.incidents, held, after.note(now, what), now + IN_HAND)


def restarts(incident: Incident) -> tuple[Restart, ...]:
    """The restarts of the present execution, made or told."""
    return incident.execution.restarts if incident.execution is not None else ()


def advice(incident: Incident) -> str:
    """What a person may run for the replicas that wait, "" where there is nothing."""
    told = [one.command for one in restarts(incident) if not one.by_us]
    return f"To have the image pulled now: {'; '.join(told)}" if told else ""
