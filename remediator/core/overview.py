"""How does everything stand? The figures of the overview: `overview_fold` makes them, `views/overview` shows them.

Plain values only, so that the whole can be kept as a document and thrown away: it is made again from the case files and
from what sweeps left (`core/fleet`). Lists are bounded, counts are not. Ids are texts, times are UTC, minutes have one
decimal. `WINDOW_DAYS` is how far back incidents count, the present day included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

WINDOW_DAYS = 30
MOST_WAITING, MOST_DOORS, MOST_RECENT, MOST_NAMED, MOST_SUBSCRIPTIONS = 50, 50, 12, 20, 1000


@dataclass(frozen=True, slots=True)
class Stand:
    """Registries by state."""

    broken: int = 0
    unknown: int = 0
    drift: int = 0
    fine: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.broken + self.unknown + self.drift + self.fine


@dataclass(frozen=True, slots=True)
class FleetDay:
    """How registries stood when a day was last looked at."""

    day: date
    at: datetime
    stand: Stand
    rules: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule. `registries` as the last sweep counted them, `before` as the day before did (None: not known).

    Of the window: `incidents` opened, `mended`, `exposed` minutes in all, and the median and longest minutes to mend
    (None where nothing was mended). `open` counts incidents of any age.
    """

    rule: str
    registries: int = 0
    before: int | None = None
    open: int = 0
    incidents: int = 0
    mended: int = 0
    exposed: float = 0.0
    mend_median: float | None = None
    mend_longest: float | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """One subscription; `swept_at` is None where no sweep has been there."""

    subscription: str
    stand: Stand = Stand()
    swept_at: datetime | None = None
    open: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """An incident that waits for a person, since when."""

    incident: str
    subject: str
    status: str
    rule: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """An opening that stands; `closes_at` is None until its first write."""

    incident: str
    registry: str
    address: str
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class NamedRegistry:
    """A registry that is not as it should be, worst first."""

    registry: str
    state: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayLine:
    """What became of incidents on one day; `mended` are the resolved ones of `ended`, `missed` came by no event.

    `stand` is how registries stood at the day's last look, None where nobody looked.
    """

    day: date
    opened: int = 0
    ended: int = 0
    mended: int = 0
    missed: int = 0
    exposed: float = 0.0
    stand: Stand | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """An incident that was opened or ended within the last 24 hours."""

    incident: str
    subject: str
    status: str
    rule: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Since:
    """What the last 24 hours changed. `stand` is how registries stood at the last look of an earlier day (`at`), None
    where nobody looked in the week before. `alone` are the mended ones that nobody had to be asked about; `called`
    those that need a person since."""

    opened: int = 0
    mended: int = 0
    alone: int = 0
    rolled_back: int = 0
    called: int = 0
    missed: int = 0
    stand: Stand | None = None
    at: datetime | None = None
    recent: tuple[Recent, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on one page, as of `at`. `open` counts those that wait for a person as well; `swept_since` and
    `swept_until` are None where no sweep has run yet."""

    at: datetime
    stand: Stand = Stand()
    swept_since: datetime | None = None
    swept_until: datetime | None = None
    rules: tuple[RuleLine, ...] = ()
    subscriptions: tuple[SubscriptionLine, ...] = ()
    subscription_count: int = 0
    open: int = 0
    waiting: tuple[WaitingLine, ...] = ()
    waiting_count: int = 0
    doors: tuple[Door, ...] = ()
    door_count: int = 0
    days: tuple[DayLine, ...] = ()
    since: Since = Since()
    worst: tuple[NamedRegistry, ...] = ()
    mended: int = 0
    exposed: float = 0.0
    mend_median: float | None = None
    missed: int = 0

    @property
    def swept(self) -> bool:
        """Whether any sweep has run."""
        return self.swept_until is not None
