"""From the lines of incidents and what sweeps found to the figures of the overview. Pure; order does not matter.

Called by the keeper of the overview (`adapters/records/overview`) once a minute, never for each reader. Incidents
count in the window by their day (UTC): opened, or ended. Minutes of exposure are those within the window, from the
beginning of an incident to its end or to now; one that was joined to another or had nothing to do has none, so that
nothing counts twice. One that needs a person waits until a later incident of the same subject has taken its place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import nlargest, nsmallest
from statistics import median

from remediator.core.fleet import FleetPart, FleetSummary
from remediator.core.incident import Status
from remediator.core.overview import (
    MOST_DOORS,
    MOST_NAMED,
    MOST_RECENT,
    MOST_SUBSCRIPTIONS,
    MOST_WAITING,
    WINDOW_DAYS,
    DayLine,
    Door,
    FleetDay,
    NamedRegistry,
    Overview,
    Recent,
    RuleLine,
    Since,
    Stand,
    SubscriptionLine,
    WaitingLine,
)
from remediator.core.tally import Tally

A_DAY = timedelta(days=1)
LOOKED_BACK = timedelta(days=8)  # an observation older than this is no yesterday
_NO_EXPOSURE = frozenset({Status.NO_DRIFT, Status.JOINED})


def window(now: datetime) -> datetime:
    """The first moment that counts."""
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=WINDOW_DAYS - 1), time(), UTC)


def counts(tally: Tally, now: datetime) -> bool:
    """Whether an incident is in the overview at all: it is open, or ended within the window."""
    ended = tally.ended_at
    return ended is None or ended >= window(now) or tally.status is Status.NEEDS_HUMAN


def overview(tallies: Iterable[Tally], fleet: FleetSummary, history: Iterable[FleetDay], now: datetime) -> Overview:
    """The figures as of `now`; `history` are observations of earlier days, in any order."""
    known = sorted((one for one in tallies if counts(one, now)), key=lambda one: (one.opened_at, one.incident))
    days = {one.day: one for one in history}
    before = _before(days, now)
    waiting = _still_waiting(known)
    doors = [one for one in known if one.address]
    mended = [_minutes(one.opened_at, one.moved_at) for one in known if one.status is Status.RESOLVED]
    called = {one.incident for one in waiting}
    still_open = [one for one in known if not one.status.ended or one.incident in called]
    lines = _subscriptions(still_open, waiting, fleet)
    day_lines = _days(known, days, now)
    return Overview(
        at=now,
        stand=_stand_of(fleet.states),
        swept_since=fleet.since,
        swept_until=fleet.until,
        rules=_rules(known, fleet, before, now),
        subscriptions=lines[:MOST_SUBSCRIPTIONS],
        subscription_count=len(lines),
        open=len(still_open),
        waiting=tuple(_waiting(one) for one in nsmallest(MOST_WAITING, waiting, key=_longest)),
        waiting_count=len(waiting),
        doors=tuple(_door(one) for one in nsmallest(MOST_DOORS, doors, key=lambda one: one.closes_at or now)),
        door_count=len(doors),
        days=day_lines,
        since=_since(known, before, now),
        worst=_worst(fleet.parts),
        mended=len(mended),
        exposed=round(sum(_exposed(one, window(now), now) for one in known), 1),
        mend_median=round(median(mended), 1) if mended else None,
        missed=sum(day.missed for day in day_lines),
    )


def observed(fleet: FleetSummary, now: datetime) -> FleetDay | None:
    """What is remembered of a day: how registries stand now; None where no sweep has run."""
    if fleet.until is None:
        return None
    return FleetDay(now.astimezone(UTC).date(), fleet.until, _stand_of(fleet.states), fleet.rules)


def _rules(known: Sequence[Tally], fleet: FleetSummary, before: FleetDay | None, now: datetime) -> tuple[RuleLine, ...]:
    """Those with the most broken or drifted registries first, then those with the most open incidents."""
    first = window(now)
    registries, earlier = dict(fleet.rules), dict(before.rules) if before else {}
    by_rule: dict[str, list[Tally]] = defaultdict(list)
    for one in known:
        if one.rule and one.status is not Status.JOINED:
            by_rule[one.rule].append(one)
    lines = []
    for rule in {*registries, *by_rule, *earlier}:
        cases = by_rule.get(rule, [])
        mended = [_minutes(one.opened_at, one.moved_at) for one in cases if one.status is Status.RESOLVED]
        lines.append(
            RuleLine(
                rule,
                registries.get(rule, 0),
                earlier.get(rule, 0) if before else None,
                sum(1 for one in cases if not one.status.ended),
                sum(1 for one in cases if one.opened_at >= first),
                len(mended),
                round(sum(_exposed(one, first, now) for one in cases), 1),
                round(median(mended), 1) if mended else None,
                max(mended, default=None),
            )
        )
    return tuple(sorted(lines, key=lambda one: (-one.registries, -one.open, -one.exposed, -one.incidents, one.rule)))


def _still_waiting(known: Sequence[Tally]) -> list[Tally]:
    """Those that wait; `known` is in the order of opening."""
    latest = {one.subject.lower(): one.incident for one in known}
    return [one for one in known if one.waits and latest[one.subject.lower()] == one.incident]


def _subscriptions(
    still_open: Sequence[Tally], waits: Sequence[Tally], fleet: FleetSummary
) -> tuple[SubscriptionLine, ...]:
    opened: Counter[str] = Counter(one.subscription for one in still_open if one.subscription)
    waiting: Counter[str] = Counter(one.subscription for one in waits if one.subscription)
    parts = {part.subscription: part for part in fleet.parts}
    lines = [
        SubscriptionLine(
            name,
            _stand_of(parts[name].states) if name in parts else Stand(),
            parts[name].swept_at if name in parts else None,
            opened[name],
            waiting[name],
        )
        for name in {*parts, *opened, *waiting}
    ]
    return tuple(sorted(lines, key=_trouble))


def _trouble(line: SubscriptionLine) -> tuple[int, int, int, int, int, str]:
    stand = line.stand
    return (-stand.broken, -stand.unknown, -line.waiting, -line.open, -stand.drift, line.subscription)


def _days(known: Sequence[Tally], history: Mapping[date, FleetDay], now: datetime) -> tuple[DayLine, ...]:
    """One line for each day of the window, the oldest first."""
    first = window(now)
    opened: Counter[date] = Counter()
    missed: Counter[date] = Counter()
    ended: Counter[date] = Counter()
    mended: Counter[date] = Counter()
    exposed: dict[date, float] = defaultdict(float)
    for one in known:
        day = one.opened_at.astimezone(UTC).date()
        opened[day] += 1
        missed[day] += one.missed
        if one.ended_at is not None:
            ended[one.ended_at.astimezone(UTC).date()] += 1
            mended[one.ended_at.astimezone(UTC).date()] += one.status is Status.RESOLVED
        for day, minutes in _exposed_by_day(one, first, now):
            exposed[day] += minutes
    days = [first.date() + timedelta(days=number) for number in range(WINDOW_DAYS)]
    return tuple(
        DayLine(
            day,
            opened[day],
            ended[day],
            mended[day],
            missed[day],
            round(exposed[day], 1),
            history[day].stand if day in history else None,
        )
        for day in days
    )


def _since(known: Sequence[Tally], before: FleetDay | None, now: datetime) -> Since:
    fresh = [one for one in known if now - one.opened_at <= A_DAY]
    over = [one for one in known if one.ended_at is not None and now - one.ended_at <= A_DAY]
    mended = [one for one in over if one.status is Status.RESOLVED]
    told = {one.incident: one for one in (*fresh, *over) if one.rule and one.status is not Status.JOINED}
    return Since(
        len(fresh),
        len(mended),
        sum(1 for one in mended if one.alone),
        sum(1 for one in over if one.status is Status.ROLLED_BACK and one.rule),
        sum(1 for one in over if one.status is Status.NEEDS_HUMAN),
        sum(1 for one in fresh if one.missed),
        before.stand if before else None,
        before.at if before else None,
        tuple(
            Recent(one.incident, one.subject, one.status.value, one.rule, one.moved_at)
            for one in nlargest(MOST_RECENT, told.values(), key=lambda one: (one.moved_at, one.incident))
        ),
    )


def _before(history: Mapping[date, FleetDay], now: datetime) -> FleetDay | None:
    """The last observation of an earlier day, where it is not too old."""
    today = now.astimezone(UTC).date()
    earlier = [one for one in history.values() if one.day < today and today - one.day <= LOOKED_BACK]
    return max(earlier, key=lambda one: one.day, default=None)


def _exposed(one: Tally, first: datetime, now: datetime) -> float:
    start, end = _exposure(one, first, now)
    return max(0.0, (end - start).total_seconds() / 60)


def _exposure(one: Tally, first: datetime, now: datetime) -> tuple[datetime, datetime]:
    """When its exposure begins and ends within the window; the end is not behind the beginning where there is none."""
    if not one.rule or one.status in _NO_EXPOSURE:
        return now, now
    return max(one.since, first), min(one.ended_at or now, now)


def _exposed_by_day(one: Tally, first: datetime, now: datetime) -> list[tuple[date, float]]:
    """Its minutes of exposure on each day of the window."""
    start, end = _exposure(one, first, now)
    found = []
    while start < end:
        midnight = datetime.combine(start.astimezone(UTC).date() + A_DAY, time(), UTC)
        until = min(end, midnight)
        found.append((start.astimezone(UTC).date(), (until - start).total_seconds() / 60))
        start = until
    return found


def _waiting(one: Tally) -> WaitingLine:
    return WaitingLine(one.incident, one.subject, one.status.value, one.rule, one.moved_at)


def _door(one: Tally) -> Door:
    return Door(one.incident, one.subject.rpartition("/openings/")[0] or one.subject, one.address, one.closes_at)


def _longest(one: Tally) -> tuple[datetime, str]:
    return (one.moved_at, one.incident)


def _worst(parts: Iterable[FleetPart]) -> tuple[NamedRegistry, ...]:
    order = {"broken": 0, "unknown": 1, "drift": 2}
    named = [NamedRegistry(one.registry.text, one.state.value, one.rules) for part in parts for one in part.affected]
    return tuple(nsmallest(MOST_NAMED, named, key=lambda one: (order.get(one.state, 3), one.registry.lower())))


def _stand_of(states: Iterable[tuple[str, int]]) -> Stand:
    return Stand(**{str(state): count for state, count in states})


def _minutes(since: datetime, until: datetime) -> float:
    return round(max(0.0, (until - since).total_seconds()) / 60, 1)
