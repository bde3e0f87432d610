"""A signal comes in: which incident has it? Called by every door; answers at once and reads nothing from Azure.

The claim is one conditional write of the store. The incident's id goes on the queue always, also when the signal was
joined to an open incident; a failed send is an error to the caller, who sends the signal again.
"""

from __future__ import annotations

from collections.abc import Callable

from remediator.core.errors import Rejected
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.subject import subject_of
from remediator.ports import Clock, Ids, Incidents, TakenIn, WorkQueue


def intake(
    signal: Signal,
    *others: Signal,
    incidents: Incidents,
    queue: WorkQueue,
    clock: Clock,
    ids: Ids,
    resolve: Callable[[Signal], ResourceId] = subject_of,
) -> TakenIn:
    """Join the signal to the open incident of its subject, or open one, and wake it once. `others` came in the same
    delivery and are about the same subject.

    `Rejected` for a signal about nothing that we can look at, or with a mail address where the requester's id belongs;
    `Transient` when the store or the queue does not take it.
    """
    if signal.source is SignalSource.MANUAL and "@" in (signal.actor or ""):
        raise Rejected(
            "requester-not-an-id",
            "a request names its requester by a mail address",
            hint="pass the person's object id; addresses are not kept",
        )
    subject = resolve(signal)
    now = clock.now()
    told = f", correlation {signal.correlation_id}" if signal.correlation_id else ""
    opened = Incident(ids.new(), subject, now).note(
        now, f"opened by a signal: {signal.source.value}{told}", status=Status.OPEN
    )
    fresh = opened.receive((signal,)).rest(now)
    taken = incidents.take_in(subject, signal, fresh, others)
    queue.send(taken.incident)
    return taken
