"""Who is due, and what has a process left behind that was killed? The store is the truth.

Called by the minute timer, which sends a message that was lost again, and once when a process starts.
"""

from __future__ import annotations

from datetime import timedelta

from remediator.core.errors import RemediatorError
from remediator.core.incident import NEXT
from remediator.flow.turn import IN_HAND
from remediator.ports import Clock, Incidents, Log, WorkQueue

MOST_LEFT = 500
# The first page of what is due; each next look asks for more, since what was sent is due until somebody handles it.
FIRST_PAGE = 100
WIDER = 4
MOST_WOKEN = 25_600
# The timer comes again after a minute: what is left then is sent by the next tick.
TICK = timedelta(seconds=45)


def wake_due(*, incidents: Incidents, queue: WorkQueue, clock: Clock) -> tuple[str, ...]:
    """Send again the ids of the incidents whose time has come, and give back those that were sent, the longest
    waiting first.

    All of them, however many: until none is left, or the tick's time is over. A failed send is an error.
    """
    ends = clock.now() + TICK
    sent: dict[str, None] = {}
    page = FIRST_PAGE
    while True:
        due = incidents.due(clock.now(), page)
        for incident in due:
            if clock.now() >= ends:
                return tuple(sent)
            if incident not in sent:
                queue.send(incident)
                sent[incident] = None
        if len(due) < page or page >= MOST_WOKEN:
            return tuple(sent)
        page = min(page * WIDER, MOST_WOKEN)


def left_behind(*, incidents: Incidents, clock: Clock, log: Log) -> tuple[str, ...]:
    """The ids of what an earlier process may have had in hand, what stands nearest to a write first.

    Open incidents, since the wake-ups and the letters of a dead process reach nobody, and ended ones whose notices
    wait; at most `MOST_LEFT` of each status. One that waits for a time which Azure named goes on waiting. What cannot
    be read is left to the timer.
    """
    now, found, paused = clock.now(), list[str](), set[str]()
    for status in reversed(NEXT):
        try:
            several = incidents.find(status=status, limit=MOST_LEFT)
        except RemediatorError as problem:
            log.error("finding what was left behind", status=status.value, code=problem.code)
            continue
        paused |= {one.id for one in several if one.attempts and one.wake_at is not None and one.wake_at > now}
        found += [one.id for one in reversed(several)]
    try:
        found += incidents.due(now + IN_HAND, MOST_LEFT)
    except RemediatorError as problem:
        log.error("finding what was left behind", code=problem.code)
    return tuple(one for one in dict.fromkeys(found) if one not in paused)
