"""From the lines of incidents and what sweeps found to the figures of the overview."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from remediator.core.fleet import FleetPart, FleetSummary, RegistryState, together
from remediator.core.incident import Status
from remediator.core.overview import FleetDay, Stand
from remediator.core.overview_fold import observed, overview
from remediator.core.resource_id import resource_id
from remediator.core.tally import Tally

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
NOBODY = FleetSummary()


def line(
    name: str, status: Status, opened: float, ended: float | None = None, rule: str = "dns-record", **fields: object
) -> Tally:
    """An incident that was opened so many hours ago, and ended or moved so many hours ago."""
    at = NOW - timedelta(hours=opened)
    moved = NOW - timedelta(hours=opened if ended is None else ended)
    subject = resource_id(ONE, "rg", "Microsoft.ContainerRegistry/registries", name).text
    tally = Tally(name, subject, status, at, at, moved, moved, rule, "event-grid", subscription=ONE)
    return replace(tally, **fields)  # type: ignore[arg-type]


def swept(broken: int, fine: int, subscription: str = ONE) -> FleetPart:
    states = ((RegistryState.BROKEN, broken), (RegistryState.FINE, fine))
    return FleetPart(subscription, NOW, "pass", states, (("dns-record", broken),))


def test_nothing_is_there() -> None:
    """Without incidents and sweeps there is nothing, and it says that no sweep has run."""
    made = overview([], NOBODY, [], NOW)
    assert (made.swept, made.stand.total, made.open, made.waiting, made.rules) == (False, 0, 0, (), ())
    assert len(made.days) == 30
    assert made.days[-1].day == NOW.date()
    assert observed(NOBODY, NOW) is None


def test_time_to_mend_by_rule() -> None:
    """A rule's median and longest time to mend come from the resolved incidents of the window, and from no other."""
    made = overview(
        [
            line("a", Status.RESOLVED, 10, 9),
            line("b", Status.RESOLVED, 10, 8),
            line("c", Status.RESOLVED, 10, 4),
            line("d", Status.ROLLED_BACK, 200, 1),
            line("e", Status.RESOLVED, 24 * 40, 24 * 35),
            line("f", Status.RESOLVED, 2, 1, rule="peering"),
        ],
        NOBODY,
        [],
        NOW,
    )
    by_rule = {one.rule: one for one in made.rules}
    assert (by_rule["dns-record"].mended, by_rule["dns-record"].mend_median) == (3, 120.0)
    assert by_rule["dns-record"].mend_longest == 360.0
    assert by_rule["peering"].mend_median == 60.0
    assert (made.mended, made.mend_median) == (4, 90.0)


def test_exposure() -> None:
    """Minutes of exposure run from the beginning to the end or to now, within the window; what was nothing has none."""
    made = overview(
        [
            line("over", Status.RESOLVED, 10, 9, since=NOW - timedelta(hours=12)),
            line("open", Status.AWAITING_APPROVAL, 2),
            line("nothing", Status.NO_DRIFT, 5, 1, rule=""),
            line("joined", Status.JOINED, 5, 1),
            line("old", Status.OPEN, 24 * 100, rule="peering"),
        ],
        NOBODY,
        [],
        NOW,
    )
    by_rule = {one.rule: one.exposed for one in made.rules}
    assert by_rule["dns-record"] == 180.0 + 120.0
    assert by_rule["peering"] == (29 * 24 + 12) * 60
    assert made.exposed == sum(by_rule.values())
    assert round(sum(day.exposed for day in made.days), 1) == made.exposed


def test_who_waits_for_a_person() -> None:
    """Those wait longest first; one that needed a person does not once a later incident of its subject was opened."""
    again = line("called", Status.RESOLVED, 1, 0.5).subject
    made = overview(
        [
            line("asked", Status.AWAITING_APPROVAL, 5, 4),
            line("merging", Status.AWAITING_MERGE, 9, 8),
            line("called", Status.NEEDS_HUMAN, 24 * 90, 24 * 89),
            line("working", Status.APPLYING, 3),
            line("gone", Status.NEEDS_HUMAN, 30, 29, subject="/subscriptions/x/gone"),
            line("later", Status.RESOLVED, 2, 1, subject="/SUBSCRIPTIONS/x/gone"),
        ],
        NOBODY,
        [],
        NOW,
    )
    assert [one.incident for one in made.waiting] == ["called", "merging", "asked"]
    assert made.waiting_count == 3
    assert made.open == 4
    assert again.endswith("/called")


def test_openings_are_told_with_their_end() -> None:
    """An opening that stands is listed by its registry, the one that ends first at the top."""
    soon, late = NOW + timedelta(minutes=5), NOW + timedelta(minutes=50)
    registry = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/shop"
    made = overview(
        [
            line("b", Status.APPLIED, 1, rule="", subject=f"{registry}/openings/20.1.1.2", address="20.1.1.2"),
            line("a", Status.APPLIED, 1, rule="", subject=f"{registry}/openings/20.1.1.1", address="20.1.1.1"),
        ],
        NOBODY,
        [],
        NOW,
    )
    assert made.door_count == 2
    timed = [replace(line("l", Status.APPLIED, 1), address="20.1.1.1", closes_at=late)]
    timed += [replace(line("s", Status.APPLIED, 1), address="20.1.1.2", closes_at=soon)]
    doors = overview(timed, NOBODY, [], NOW).doors
    assert [one.closes_at for one in doors] == [soon, late]
    assert made.doors[0].registry == registry


def test_since_yesterday() -> None:
    """The last day's incidents, who mended them, and how registries stood at the last look of an earlier day."""
    history = [
        FleetDay(date(2026, 3, 9), NOW - timedelta(hours=13), Stand(broken=7, fine=93), (("dns-record", 7),)),
        FleetDay(date(2026, 3, 8), NOW - timedelta(hours=40), Stand(broken=50, fine=50)),
        FleetDay(date(2026, 3, 10), NOW, Stand(broken=2, fine=98)),
    ]
    made = overview(
        [
            line("alone", Status.RESOLVED, 10, 9, alone=True),
            line("asked", Status.RESOLVED, 40, 3),
            line("missed", Status.OPEN, 2, source="sweep"),
            line("nothing", Status.NO_DRIFT, 2, 1, rule="", source="sweep"),
            line("before", Status.RESOLVED, 50, 30),
            line("called", Status.NEEDS_HUMAN, 50, 5),
        ],
        together([swept(2, 98)]),
        history,
        NOW,
    )
    since = made.since
    assert (since.opened, since.mended, since.alone, since.called, since.missed) == (3, 2, 1, 1, 1)
    assert since.stand == Stand(broken=7, fine=93)
    assert made.stand == Stand(broken=2, fine=98)
    (rule,) = made.rules
    assert (rule.registries, rule.before) == (2, 7)
    assert [one.incident for one in since.recent] == ["missed", "asked", "called", "alone"]
    assert made.missed == 1


def test_an_old_look_is_no_yesterday() -> None:
    """A look of more than a week ago is not compared with."""
    history = [FleetDay(date(2026, 3, 1), NOW - timedelta(days=9), Stand(broken=7))]
    assert overview([], together([swept(2, 98)]), history, NOW).since.stand is None


def test_subscriptions() -> None:
    """Those with broken registries come first; one that no sweep has seen is there for its incidents."""
    made = overview(
        [line("here", Status.AWAITING_APPROVAL, 1, subscription="unswept")],
        together([swept(0, 10), swept(3, 5, TWO)]),
        [],
        NOW,
    )
    assert [one.subscription for one in made.subscriptions] == [TWO, "unswept", ONE]
    assert (made.subscriptions[1].waiting, made.subscriptions[1].swept_at) == (1, None)
    assert made.stand == Stand(broken=3, fine=15)


def test_days() -> None:
    """Each day of the window has what was opened, ended, mended and missed on it, and how registries stood."""
    history = [FleetDay(date(2026, 3, 9), NOW - timedelta(hours=13), Stand(broken=7, fine=93))]
    made = overview(
        [line("a", Status.RESOLVED, 30, 1, source="sweep"), line("b", Status.EXPIRED, 30, 29)], NOBODY, history, NOW
    )
    yesterday, today = made.days[-2:]
    assert (yesterday.opened, yesterday.ended, yesterday.mended, yesterday.missed) == (2, 1, 0, 1)
    assert (today.opened, today.ended, today.mended) == (0, 1, 1)
    assert (yesterday.stand, today.stand) == (Stand(broken=7, fine=93), None)


STATUSES = st.sampled_from(list(Status))
LINES = st.builds(
    line,
    st.text("abcdef", min_size=1, max_size=3),
    STATUSES,
    st.floats(0, 2000),
    st.floats(0, 2000),
    st.sampled_from(["", "dns-record", "peering"]),
)


@given(st.lists(LINES, max_size=20), st.randoms(use_true_random=False))
def test_order_does_not_matter(lines: list[Tally], chance: random.Random) -> None:
    """Whatever order the lines come in, the overview is the same, and counts agree with each other."""
    unique = list({one.incident: one for one in lines}.values())
    made = overview(unique, NOBODY, [], NOW)
    shuffled = unique[:]
    chance.shuffle(shuffled)
    assert overview(shuffled, NOBODY, [], NOW) == made
    assert made.mended == sum(one.status is Status.RESOLVED and one.moved_at >= made_first() for one in unique)
    assert all(0 <= day.mended <= day.ended for day in made.days)
    assert made.exposed >= 0


def made_first() -> datetime:
    return datetime(2026, 2, 9, tzinfo=UTC)
