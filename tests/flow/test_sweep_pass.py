"""A sweep shared by workers: one at a time, taken up after a crash, nothing twice, nothing forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.adapters.records.fleet import RowFleet
from remediator.adapters.records.incidents import RowIncidents
from remediator.adapters.records.leases import RowLeases
from remediator.adapters.records.sweeps import RowSweeps
from remediator.adapters.system.ids import SystemIds
from remediator.adapters.system.log import SystemLog
from remediator.cli.bench.drifts import no_endpoint, public_access, record_missing
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Focus, diagnose
from remediator.core.errors import Transient
from remediator.core.finding import Severity
from remediator.core.fleet import part_of, together
from remediator.core.incident import Status
from remediator.core.measures import MISSED, Metric, Unmeasured
from remediator.core.opening import Opening
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.snapshot import Snapshot
from remediator.core.sweep import OpenedPart, Seen, SweepScope, Swept, WideEstate
from remediator.core.sweep_pass import LONGEST, STALLED, Stage
from remediator.facts import snapshot_from
from remediator.flow.intake import intake
from remediator.flow.sweep_pass import Sweeping, run_here
from remediator.flow.sweeping import judge_part
from remediator.ports import TakenIn
from remediator.sandbox.estates.fleet import fleet
from tests.doubles import HandClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def parts() -> list[Snapshot]:
    """Two parts of ten registries each: one lacks an endpoint, both have a zone without a record."""
    found = []
    for seed in (1, 2):
        made = fleet(10, seed=seed)
        record_missing(made, made.sites[5])
        if seed == 1:
            no_endpoint(made, made.sites[3])
            public_access(made, made.sites[7])
        found.append(snapshot_from(made.resources(), AZURE_PUBLIC))
    return found


SNAPSHOTS = parts()


@dataclass
class Reader:
    """Has two parts; counts how often it was asked to read and may fail or be interrupted."""

    reads: int = 0
    opened: list[int] = field(default_factory=list)
    trouble: BaseException | None = None

    def read(self, scope: SweepScope, told: Callable[[str], None]) -> WideEstate:
        self.reads += 1
        told("reading")
        if self.trouble is not None:
            raise self.trouble
        return WideEstate(((b"0",), (b"1",)), 20, 140, 5, ("s1",))

    def open(self, packed: Sequence[bytes], closer: Sequence[ResourceId] = ()) -> OpenedPart:
        number = int(packed[0])
        self.opened.append(number)
        return OpenedPart(replace(SNAPSHOTS[number]))


class Kept(Unmeasured):
    """Keeps what was counted."""

    def __init__(self) -> None:
        self.added: list[tuple[Metric, float]] = []

    def add(self, metric: Metric, value: float = 1, /, **facts: Any) -> None:
        self.added.append((metric, value))


class Queue:
    """Work wake-ups that nobody reads."""

    def send(self, incident: str, delay: float = 0.0) -> None:
        """Nothing."""


@dataclass
class World:
    """A store, a clock, a reader and what workers share."""

    desired: DesiredState = field(default_factory=DesiredState)
    every: timedelta | None = HOUR
    rows: RowsSqlite = field(default_factory=lambda: RowsSqlite(None))
    clock: HandClock = field(default_factory=lambda: HandClock(NOON))
    reader: Reader = field(default_factory=Reader)
    queue: list[str] = field(default_factory=list)
    telemetry: Kept = field(default_factory=Kept)

    @property
    def incidents(self) -> RowIncidents:
        return RowIncidents(self.rows)

    def load(self) -> DesiredState:
        return self.desired

    def take_in(self, signal: Signal, *others: Signal) -> TakenIn:
        return intake(signal, *others, incidents=self.incidents, queue=Queue(), clock=self.clock, ids=SystemIds())

    def worker(self) -> Sweeping:
        """One of several processes."""
        kept = RowSweeps(self.rows)
        return Sweeping(
            every=self.every,
            scope=SweepScope,
            reader=self.reader,
            sweeps=kept,
            sightings=kept,
            fleet=RowFleet(self.rows),
            incidents=self.incidents,
            desired_states=self,
            take_in=self.take_in,
            leases=RowLeases(self.rows, self.clock),
            clock=self.clock,
            ids=SystemIds(),
            log=SystemLog(),
            telemetry=self.telemetry,
        )

    def begin(self) -> str:
        return self.worker().begin(self.queue.append)

    def pump(self) -> None:
        """Hand out every message, each to another worker."""
        while self.queue:
            self.worker().carry_on(self.queue.pop(0), self.queue.append)

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.clock.sleep(time.total_seconds())

    @property
    def stage(self) -> Stage | None:
        known, _ = RowSweeps(self.rows).current()
        return known.stage if known else None

    def subjects(self) -> list[str]:
        return sorted(one.subject.name for one in self.incidents.find())


@pytest.fixture
def world() -> World:
    return World()


def test_a_pass_is_read_once_and_judged_in_parts(world: World) -> None:
    """The timer's message has it read, two more have it judged, and the fleet has every registry at the end."""
    assert world.begin()
    assert len(world.queue) == 1
    world.worker().carry_on(world.queue.pop(), world.queue.append)
    assert [message.partition("/")[2] for message in world.queue] == ["0", "1"]
    world.pump()
    assert world.stage is Stage.DONE
    assert (world.reader.reads, sorted(world.reader.opened)) == (1, [0, 1])
    assert together(RowFleet(world.rows).parts()).total == 20
    assert [row.key for row in world.rows.scan("sweeps") if row.key.startswith(("part-", "found-"))] == []


def test_what_is_broken_becomes_an_incident_for_each_subject(world: World) -> None:
    """A registry without an endpoint, and a zone in each part that lacks a record; not what merely differs."""
    world.begin()
    world.pump()
    assert len(world.subjects()) == 3
    assert sum(part.missed for part in RowFleet(world.rows).parts()) == 3
    assert all(one.signals[0].source is SignalSource.SWEEP for one in world.incidents.find())
    assert sum(value for metric, value in world.telemetry.added if metric is MISSED) == 3


def test_what_differs_from_a_document_becomes_an_incident() -> None:
    """Where somebody declared what should be, an open registry is one more: an opening that nobody closed."""
    world = World(DesiredState(declared=True))
    world.begin()
    world.pump()
    assert len(world.subjects()) == 4


def test_a_second_pass_does_not_begin_while_one_runs(world: World) -> None:
    """However often the timer comes, there is one pass; the next begins when its time has come."""
    first = world.begin()
    assert world.begin() == ""
    world.wait(STALLED / 2)
    assert world.begin() == ""
    world.pump()
    assert world.begin() == ""
    world.wait(HOUR)
    assert world.begin() not in ("", first)


def test_no_pass_begins_where_it_is_off() -> None:
    """Without a time between passes the timer does nothing."""
    assert World(every=None).begin() == ""


def test_two_timers_at_once_begin_one_pass(world: World) -> None:
    """Of two that read the same row one loses, and sends nothing."""
    one, other = world.worker(), world.worker()
    current = other.sweeps.current
    before = current()
    begun = one.begin(world.queue.append)
    late = replace(other, sweeps=_Late(other.sweeps, before))
    assert late.begin(world.queue.append) == ""
    assert world.queue == [begun]


class _Late:
    """A store whose first answer is an old one."""

    def __init__(self, sweeps: Any, before: Any) -> None:
        self._sweeps, self._before = sweeps, before

    def current(self) -> Any:
        return self._before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sweeps, name)


def test_a_message_that_comes_twice_does_nothing_more(world: World) -> None:
    """Reading and judging again change nothing, open nothing and count nothing."""
    world.begin()
    first = world.queue[0]
    world.pump()
    before = (world.subjects(), world.reader.reads, len(world.reader.opened), world.telemetry.added)
    for message in (first, f"{first}/0", f"{first}/7", f"{first}/x", "nobody", "nobody/1", ""):
        world.worker().carry_on(message, world.queue.append)
    assert world.queue == []
    assert (world.subjects(), world.reader.reads, len(world.reader.opened), world.telemetry.added) == before


@pytest.mark.parametrize("dies_at", range(1, 24))
def test_a_worker_that_dies_anywhere_leaves_nothing_undone(world: World, dies_at: int) -> None:
    """After each write of the store in turn a worker dies; the timer has the rest done, with the same result."""
    whole = World()
    whole.begin()
    whole.pump()
    write, left = world.rows.write, [dies_at]

    def mortal(*asked: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return write(*asked)

    world.rows.write = mortal  # type: ignore[assignment,method-assign]
    for _ in range(40):
        try:
            world.begin()
            world.pump()
        except KeyboardInterrupt:
            world.queue.clear()
        if world.stage is Stage.DONE:
            break
        world.wait(STALLED + timedelta(minutes=1))
    assert world.stage is Stage.DONE
    assert world.subjects() == whole.subjects()
    assert _counts(world) == _counts(whole)


def _counts(world: World) -> tuple[Any, ...]:
    return tuple((part.subscription, part.states, part.rules, part.missed) for part in RowFleet(world.rows).parts())


def test_trouble_while_reading_is_taken_up_by_the_timer(world: World) -> None:
    """Azure says no for now: nothing is raised, and after a while it is read again."""
    world.reader.trouble = Transient("azure-throttled", "later")
    first = world.begin()
    world.pump()
    assert world.stage is Stage.READING
    world.reader.trouble = None
    world.wait(STALLED)
    assert world.begin() == first
    world.pump()
    assert (world.stage, world.reader.reads) == (Stage.DONE, 2)


def test_a_pass_that_never_ends_is_given_up(world: World) -> None:
    """After some hours the next one begins."""
    world.reader.trouble = Transient("azure-throttled", "later")
    first = world.begin()
    world.pump()
    world.wait(LONGEST)
    assert world.begin() not in ("", first)


def test_a_known_finding_opens_nothing_again(world: World) -> None:
    """The next pass finds the same: open incidents are left alone, and nothing is missed twice."""
    world.begin()
    world.pump()
    before = world.subjects()
    world.wait(HOUR)
    world.telemetry.added.clear()
    world.begin()
    world.pump()
    assert world.subjects() == before
    assert [metric for metric, _ in world.telemetry.added if metric is MISSED] == []


def test_two_sweeps_at_once_count_nothing_twice(world: World) -> None:
    """Another sweep makes the same known between our look and our claim: one incident each, counted once."""
    ours, other = world.worker(), world.worker()
    found, _ = judge_part(world.reader, (b"0",), DesiredState())
    claim = ours.sightings.claim

    def late(*asked: Any) -> bool:
        other.make_known(found, "other", DesiredState())
        return claim(*asked)

    ours.sightings.claim = late  # type: ignore[assignment,method-assign]
    made = ours.make_known(found, "ours", DesiredState())
    assert (made.opened, made.missed.total()) == ([], 0)
    assert len(world.subjects()) == 2
    assert sum(value for metric, value in world.telemetry.added if metric is MISSED) == 2


def test_what_an_event_told_of_is_not_missed(world: World) -> None:
    """A subject with an open incident of an event joins it: no second incident, nothing counted."""
    sites = fleet(10).sites
    told = Signal(SignalSource.EVENT_GRID, "e", NOON, ResourceId(sites[3].registry))
    world.take_in(told)
    world.begin()
    world.pump()
    registry = [one for one in world.incidents.find() if one.subject.key == sites[3].registry.lower()]
    assert len(registry) == 1
    assert sum(value for metric, value in world.telemetry.added if metric is MISSED) == 2


def test_what_an_event_told_of_yesterday_is_left_alone(world: World) -> None:
    """An incident of an event that was reported and not mended knows of it: no other one is opened."""
    site = fleet(10).sites[3]
    told = Signal(SignalSource.EVENT_GRID, "e", NOON, ResourceId(site.registry))
    world.take_in(told)
    held = world.incidents.load(world.incidents.find()[0].id)
    known = replace(diagnose(DesiredState(), SNAPSHOTS[0], Focus(ResourceId(site.registry))), paths=())
    registries = (ResourceId(site.registry),)
    reported = replace(held.incident, diagnosis=known, registries=registries).to(Status.REPORTED, NOON, "reported")
    world.incidents.save(held, reported.rest(NOON))
    world.begin()
    world.pump()
    about = [one for one in world.incidents.find() if one.subject.key == site.registry.lower()]
    assert len(about) == 1


def test_what_is_only_unknown_opens_nothing() -> None:
    """A row that cannot be seen is no reason to call anybody, with a document neither."""
    world = World(DesiredState(declared=True))
    unknown = Seen("route", ResourceId(fleet(10).sites[0].registry), Severity.UNKNOWN, "", ("route", "r"))
    made = world.worker().make_known(Swept(seen=(unknown,)), "s", DesiredState(declared=True))
    assert made.opened == []


def test_an_opening_that_was_approved_is_no_drift() -> None:
    """While it stands, its registry's switches are nobody's business; without it they are a drift."""
    world = World(DesiredState(declared=True))
    site = fleet(10).sites[7]
    opening = Opening(ResourceId(site.registry), "198.51.100.7", 30)
    world.take_in(Signal(SignalSource.MANUAL, "o", NOON, opening.subject, actor="someone", opening=opening))
    held = world.incidents.load(world.incidents.find()[0].id)
    stands = replace(held.incident, status=Status.APPLIED, opening=opening.begun(NOON))
    world.incidents.save(held, stands.note(NOON, "it stands").rest(NOON))
    world.begin()
    world.pump()
    assert not [one for one in world.incidents.find() if one.subject.key == site.registry.lower()]


@pytest.mark.parametrize(
    ("status", "after", "again"),
    [
        (Status.REPORTED, HOUR, False),
        (Status.REPORTED, timedelta(hours=25), True),
        (Status.RESOLVED, timedelta(minutes=5), False),
        (Status.RESOLVED, HOUR, True),
        (Status.NO_DRIFT, HOUR, False),
    ],
)
def test_what_comes_back_is_told_again(world: World, status: Status, after: timedelta, again: bool) -> None:
    """Mended and broken once more is news; left as it is by those who were told is not, for a day."""
    world = World(every=timedelta(minutes=1))
    world.begin()
    world.pump()
    for one in world.incidents.find():
        held = world.incidents.load(one.id)
        world.incidents.save(held, replace(held.incident.note(world.clock.now(), "over"), status=status).rest(NOON))
    opened = len(world.incidents.find())
    world.wait(after)
    world.begin()
    world.pump()
    assert (len(world.incidents.find()) > opened) is again


def test_one_process_runs_a_pass_alone(world: World) -> None:
    """Without a queue everything is done in turn."""
    assert run_here(world.worker())
    assert world.stage is Stage.DONE
    assert run_here(world.worker()) == ""


def test_what_has_gone_from_a_subscription_is_forgotten(world: World) -> None:
    """A subscription that has no registries any more leaves the overview; one that cannot be seen stays."""
    for name in ("gone", "unseen"):
        RowFleet(world.rows).keep(part_of(name, NOON - HOUR, []))
    wide = WideEstate(((b"0",), (b"1",)), 20, 1, 1, ("s1",), ("unseen",))
    world.reader.read = lambda scope, told: wide  # type: ignore[method-assign]
    world.begin()
    world.pump()
    names = {part.subscription for part in RowFleet(world.rows).parts()}
    assert "gone" not in names
    assert "unseen" in names
